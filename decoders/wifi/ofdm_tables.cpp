#include "decoders/wifi/ofdm_tables.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

namespace windhover::decoders::wifi {
namespace {

constexpr std::array<std::int8_t, 53> kLongTraining{
    1, 1,  -1, -1, 1, 1,  -1, 1,  -1, 1,  1,  1,  1,  1,  1, -1, -1, 1,  1, -1, 1, -1, 1, 1, 1, 1, 0,
    1, -1, -1, 1,  1, -1, 1,  -1, 1,  -1, -1, -1, -1, -1, 1, 1,  -1, -1, 1, -1, 1, -1, 1, 1, 1, 1};

CarrierPlan make_plan(int outermost) {
  CarrierPlan plan{{}, {}, {-21, -7, 7, 21}, {1, 1, 1, -1}, {}};
  for (int k = -outermost; k <= outermost; ++k) {
    if (k == 0) continue;
    plan.used.push_back(k);
    if (std::ranges::find(plan.pilots, k) == plan.pilots.end()) plan.data.push_back(k);
    plan.training[bin_of(k)] = k < -26  ? 1.0F
                               : k > 26 ? -1.0F
                                        : kLongTraining[static_cast<std::size_t>(k + 26)];
  }
  return plan;
}

template <std::size_t n>
std::array<cf32, n> in_time(const std::array<cf32, kFft>& carriers) {
  std::array<cf32, n> samples;
  double power = 0;
  for (std::size_t t = 0; t < n; ++t) {
    std::complex<double> sum = 0;
    for (std::size_t k = 0; k < kFft; ++k)
      sum += std::complex<double>(carriers[k]) *
             std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(k * t % kFft) / kFft);
    samples[t] = cf32(sum);
    power += std::norm(sum) / static_cast<double>(n);
  }
  for (cf32& sample : samples) sample *= static_cast<float>(1 / std::sqrt(power));
  return samples;
}

std::array<cf32, kFft> training_symbol(const CarrierPlan& plan) {
  std::array<cf32, kFft> carriers;
  for (std::size_t k = 0; k < kFft; ++k) carriers[k] = plan.training[k];
  return in_time<kFft>(carriers);
}

std::array<float, 127> make_polarity() {
  std::array<float, 127> polarity;
  unsigned state = 0x7F;
  for (float& p : polarity) {
    const unsigned bit = (state >> 6U ^ state >> 3U) & 1U;
    state = (state << 1U | bit) & 0x7FU;
    p = bit != 0 ? -1.0F : 1.0F;
  }
  return polarity;
}

constexpr RateFormat format(float mbps, unsigned bits_per_carrier, Puncturing puncturing, unsigned carriers) {
  const unsigned coded = bits_per_carrier * carriers;
  constexpr unsigned kNumerator[] = {1, 2, 3, 5}, kDenominator[] = {2, 3, 4, 6};
  const auto which = static_cast<std::size_t>(puncturing);
  return {mbps, static_cast<std::uint8_t>(bits_per_carrier), puncturing, static_cast<std::uint16_t>(coded),
          static_cast<std::uint16_t>(coded * kNumerator[which] / kDenominator[which])};
}

using enum Puncturing;
constexpr std::array kLegacyRates{format(6, 1, half, 48),        format(9, 1, three_quarters, 48),
                                  format(12, 2, half, 48),       format(18, 2, three_quarters, 48),
                                  format(24, 4, half, 48),       format(36, 4, three_quarters, 48),
                                  format(48, 6, two_thirds, 48), format(54, 6, three_quarters, 48)};
constexpr std::array kHtRates{format(6.5, 1, half, 52),
                              format(13, 2, half, 52),
                              format(19.5, 2, three_quarters, 52),
                              format(26, 4, half, 52),
                              format(39, 4, three_quarters, 52),
                              format(52, 6, two_thirds, 52),
                              format(58.5, 6, three_quarters, 52),
                              format(65, 6, five_sixths, 52)};

// 17.3.5.7: 16 columns; 19.3.11.8.1: 13 columns and no rotation for one stream.
std::vector<std::uint16_t> make_deinterleaver(unsigned coded_bits, unsigned bits_per_carrier,
                                              unsigned columns) {
  const unsigned rows = coded_bits / columns, s = std::max(bits_per_carrier / 2, 1U);
  std::vector<std::uint16_t> place(coded_bits);
  for (unsigned k = 0; k < coded_bits; ++k) {
    const unsigned i = rows * (k % columns) + k / columns;
    place[k] = static_cast<std::uint16_t>(s * (i / s) + (i + coded_bits - columns * i / coded_bits) % s);
  }
  return place;
}

}  // namespace

