#include "tests/support/zigbee.hpp"

#include <cmath>
#include <numbers>
#include <string_view>

namespace windhover::synth {
namespace {

constexpr std::string_view kSymbol0 = "11011001110000110101001000101110";
constexpr double kChipRate_hz = 2e6;
constexpr double kZigbeePassband_hz = 6e6;
constexpr std::size_t kHeaderBytes = 6;
constexpr std::size_t kChipsPerByte = 64;

}  // namespace

std::array<std::uint8_t, 32> zigbee_chips(unsigned symbol) {
  std::array<std::uint8_t, 32> out{};
  for (std::size_t n = 0; n < 32; ++n) {
    const std::size_t from = (n + 32 - 4 * (symbol % 8)) % 32;
    const bool inverted = symbol >= 8 && n % 2 != 0;
    out[n] = static_cast<std::uint8_t>((kSymbol0[from] == '1') != inverted);
  }
  return out;
}

std::vector<std::uint8_t> zigbee_packet(std::span<const std::uint8_t> psdu) {
  std::vector<std::uint8_t> out{0, 0, 0, 0, 0xA7, static_cast<std::uint8_t>(psdu.size())};
  for (const auto byte : psdu) out.push_back(byte);
  return out;
}

std::vector<std::uint8_t> with_zigbee_fcs(std::span<const std::uint8_t> mac) {
  unsigned crc = 0;
  for (const auto byte : mac) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x8408 : crc >> 1;
  }
  std::vector<std::uint8_t> out(mac.begin(), mac.end());
  out.push_back(static_cast<std::uint8_t>(crc & 0xff));
  out.push_back(static_cast<std::uint8_t>(crc >> 8));
  return out;
}

Waveform modulate_zigbee(std::span<const std::uint8_t> packet) {
  Waveform wave{{}, {kChipRate_hz * kZigbeeSamplesPerChip}, {kZigbeePassband_hz}, {kChipRate_hz}};
  wave.samples.resize((packet.size() * kChipsPerByte + 1) * kZigbeeSamplesPerChip);
  std::size_t chip = 0;
  for (const auto byte : packet)
    for (const unsigned symbol : {byte & 15U, unsigned{byte} >> 4})  // low nibble first
      for (const auto value : zigbee_chips(symbol)) {
        for (std::size_t n = 0; n < 2 * kZigbeeSamplesPerChip; ++n) {
          const auto half_sine = static_cast<float>(
              std::sin(std::numbers::pi * static_cast<double>(n) / (2 * kZigbeeSamplesPerChip)));
          const float x = value != 0 ? half_sine : -half_sine;
          wave.samples[chip * kZigbeeSamplesPerChip + n] += chip % 2 == 0 ? dsp::cf32(x, 0) : dsp::cf32(0, x);
        }
        ++chip;
      }
  return wave;
}

double zigbee_packet_s(std::size_t psdu_bytes) {
  return static_cast<double>((kHeaderBytes + psdu_bytes) * kChipsPerByte + 1) / kChipRate_hz;
}

}  // namespace windhover::synth
