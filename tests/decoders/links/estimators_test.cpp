// Test statistics of the estimators: what they are on noise, and on what they look for.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "decoders/links/cyclic_prefix.hpp"
#include "decoders/links/fsk_timing.hpp"
#include "decoders/links/narrow_band.hpp"
#include "decoders/links/occupied_band.hpp"
#include "decoders/links/ofdm_wifi.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/hopping_link.hpp"
#include "tests/support/ocusync_link.hpp"
#include "tests/support/random.hpp"

namespace {

using namespace windhover;
using namespace windhover::decoders::links;

std::vector<dsp::cf32> noise(synth::Random& random, std::size_t count, double power = 1) {
  std::vector<dsp::cf32> iq(count);
  random.add_noise(iq, power);
  return iq;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_estimators)

// The largest of about 15 exponentially distributed values: 3.3 on average, above 12 once in 10^4 tries.
BOOST_AUTO_TEST_CASE(prefix_evidence_on_noise) {
  synth::Random random(1);
  PrefixSearch search;
  double mean = 0, most = 0;
  constexpr int kTrials = 200;
  for (int n = 0; n < kTrials; ++n) {
    const PrefixFit fit = search.fit(noise(random, 6000), {128, 9, 137});
    mean += static_cast<double>(fit.evidence) / kTrials;
    most = std::max(most, static_cast<double>(fit.evidence));
  }
  BOOST_TEST(mean > 2);
  BOOST_TEST(mean < 6);
  BOOST_TEST(most < 15);
}

BOOST_AUTO_TEST_CASE(prefixes_tell_offset_and_start) {
  synth::Random random(2);
  auto wave =
      synth::modulate_ocusync_video({synth::OcusyncWidth::mhz10, synth::Modulation::qam16, {}}, 1, random);
  constexpr double kOffset_hz = 3e3;
  synth::apply_frequency_offset(wave.samples, {kOffset_hz}, wave.rate);
  PrefixSearch search;
  const PrefixFit fit = search.fit(wave.samples, {1024, 72, 32928.0 / 30});
  BOOST_TEST(fit.match > 0.85);
  BOOST_TEST(fit.contrast > 100);
  BOOST_TEST(std::abs(static_cast<double>(fit.phase) - 2 * std::numbers::pi * kOffset_hz / 15e3) < 0.01);
  BOOST_TEST(std::abs(std::remainder(fit.start, 1097.6)) < 14);
}

BOOST_AUTO_TEST_CASE(a_carrier_has_no_prefixes) {
  std::vector<dsp::cf32> carrier(20'000, {1, 0});
  PrefixSearch search;
  BOOST_TEST(search.fit(carrier, {1024, 72, 1096}).contrast < 2);
  BOOST_TEST(search.fit(std::span(carrier).first(100), {1024, 72, 1096}).symbols == 0U);
  BOOST_TEST(search.fit(carrier, {1024, 72, 1e6}).symbols == 0U);
}

BOOST_AUTO_TEST_CASE(keying_evidence_on_noise_is_exponential) {
  synth::Random random(3);
  KeyingTiming timing;
  NarrowBand band;
  double mean = 0, most = 0;
  constexpr int kTrials = 60;
  for (int n = 0; n < kTrials; ++n) {
    const auto iq = noise(random, 1500);
    const Excerpt in{iq, 1.92e6, -0.25e6, 0.25e6};
    const double evidence = timing.evidence(band.extract(in, 0, {2.2, 6}), {1e6, 160e3, 5});
    mean += evidence / kTrials;
    most = std::max(most, evidence);
  }
  BOOST_TEST(mean < 1.6);
  BOOST_TEST(most < 9);
}

BOOST_AUTO_TEST_CASE(keying_evidence_wants_the_right_rate) {
  synth::Random random(4);
  const auto wave = synth::modulate_gfsk_packet({64e3, 32e3, 0.5, 40, 600}, random);
  const Excerpt in{wave.samples, wave.rate.value, -45e3, 45e3};
  KeyingTiming timing;
  BOOST_TEST(timing.evidence(in, {64e3, 32e3}) > 40);
  BOOST_TEST(timing.evidence(in, {70e3, 32e3}) < 10);
}

BOOST_AUTO_TEST_CASE(short_training_is_not_seen_in_what_repeats_for_ever) {
  const std::vector<dsp::cf32> carrier(20'000, {1, 0});
  BOOST_TEST(short_training({carrier, 30.72e6, -8e6, 8e6}, 0.8e-6, 300e-6).match == 0);
}

BOOST_AUTO_TEST_CASE(band_filter_keeps_the_middle_and_takes_the_rest) {
  NarrowBand band;
  const auto level = [&](double offset_hz) {
    std::vector<dsp::cf32> iq(20'000, {1, 0});
    synth::apply_frequency_offset(iq, {offset_hz}, {1.92e6});
    const Excerpt out = band.extract({iq, 1.92e6, 50e3, 150e3}, 100e3, {1.35, 4});
    double sum = 0;
    for (std::size_t n = out.iq.size() / 4; n < out.iq.size() / 2; ++n)
      sum += static_cast<double>(std::norm(out.iq[n]));
    return 10 * std::log10(sum / static_cast<double>(out.iq.size() / 2 - out.iq.size() / 4));
  };
  BOOST_TEST(std::abs(level(100e3)) < 0.1);
  BOOST_TEST(std::abs(level(130e3)) < 1);
  BOOST_TEST(level(300e3) < -35);
  BOOST_TEST(level(-700e3) < -35);
}

BOOST_AUTO_TEST_CASE(noise_is_measured_where_the_emission_is_off) {
  synth::Random random(6);
  const auto wave = synth::modulate_ocusync_control(7, random);
  constexpr std::size_t kBefore = 400;
  auto iq = noise(random, wave.samples.size() + 2 * kBefore, 0.1);
  for (std::size_t n = 0; n < wave.samples.size(); ++n) iq[kBefore + n] += wave.samples[n];
  OccupancyMeter meter;
  const Excerpt on{std::span(iq).subspan(kBefore, wave.samples.size()), 1.92e6, -0.54e6, 0.54e6};
  const Occupancy band = meter.measure(on, iq, kBefore);
  BOOST_TEST(std::abs(10 * std::log10(band.noise_per_hz * 1.92e6 / 0.1)) < 1);
  BOOST_TEST(std::abs(10 * std::log10(band.signal_power)) < 0.7);
  BOOST_TEST(std::abs(band.occupied_hz() - 1.09e6) < 0.12e6);
  BOOST_TEST(std::abs(band.centroid_hz) < 20e3);
}

BOOST_AUTO_TEST_SUITE_END()