const CarrierPlan& legacy_plan() {
  static const CarrierPlan plan = make_plan(26);
  return plan;
}
const CarrierPlan& ht_plan() {
  static const CarrierPlan plan = make_plan(28);
  return plan;
}

const std::array<cf32, 16>& short_training_period() {
  static const std::array<cf32, 16> period = [] {
    constexpr int kPositive[] = {-24, -16, -4, 12, 16, 20, 24}, kNegative[] = {-20, -12, -8, 4, 8};
    std::array<cf32, kFft> carriers{};
    for (const int k : kPositive) carriers[bin_of(k)] = {1, 1};
    for (const int k : kNegative) carriers[bin_of(k)] = {-1, -1};
    return in_time<16>(carriers);
  }();
  return period;
}
const std::array<cf32, kFft>& long_training_symbol() {
  static const std::array<cf32, kFft> symbol = training_symbol(legacy_plan());
  return symbol;
}
const std::array<cf32, kFft>& ht_training_symbol() {
  static const std::array<cf32, kFft> symbol = training_symbol(ht_plan());
  return symbol;
}

float pilot_polarity(std::size_t n) {
  static const std::array<float, 127> polarity = make_polarity();
  return polarity[n % polarity.size()];
}

const RateFormat* legacy_rate(unsigned bits) {
  // R1 … R4 of 6, 9, 12 … 54 Mb/s, R1 in bit 0.
  constexpr std::uint8_t kBits[] = {0b1011, 0b1111, 0b1010, 0b1110, 0b1001, 0b1101, 0b1000, 0b1100};
  const auto* const found = std::ranges::find(kBits, bits);
  return found == std::end(kBits) ? nullptr : &kLegacyRates[static_cast<std::size_t>(found - kBits)];
}
const RateFormat& ht_rate(unsigned mcs) { return kHtRates[mcs % kHtRates.size()]; }

const std::vector<std::uint16_t>& deinterleaver(const RateFormat& rate, bool ht) {
  static const auto all = [] {
    std::map<std::pair<unsigned, bool>, std::vector<std::uint16_t>> tables;
    for (const unsigned bits : {1U, 2U, 4U, 6U}) {
      tables[{bits, false}] = make_deinterleaver(48 * bits, bits, 16);
      tables[{bits, true}] = make_deinterleaver(52 * bits, bits, 13);
    }
    return tables;
  }();
  return all.at({rate.bits_per_carrier, ht});
}

std::span<const std::uint8_t> sent_pattern(Puncturing puncturing) {
  static constexpr std::uint8_t kHalf[] = {1, 1};
  static constexpr std::uint8_t kTwoThirds[] = {1, 1, 1, 0};
  static constexpr std::uint8_t kThreeQuarters[] = {1, 1, 1, 0, 0, 1};
  static constexpr std::uint8_t kFiveSixths[] = {1, 1, 1, 0, 0, 1, 1, 0, 0, 1};
  switch (puncturing) {
    case half:
      return kHalf;
    case two_thirds:
      return kTwoThirds;
    case three_quarters:
      return kThreeQuarters;
    default:
      return kFiveSixths;
  }
}

}  // namespace windhover::decoders::wifi
