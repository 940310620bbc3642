#include "tests/support/gfsk_modulator.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "tests/support/hex.hpp"

using namespace windhover::synth;

namespace {

/// Hz, from sample n to the next.
double frequency(const Waveform& wave, std::size_t n) {
  return std::arg(wave.samples[n + 1] * std::conj(wave.samples[n])) * wave.rate.value /
         (2 * std::numbers::pi);
}

double at_middle(const Waveform& wave, std::size_t symbol) {
  const std::size_t n = kBleRamp + symbol * kGfskSamplesPerSymbol + kGfskSamplesPerSymbol / 2;
  return (frequency(wave, n - 1) + frequency(wave, n)) / 2;
}

Bits runs() {
  Bits bits(12, 1);
  bits.resize(24, 0);
  return bits;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gfsk_modulator)

BOOST_AUTO_TEST_CASE(long_runs_reach_the_deviation) {
  for (const double index : {0.45, 0.5, 0.55})
    for (const double rate : {1e6, 2e6}) {
      const auto wave = modulate_gfsk(runs(), {.symbol_rate_hz = rate, .modulation_index = index});
      BOOST_TEST(std::abs(at_middle(wave, 6) - index * rate / 2) < 50);
      BOOST_TEST(std::abs(at_middle(wave, 18) + index * rate / 2) < 50);
      BOOST_TEST(wave.rate.value == 8 * rate);
      BOOST_TEST(wave.noise_bandwidth.value == rate);
    }
}

BOOST_AUTO_TEST_CASE(lone_symbols_fall_short_as_the_gaussian_filter_says) {
  Bits bits(16, 0);
  bits[8] = 1;
  // Middle of a rectangle behind the filter: 2·erf(c/2) - 1 of the deviation, c = π·BT·sqrt(2/ln 2);
  // the quarter of a symbol that is averaged here has a little less.
  const double c = std::numbers::pi * 0.5 * std::sqrt(2 / std::numbers::ln2);
  BOOST_TEST(std::abs(at_middle(modulate_gfsk(bits), 8) - 250e3 * (2 * std::erf(c / 2) - 1)) < 6e3);
}

BOOST_AUTO_TEST_CASE(symbols_lie_where_the_header_says) {
  const auto wave = modulate_gfsk(runs());
  BOOST_TEST(wave.samples.size() == 2 * kBleRamp + 24 * kGfskSamplesPerSymbol);
  BOOST_TEST(std::abs(wave.samples[kBleRamp] - windhover::dsp::cf32(1, 0)) < 1e-6F);
  // The deviation changes sign where symbol 12 begins.
  const std::size_t border = kBleRamp + 12 * kGfskSamplesPerSymbol;
  BOOST_TEST(frequency(wave, border - 1) > 20e3);
  BOOST_TEST(frequency(wave, border) < -20e3);
  BOOST_TEST(std::abs(frequency(wave, border - 1) + frequency(wave, border)) < 100);
}

BOOST_AUTO_TEST_CASE(power_rises_and_falls_outside_the_symbols_only) {
  const auto wave = modulate_gfsk(runs());
  BOOST_TEST(std::abs(wave.samples.front()) < 1e-6F);
  for (std::size_t n = 1; n <= kBleRamp; ++n) {
    BOOST_TEST(std::abs(wave.samples[n]) > std::abs(wave.samples[n - 1]));
    BOOST_TEST(std::abs(wave.samples[wave.samples.size() - n]) <=
               std::abs(wave.samples[wave.samples.size() - n - 1]) + 1e-6F);
  }
  for (std::size_t n = kBleRamp; n <= wave.samples.size() - kBleRamp; ++n)
    BOOST_TEST(std::abs(std::abs(wave.samples[n]) - 1) < 1e-6F);
}

BOOST_AUTO_TEST_CASE(each_symbol_turns_a_quarter_in_the_long_run) {
  // A pattern of LE Coded returns to its phase: the sum of its deviations is nought.
  Bits bits;
  for (int n = 0; n < 10; ++n) bits.insert(bits.end(), {1, 1, 0, 0});
  const auto wave = modulate_gfsk(bits);
  const auto phase_at = [&](std::size_t symbol) {
    return std::arg(wave.samples[kBleRamp + symbol * kGfskSamplesPerSymbol]);
  };
  for (std::size_t k = 4; k < 36; k += 4) BOOST_TEST(std::abs(phase_at(k) - phase_at(4)) < 1e-5);
  const auto ones = modulate_gfsk(runs());
  const auto turned = std::arg(ones.samples[kBleRamp + 48] * std::conj(ones.samples[kBleRamp + 40]));
  BOOST_TEST(std::abs(turned - std::numbers::pi / 2) < 1e-5);
}

BOOST_AUTO_TEST_CASE(carrier_drifts_from_the_first_symbol_to_its_limit) {
  const Bits bits(300, 1);
  const auto wave = modulate_gfsk(bits, {.drift_hz_per_s = 400e6, .max_drift_hz = 50e3});
  BOOST_TEST(std::abs(at_middle(wave, 2) - 251e3) < 50);
  BOOST_TEST(std::abs(at_middle(wave, 100) - 290.2e3) < 50);
  BOOST_TEST(std::abs(at_middle(wave, 250) - 300e3) < 50);
}

BOOST_AUTO_TEST_CASE(little_lies_outside_the_passband) {
  const auto pdu = from_hex("42259a78563412c21e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  const auto wave = modulate_ble(BlePhy::le_1m, 37, pdu);
  BOOST_TEST(wave.samples.size() == 2 * kBleRamp + 376 * kGfskSamplesPerSymbol);
  // Goertzel-like probes just outside ±2 MHz, against the whole power.
  double outside = 0;
  for (const double f : {-3.5e6, -3e6, -2.5e6, -2.05e6, 2.05e6, 2.5e6, 3e6, 3.5e6}) {
    std::complex<double> sum;
    for (std::size_t n = 0; n < wave.samples.size(); ++n)
      sum += std::complex<double>(wave.samples[n]) *
             std::polar(1.0, -2 * std::numbers::pi * f / wave.rate.value * static_cast<double>(n));
    outside = std::max(outside, std::norm(sum) / static_cast<double>(wave.samples.size()));
  }
  // Energy spectrum relative to a flat one over 1 MHz (8 per sample).
  BOOST_TEST(10 * std::log10(outside / 8) < -65);
}

BOOST_AUTO_TEST_CASE(phy_gives_the_rate) {
  const std::vector<std::uint8_t> pdu{2, 0};
  BOOST_TEST(modulate_ble(BlePhy::le_2m, 5, pdu).rate.value == 16e6);
  BOOST_TEST(modulate_ble(BlePhy::le_coded_s8, 5, pdu).samples.size() ==
             2 * kBleRamp + kGfskSamplesPerSymbol * (80 + 296 + 8 * (8 * 5 + 3)));
}

BOOST_AUTO_TEST_CASE(every_symbol_of_every_phy_turns_the_way_of_its_bit) {
  using enum BlePhy;
  const auto pdu =
      from_hex("472909099a78563412c2750e1e16faff0d5a122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  for (const auto phy : {le_1m, le_2m, le_coded_s8, le_coded_s2}) {
    const Bits bits = ble_packet(phy, 10, pdu);
    const auto wave = modulate_ble(phy, 10, pdu, {.gfsk = {.modulation_index = 0.45}});
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < bits.size(); ++k) wrong += (at_middle(wave, k) > 0) != (bits[k] != 0);
    BOOST_TEST(wrong == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
