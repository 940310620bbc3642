#include "tests/support/wifi_ppdu.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string_view>

namespace windhover::synth {
namespace {

constexpr double kPpduRate_hz = 40e6;
constexpr double kChannel_hz = 20e6;
/// Sidelobes of the neighbours' kind are kept, the transform's edge is not.
constexpr double kPassband = 0.9;
constexpr std::size_t kTransform = 128;
constexpr std::size_t kUnit = 2;  ///< samples in 50 ns
constexpr int kLegacyOutermost = 26;
constexpr std::array kPilotCarriers{-21, -7, 7, 21};
constexpr std::array kPilotSigns{1, 1, 1, -1};

constexpr std::array kLegacyRates{
    LegacyRate{6, 0b1011, 1, CodeRate::half},        LegacyRate{9, 0b1111, 1, CodeRate::three_quarters},
    LegacyRate{12, 0b1010, 2, CodeRate::half},       LegacyRate{18, 0b1110, 2, CodeRate::three_quarters},
    LegacyRate{24, 0b1001, 4, CodeRate::half},       LegacyRate{36, 0b1101, 4, CodeRate::three_quarters},
    LegacyRate{48, 0b1000, 6, CodeRate::two_thirds}, LegacyRate{54, 0b1100, 6, CodeRate::three_quarters},
};

constexpr std::string_view kLongTraining = "++--++-+-++++++--++-+-++++0+--++-+-+-----++--+-+-++++";

bool is_pilot(int carrier) { return carrier % 14 == 7 || carrier % 14 == -7; }

}  // namespace

std::size_t LegacyRate::data_bits() const {
  const auto [numerator, denominator] = fraction(code);
  return coded_bits() * numerator / denominator;
}

const LegacyRate& legacy_rate(int mbps) {
  const auto rate = std::ranges::find(kLegacyRates, mbps, &LegacyRate::mbps);
  if (rate == kLegacyRates.end()) throw std::invalid_argument("no rate of 802.11a");
  return *rate;
}

Carriers short_training() {
  constexpr std::array kPositive{-24, -16, -4, 12, 16, 20, 24};
  constexpr std::array kNegative{-20, -12, -8, 4, 8};
  const cf64 value = cf64(1, 1) / std::numbers::sqrt2;
  Carriers out;
  for (const int index : kPositive) out.push_back({index, value});
  for (const int index : kNegative) out.push_back({index, -value});
  return out;
}

Carriers long_training() {
  Carriers out;
  for (int index = -kLegacyOutermost; index <= kLegacyOutermost; ++index)
    if (index != 0)
      out.push_back(
          {index, kLongTraining[static_cast<std::size_t>(index + kLegacyOutermost)] == '+' ? 1.0 : -1.0});
  return out;
}

double pilot_polarity(std::size_t n) {
  static const Bits sequence = wifi_scrambler(0x7f, 127);
  return sequence[n % 127] != 0 ? -1 : 1;
}

Carriers legacy_symbol(std::span<const cf64> values, std::size_t n) {
  Carriers out;
  std::size_t next = 0;
  for (int index = -kLegacyOutermost; index <= kLegacyOutermost; ++index)
    if (index != 0 && !is_pilot(index)) out.push_back({index, values[next++]});
  for (std::size_t i = 0; i < kPilotCarriers.size(); ++i)
    out.push_back({kPilotCarriers[i], kPilotSigns[i] * pilot_polarity(n)});
  return out;
}

std::vector<cf64> map_symbol(std::span<const std::uint8_t> bits, std::size_t bits_per_carrier) {
  std::vector<cf64> out;
  for (std::size_t at = 0; at < bits.size(); at += bits_per_carrier)
    out.push_back(map_constellation(bits.subspan(at, bits_per_carrier)));
  return out;
}

Bits signal_field(int rate_mbps, std::size_t length) {
  if (length < 1 || length > 4095) throw std::invalid_argument("a PSDU has 1 to 4095 octets");
  Bits out;
  append_field(out, legacy_rate(rate_mbps).signal, 4);
  append_field(out, 0, 1);
  append_field(out, length, 12);
  append_field(out, std::accumulate(out.begin(), out.end(), 0U) & 1, 1);
  append_field(out, 0, 6);
  return out;
}

void PpduWriter::append_wide(const Carriers& carriers, std::size_t prefix, std::size_t length,
                             std::size_t spacing_divisor) {
  const std::size_t width = forty_mhz_ ? 2 : 1;
  std::vector<cf64> bins(kTransform * width * spacing_divisor);
  for (const auto& [index, value] : carriers) bins[carrier_bin(index, bins.size())] = value;
  const double scale = 1 / std::sqrt(static_cast<double>(carriers.size()));
  out_.append(inverse_dft(bins), prefix * kUnit * width, length * kUnit * width, scale);
}

void PpduWriter::append(const Carriers& carriers, std::size_t prefix, std::size_t length) {
  if (!forty_mhz_) return append_wide(carriers, prefix, length);
  Carriers both;
  for (const auto& [index, value] : carriers) both.push_back({index - 32, value});
  for (const auto& [index, value] : carriers) both.push_back({index + 32, value * cf64(0, 1)});
  append_wide(both, prefix, length);
}

void PpduWriter::append_legacy_preamble(int rate_mbps, std::size_t length) {
  append(short_training(), 0, 160);
  append(long_training(), 32, 160);
  constexpr std::array kPlain{false};
  append_bpsk_header(signal_field(rate_mbps, length), 0, kPlain);
}

void PpduWriter::append_bpsk_header(std::span<const std::uint8_t> bits, std::size_t first_symbol,
                                    std::span<const bool> rotated) {
  const Bits coded = convolutional_code(bits, CodeRate::half);
  for (std::size_t n = 0; n < rotated.size(); ++n) {
    auto values = map_symbol(interleave(std::span(coded).subspan(48 * n, 48), kLegacyPlan, 1), 1);
    if (rotated[n])
      for (auto& value : values) value *= cf64(0, 1);
    append(legacy_symbol(values, first_symbol + n), 16, 80);
  }
}

Waveform PpduWriter::finish(double clock) const {
  const double scale = clock * (forty_mhz_ ? 2 : 1);
  return {out_.samples(), {kPpduRate_hz * scale}, {kPassband * kPpduRate_hz * scale}, {kChannel_hz * scale}};
}

}  // namespace windhover::synth
