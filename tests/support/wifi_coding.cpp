#include "tests/support/wifi_coding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string_view>

namespace windhover::synth {
namespace {

constexpr std::size_t kServiceBits = 16;
constexpr std::size_t kTailBits = 6;

/// Of each period of coded bits A1 B1 A2 B2 …, those that are sent.
std::string_view puncturing(CodeRate rate) {
  switch (rate) {
    case CodeRate::half:
      return "11";
    case CodeRate::two_thirds:
      return "1110";
    case CodeRate::three_quarters:
      return "111001";
    case CodeRate::five_sixths:
      return "1110011001";
  }
  return {};
}

/// Gray-coded amplitude, the first bit its sign.
double axis_level(std::span<const std::uint8_t> bits) {
  if (bits.size() == 1) return bits[0] != 0 ? 1 : -1;
  if (bits.size() == 2) return (bits[0] != 0 ? 1 : -1) * (bits[1] != 0 ? 1 : 3);
  constexpr std::array kMagnitude{7, 5, 1, 3};
  return (bits[0] != 0 ? 1 : -1) * kMagnitude[static_cast<std::size_t>(2 * bits[1] + bits[2])];
}

}  // namespace

Bits wifi_scrambler(unsigned seed, std::size_t count) {
  Bits out(count);
  for (auto& bit : out) {
    const unsigned next = (seed >> 6 ^ seed >> 3) & 1;
    seed = (seed << 1 | next) & 0x7f;
    bit = static_cast<std::uint8_t>(next);
  }
  return out;
}

std::size_t data_symbols(std::size_t psdu_bytes, std::size_t data_bits) {
  return (kServiceBits + 8 * psdu_bytes + kTailBits + data_bits - 1) / data_bits;
}

Bits scrambled_data(std::span<const std::uint8_t> psdu, std::size_t data_bits, unsigned scrambler_seed) {
  Bits out(kServiceBits);
  const Bits payload = lsb_first_bits(psdu);
  out.insert(out.end(), payload.begin(), payload.end());
  const std::size_t tail = out.size();
  out.resize(data_symbols(psdu.size(), data_bits) * data_bits);
  const Bits scrambler = wifi_scrambler(scrambler_seed, out.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] ^= scrambler[i];
  for (std::size_t i = tail; i < tail + kTailBits; ++i) out[i] = 0;
  return out;
}

Fraction fraction(CodeRate rate) {
  const std::string_view pattern = puncturing(rate);
  return {pattern.size() / 2, static_cast<std::size_t>(std::ranges::count(pattern, '1'))};
}

Bits convolutional_code(std::span<const std::uint8_t> bits, CodeRate rate) {
  // The newest bit is the highest of seven, as the octal notation of the generators has it.
  constexpr std::array kGenerators{0133U, 0171U};
  const std::string_view pattern = puncturing(rate);
  Bits out;
  out.reserve(2 * bits.size());
  unsigned window = 0;
  std::size_t at = 0;
  for (const auto bit : bits) {
    window = window >> 1 | static_cast<unsigned>(bit) << 6;
    for (const unsigned generator : kGenerators)
      if (pattern[at++ % pattern.size()] == '1')
        out.push_back(static_cast<std::uint8_t>(std::popcount(window & generator) & 1));
  }
  return out;
}

std::size_t interleaved_position(std::size_t k, const CarrierPlan& plan, std::size_t bits_per_carrier) {
  const std::size_t coded = plan.data_carriers * bits_per_carrier, columns = plan.interleaver_columns;
  const std::size_t i = coded / columns * (k % columns) + k / columns;
  const std::size_t s = std::max<std::size_t>(bits_per_carrier / 2, 1);
  return s * (i / s) + (i + coded - columns * i / coded) % s;
}

Bits interleave(std::span<const std::uint8_t> coded, const CarrierPlan& plan, std::size_t bits_per_carrier) {
  Bits out(coded.size());
  for (std::size_t k = 0; k < coded.size(); ++k)
    out[interleaved_position(k, plan, bits_per_carrier)] = coded[k];
  return out;
}

std::complex<double> map_constellation(std::span<const std::uint8_t> bits) {
  if (bits.size() == 1) return axis_level(bits);
  const std::size_t per_axis = bits.size() / 2;
  const double levels = std::exp2(static_cast<double>(per_axis));
  const double scale = std::sqrt(1.5 / (levels * levels - 1));
  return scale * std::complex(axis_level(bits.first(per_axis)), axis_level(bits.last(per_axis)));
}

Bits wifi_crc8(std::span<const std::uint8_t> bits) {
  unsigned crc = 0xff;
  for (const auto bit : bits) {
    const bool feedback = ((crc >> 7) ^ bit) & 1;
    crc = (crc << 1 & 0xff) ^ (feedback ? 0x07 : 0);
  }
  Bits out;
  for (int power = 7; power >= 0; --power) out.push_back(static_cast<std::uint8_t>(~crc >> power & 1));
  return out;
}

}  // namespace windhover::synth
