#include "tests/support/channel.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "tests/support/random.hpp"

using namespace windhover::synth;
using windhover::dsp::cf32;
using windhover::dsp::Hertz;
namespace tt = boost::test_tools;

namespace {

std::vector<cf32> tone(double cycles_per_sample, std::size_t length) {
  std::vector<cf32> iq;
  for (std::size_t n = 0; n < length; ++n)
    iq.emplace_back(std::polar(1.0, 2 * std::numbers::pi * cycles_per_sample * static_cast<double>(n)));
  return iq;
}

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

/// Largest distance between two signals away from their ends.
double largest_difference(std::span<const cf32> a, std::span<const cf32> b) {
  double largest = 0;
  for (std::size_t n = 64; n + 64 < std::min(a.size(), b.size()); ++n)
    largest = std::max(largest, static_cast<double>(std::abs(a[n] - b[n])));
  return largest;
}

/// Power of the component at that frequency.
double power_at(std::span<const cf32> iq, double cycles_per_sample) {
  std::complex<double> sum;
  for (std::size_t n = 0; n < iq.size(); ++n)
    sum += std::complex<double>(iq[n]) *
           std::polar(1.0, -2 * std::numbers::pi * cycles_per_sample * static_cast<double>(n));
  return std::norm(sum / static_cast<double>(iq.size()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(random_numbers_are_the_same_on_every_machine) {
  // From an implementation of the published algorithms in another language.
  const std::uint64_t expected[] = {5226295891941712017U, 5547022123706608281U, 18144476329041699521U};
  Random random(1), other_stream(1, 1), other_seed(2);
  for (const std::uint64_t value : expected) BOOST_TEST(random.next() == value);
  BOOST_TEST(other_stream.next() != expected[0]);
  BOOST_TEST(other_seed.next() != expected[0]);
}

BOOST_AUTO_TEST_CASE(normal_deviates_have_normal_moments_and_tails) {
  Random random(7);
  constexpr int kDraws = 4'000'000;
  double mean = 0, square = 0, fourth = 0;
  int beyond_1 = 0, beyond_3 = 0, beyond_4 = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = static_cast<double>(random.normal());
    mean += x;
    square += x * x;
    fourth += x * x * x * x;
    beyond_1 += std::abs(x) > 1;
    beyond_3 += std::abs(x) > 3;
    beyond_4 += std::abs(x) > 4;
  }
  const auto two_sided = [](double x) { return std::erfc(x / std::numbers::sqrt2); };
  BOOST_TEST(std::abs(mean / kDraws) < 0.002);
  BOOST_TEST(square / kDraws == 1, tt::tolerance(0.003));
  BOOST_TEST(fourth / kDraws == 3, tt::tolerance(0.01));
  BOOST_TEST(1.0 * beyond_1 / kDraws == two_sided(1), tt::tolerance(0.005));
  BOOST_TEST(1.0 * beyond_3 / kDraws == two_sided(3), tt::tolerance(0.05));
  BOOST_TEST(1.0 * beyond_4 / kDraws == two_sided(4), tt::tolerance(0.3));
}

BOOST_AUTO_TEST_CASE(noise_is_white_circular_and_as_strong_as_asked) {
  Random random(3);
  std::vector<cf32> iq(400'000);
  random.add_noise(iq, 0.04);
  BOOST_TEST(mean_power(iq) == 0.04, tt::tolerance(0.01));
  std::complex<double> next, pseudo;
  for (std::size_t n = 0; n + 1 < iq.size(); ++n) {
    next += std::complex<double>(iq[n] * std::conj(iq[n + 1]));
    pseudo += std::complex<double>(iq[n] * iq[n]);
  }
  BOOST_TEST(std::abs(next) / 400'000 < 0.04 * 0.01);
  BOOST_TEST(std::abs(pseudo) / 400'000 < 0.04 * 0.01);
}

BOOST_AUTO_TEST_CASE(noise_power_follows_bandwidth_and_rate) {
  BOOST_TEST(noise_power(0, 1, {9e6}, {9e6}) == 1, tt::tolerance(1e-12));
  BOOST_TEST(noise_power(-3, 2, {9e6}, {18e6}) == 4 * std::pow(10, 0.3), tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_frequency_offset_moves_a_tone_exactly) {
  auto iq = tone(0.01, 20'000);
  apply_frequency_offset(iq, {123'456}, {1e6}, 0.5);
  auto expected = tone(0.133456, 20'000);
  for (auto& x : expected) x *= std::polar(1.0F, 0.5F);
  BOOST_TEST(largest_difference(iq, expected) < 1e-5);
}

BOOST_AUTO_TEST_CASE(a_clock_offset_stretches_time) {
  const auto iq = apply_clock_offset(tone(0.3, 50'000), 250);
  BOOST_TEST(largest_difference(iq, tone(0.3 * 1.00025, 49'900)) < 1e-4);
}

BOOST_AUTO_TEST_CASE(multipath_adds_delayed_copies_at_fractions_of_a_sample) {
  const Hertz rate{15.36e6};
  const double frequency = 0.21;
  const Tap taps[] = {{1.0, 0}, {{0.3, -0.4}, 123.4}};
  const auto iq = apply_multipath(tone(frequency, 4000), rate, taps);
  std::complex<double> response;
  for (const Tap& tap : taps)
    response +=
        tap.gain * std::polar(1.0, -2 * std::numbers::pi * frequency * rate.value * tap.delay_ns * 1e-9);
  auto expected = tone(frequency, 4000);
  for (auto& x : expected) x *= cf32(response);
  BOOST_TEST(largest_difference(iq, expected) < 1e-4);
}

BOOST_AUTO_TEST_CASE(rician_taps_have_their_profile) {
  Random random(5);
  double first = 0, rest = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    const auto taps = rician_taps(random, {6, 400, false});
    BOOST_REQUIRE(taps.size() == 3U);
    first += std::norm(taps[0].gain);
    rest += std::norm(taps[1].gain) + std::norm(taps[2].gain);
  }
  const double k = std::pow(10, 0.6), scattered = 1 / (k + 1);
  const double first_share = 1 / (1 + std::pow(10, -0.3) + std::pow(10, -0.6));
  BOOST_TEST(first / kDraws == k / (k + 1) + first_share * scattered, tt::tolerance(0.02));
  BOOST_TEST(rest / kDraws == (1 - first_share) * scattered, tt::tolerance(0.03));
  const auto normalised = rician_taps(random, {});
  double total = 0;
  for (const auto& tap : normalised) total += std::norm(tap.gain);
  BOOST_TEST(total == 1, tt::tolerance(1e-9));
  BOOST_TEST(normalised[1].delay_ns == 200);
  BOOST_TEST(normalised[2].delay_ns == 400);
}

BOOST_AUTO_TEST_CASE(an_iq_imbalance_gives_the_image_of_the_formula) {
  auto iq = tone(0.125, 8000);
  apply_iq_imbalance(iq, 1, 5);
  const std::complex<double> skew = std::polar(std::pow(10, 0.05), 5 * std::numbers::pi / 180);
  BOOST_TEST(power_at(iq, 0.125) == std::norm(1.0 + std::conj(skew)) / 4, tt::tolerance(1e-3));
  BOOST_TEST(power_at(iq, -0.125) == std::norm(1.0 - skew) / 4, tt::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(dc_clipping_and_quantisation_do_what_they_say) {
  auto iq = tone(0.01, 1000);
  add_dc(iq, {0.25F, -0.5F});
  BOOST_TEST(power_at(iq, 0) == 0.3125, tt::tolerance(1e-4));

  clip(iq, 0.8F);
  BOOST_TEST(std::ranges::all_of(
      iq, [](cf32 x) { return std::abs(x.real()) <= 0.8F && std::abs(x.imag()) <= 0.8F; }));

  std::vector<cf32> noise(200'000);
  Random random(9);
  random.add_noise(noise, 0.02);
  auto rounded = noise;
  quantise(rounded, 8);
  for (std::size_t n = 0; n < noise.size(); ++n) rounded[n] -= noise[n];
  BOOST_TEST(mean_power(rounded) == 2.0 / 12 / 128 / 128, tt::tolerance(0.02));
  std::vector<cf32> over{{3, -3}};
  quantise(over, 8);
  BOOST_TEST(over[0].real() == 127.0F / 128);
  BOOST_TEST(over[0].imag() == -1.0F);
}
