#include "decoders/wifi/ofdm_header.hpp"

#include <algorithm>
#include <array>

namespace windhover::decoders::wifi {
namespace {

using Bits = std::span<const std::uint8_t>;

// Least significant bit first.
std::uint32_t number(Bits bits, std::size_t first, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(bits[first + i] & 1U) << i;
  return value;
}

bool all_zero(Bits bits) {
  return std::ranges::all_of(bits, [](std::uint8_t bit) { return bit == 0; });
}

// x^8 + x^2 + x + 1, all ones to start with, complemented, highest power first.
bool has_crc8(Bits bits, std::size_t covered) {
  unsigned crc = 0xFF;
  for (std::size_t i = 0; i < covered; ++i) {
    const unsigned feedback = (crc >> 7U ^ bits[i]) & 1U;
    crc = (crc << 1U ^ (feedback != 0 ? 0x07U : 0U)) & 0xFFU;
  }
  crc ^= 0xFFU;
  for (std::size_t i = 0; i < 8; ++i)
    if ((crc >> (7 - i) & 1U) != bits[covered + i]) return false;
  return true;
}

// Data bits of a symbol a carrier and stream, by MCS of one stream.
constexpr std::array<float, 10> kBitsPerCarrier{0.5F, 1, 1.5F, 2, 3, 4, 4.5F, 5, 6, 20.0F / 3};

float mbps(float carriers, float bits_per_carrier, float streams, bool short_guard) {
  return carriers * bits_per_carrier * streams / (short_guard ? 3.6F : 4.0F);
}

}  // namespace

std::optional<LegacySignal> parse_signal(Bits bits) {
  if (bits.size() < 24) return std::nullopt;
  unsigned parity = 0;
  for (std::size_t i = 0; i < 18; ++i) parity ^= bits[i];
  const RateFormat* rate = legacy_rate(number(bits, 0, 4));
  const std::uint32_t length = number(bits, 5, 12);
  if (parity != 0 || bits[4] != 0 || rate == nullptr || length == 0 || !all_zero(bits.subspan(18, 6)))
    return std::nullopt;
  return LegacySignal{rate, length, rate == legacy_rate(0b1011)};
}

std::optional<HtSignal> parse_ht_signal(Bits bits) {
  if (bits.size() < 48 || !has_crc8(bits, 34) || !all_zero(bits.subspan(42, 6))) return std::nullopt;
  HtSignal signal;
  signal.mcs = static_cast<std::uint8_t>(number(bits, 0, 7));
  signal.forty_mhz = bits[7] != 0;
  signal.length = number(bits, 8, 16);
  signal.aggregated = bits[27] != 0;
  signal.stbc = static_cast<std::uint8_t>(number(bits, 28, 2));
  signal.ldpc = bits[30] != 0;
  signal.short_guard = bits[31] != 0;
  signal.extension_streams = static_cast<std::uint8_t>(number(bits, 32, 2));
  return signal;
}

std::optional<VhtSignal> parse_vht_signal(Bits bits) {
  if (bits.size() < 48 || !has_crc8(bits, 34) || !all_zero(bits.subspan(42, 6))) return std::nullopt;
  VhtSignal signal;
  signal.width_mhz_code = static_cast<std::uint8_t>(number(bits, 0, 2));
  signal.stbc = bits[3] != 0;
  signal.group_id = static_cast<std::uint8_t>(number(bits, 4, 6));
  signal.streams = static_cast<std::uint8_t>(1 + number(bits, 10, 3));
  signal.short_guard = bits[24] != 0;
  signal.ldpc = bits[26] != 0;
  signal.mcs = static_cast<std::uint8_t>(number(bits, 28, 4));
  return signal;
}

float ht_mbps(const HtSignal& signal) {
  if (signal.mcs > 31) return 0;
  const float streams = static_cast<float>(1 + signal.mcs / 8);
  return mbps(signal.forty_mhz ? 108 : 52, kBitsPerCarrier[signal.mcs % 8], streams, signal.short_guard);
}

float vht_mbps(const VhtSignal& signal) {
  constexpr float kCarriers[] = {52, 108, 234, 468};
  if (signal.mcs >= kBitsPerCarrier.size()) return 0;
  return mbps(kCarriers[signal.width_mhz_code & 3U], kBitsPerCarrier[signal.mcs],
              static_cast<float>(signal.streams), signal.short_guard);
}

}  // namespace windhover::decoders::wifi
