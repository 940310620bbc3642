#include "tests/support/ble_packet.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace windhover::synth {
namespace {

constexpr std::uint32_t kCrcPolynomial = 0x00065B;
constexpr std::uint32_t kCrcMask = 0xFFFFFF;
constexpr std::size_t kTermination = 3;
constexpr unsigned kCodedPreambleRepeats = 10;
constexpr std::size_t kCodedFirstBlockEnd = 376;  // symbols, preamble included
constexpr std::size_t kAddressAndCrcBytes = 4 + kBleCrcBytes;

void append_bits(Bits& out, std::span<const std::uint8_t> bits) {
  out.insert(out.end(), bits.begin(), bits.end());
}

void require_channel(int channel_index) {
  if (channel_index < 0 || channel_index >= kBleChannels)
    throw std::invalid_argument("a Bluetooth LE channel index is 0 to 39");
}

Bits address_bits(std::uint32_t address) {
  Bits out;
  for (unsigned i = 0; i < 32; ++i) out.push_back(static_cast<std::uint8_t>(address >> i & 1));
  return out;
}

Bits standard_preamble(BlePhy phy, std::uint32_t access_address) {
  Bits out;
  if (phy == BlePhy::le_coded_s8 || phy == BlePhy::le_coded_s2) {
    constexpr std::array<std::uint8_t, 8> kPattern{0, 0, 1, 1, 1, 1, 0, 0};
    for (unsigned n = 0; n < kCodedPreambleRepeats; ++n) append_bits(out, kPattern);
    return out;
  }
  const unsigned length = phy == BlePhy::le_2m ? 16 : 8;
  for (unsigned n = 0; n < length; ++n) out.push_back(static_cast<std::uint8_t>((access_address ^ n) & 1));
  return out;
}

Bits payload_bits(int channel_index, std::span<const std::uint8_t> pdu, const BleFraming& framing) {
  Bits out = lsb_first_bits(pdu);
  append_bits(out, ble_crc24(pdu, framing.crc_init));
  if (framing.whitened) {
    const Bits sequence = ble_whitening(channel_index, out.size());
    std::transform(out.begin(), out.end(), sequence.begin(), out.begin(), std::bit_xor<>());
  }
  return out;
}

/// Section 3.3.2: one symbol a coded bit at S=2, four at S=8.
void append_mapped(Bits& out, const Bits& coded, bool s8) {
  for (const auto bit : coded) {
    const std::uint8_t first = bit;
    const auto last = static_cast<std::uint8_t>(1 - bit);
    if (s8)
      append_bits(out, std::array{first, first, last, last});
    else
      out.push_back(bit);
  }
}

void append_block(Bits& out, Bits bits, bool s8) {
  bits.resize(bits.size() + kTermination, 0);
  append_mapped(out, ble_fec(bits), s8);
}

}  // namespace

dsp::Hertz ble_channel_frequency(int channel_index) {
  require_channel(channel_index);
  constexpr double kFirst_hz = 2402e6, kSpacing_hz = 2e6;
  constexpr std::array kPrimary{0, 12, 39};  // places in the band of 37, 38, 39
  int place = channel_index + (channel_index <= 10 ? 1 : 2);
  if (channel_index >= 37) place = kPrimary[static_cast<std::size_t>(channel_index - 37)];
  return {kFirst_hz + kSpacing_hz * place};
}

Bits ble_crc24(std::span<const std::uint8_t> pdu, std::uint32_t init) {
  std::uint32_t reg = init & kCrcMask;
  for (const auto bit : lsb_first_bits(pdu)) {
    const bool feedback = (reg >> 23 ^ bit) & 1;
    reg = reg << 1 & kCrcMask;
    if (feedback) reg ^= kCrcPolynomial;
  }
  Bits out;
  for (int i = 23; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(reg >> i & 1));
  return out;
}

Bits ble_whitening(int channel_index, std::size_t count) {
  require_channel(channel_index);
  std::array<std::uint8_t, 7> reg{1};
  for (std::size_t i = 1; i < reg.size(); ++i)
    reg[i] = static_cast<std::uint8_t>(channel_index >> (6 - i) & 1);
  Bits out;
  for (std::size_t n = 0; n < count; ++n) {
    std::rotate(reg.begin(), reg.end() - 1, reg.end());
    out.push_back(reg[0]);
    reg[4] ^= reg[0];
  }
  return out;
}

Bits ble_fec(std::span<const std::uint8_t> bits) {
  Bits out;
  std::uint8_t d1 = 0, d2 = 0, d3 = 0;
  for (const auto bit : bits) {
    out.push_back(bit ^ d1 ^ d2 ^ d3);
    out.push_back(bit ^ d2 ^ d3);
    d3 = d2;
    d2 = d1;
    d1 = bit;
  }
  return out;
}

Bits ble_packet(BlePhy phy, int channel_index, std::span<const std::uint8_t> pdu, const BleFraming& framing) {
  Bits out = framing.preamble.value_or(standard_preamble(phy, framing.access_address));
  Bits address = address_bits(framing.access_address);
  Bits payload = payload_bits(channel_index, pdu, framing);
  if (phy == BlePhy::le_1m || phy == BlePhy::le_2m) {
    append_bits(out, address);
    append_bits(out, payload);
    return out;
  }
  const bool s8 = phy == BlePhy::le_coded_s8;
  address.push_back(s8 ? 0 : 1);  // coding indicator, LSB first
  address.push_back(0);
  append_block(out, std::move(address), true);
  append_block(out, std::move(payload), s8);
  return out;
}

double ble_duration_s(BlePhy phy, std::size_t pdu_bytes) {
  std::size_t symbols = 0;
  if (phy == BlePhy::le_1m || phy == BlePhy::le_2m)
    symbols = 8 * ((phy == BlePhy::le_2m ? 2 : 1) + kAddressAndCrcBytes + pdu_bytes);
  else
    symbols = kCodedFirstBlockEnd +
              (phy == BlePhy::le_coded_s8 ? 8 : 2) * (8 * (pdu_bytes + kBleCrcBytes) + kTermination);
  return static_cast<double>(symbols) / (phy == BlePhy::le_2m ? 2e6 : 1e6);
}

}  // namespace windhover::synth
