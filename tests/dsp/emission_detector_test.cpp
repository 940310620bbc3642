#include "dsp/emission_detector.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/emission_band.hpp"

using namespace windhover;
using namespace windhover::dsp;
using synth::EmissionBand;

namespace {

constexpr Hertz kRate{20e6};
constexpr double kNoise = 1e-4;

struct Sky {
  explicit Sky(double seconds, std::uint64_t seed = 1)
      : random(seed), iq(static_cast<std::size_t>(seconds * kRate.value)) {
    random.add_noise(iq, kNoise);
  }
  void add(double start_s, double duration_s, Hertz centre, Hertz width, double snr_db) {
    const double power = kNoise * width.value / kRate.value * std::pow(10, snr_db / 10);
    synth::add_burst(iq, kRate, synth::flat_burst(random, duration_s, width), {start_s, centre, power});
  }
  void add_line(Hertz at, double amplitude) {
    for (std::size_t i = 0; i < iq.size(); ++i)
      iq[i] += static_cast<cf32>(
          std::polar(amplitude, 2 * M_PI * std::fmod(at.value / kRate.value * static_cast<double>(i), 1.0)));
  }
  void scale(double from_s, double gain) {
    for (auto i = static_cast<std::size_t>(from_s * kRate.value); i < iq.size(); ++i)
      iq[i] *= static_cast<float>(gain);
  }
  std::vector<Emission> found() const {
    EmissionBand band(kRate);
    band.feed(iq);
    band.finish();
    return band.found;
  }

  synth::Random random;
  std::vector<cf32> iq;
};

double seconds(SampleIndex at) { return static_cast<double>(at.value) / kRate.value; }

bool is(const Emission& e, double start_s, double duration_s, double centre_hz, double width_hz) {
  const double tolerance = std::max(40e3, 0.02 * width_hz);
  return std::abs(seconds(e.start) - start_s) < 75e-6 &&
         std::abs(seconds(e.end) - start_s - duration_s) < 75e-6 &&
         std::abs(e.low.value - centre_hz + width_hz / 2) < tolerance &&
         std::abs(e.high.value - centre_hz - width_hz / 2) < tolerance;
}

std::size_t count(const std::vector<Emission>& found, EmissionOrigin origin) {
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [&](const Emission& e) { return e.origin == origin; }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(noise_is_no_emission) { BOOST_TEST(Sky(2).found().empty()); }

BOOST_AUTO_TEST_CASE(a_burst_is_found_with_its_edges_times_and_level) {
  Sky sky(0.25);
  sky.add(0.2, 2e-3, {3e6}, {5e6}, 15);
  const auto found = sky.found();
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(is(found[0], 0.2, 2e-3, 3e6, 5e6));
  BOOST_TEST(std::abs(found[0].snr_db - 15) < 0.5);
  const double dbfs = 10 * std::log10(kNoise * 5e6 / kRate.value) + 15;
  BOOST_TEST(std::abs(found[0].mean_dbfs - dbfs) < 0.5);
  BOOST_TEST(!found[0].open_start);
  BOOST_TEST(!found[0].open_end);
  BOOST_TEST((found[0].origin == EmissionOrigin::air));
}

BOOST_AUTO_TEST_CASE(neighbours_on_adjacent_frequencies_stay_separate) {
  Sky sky(0.25);
  sky.add(0.2, 3e-3, {-3e6}, {4.5e6}, 12);
  sky.add(0.2006, 1.5e-3, {2e6}, {4.5e6}, 12);
  const auto found = sky.found();
  BOOST_TEST_REQUIRE(found.size() == 2U);
  const bool first_is_short = found[0].low > found[1].low;
  BOOST_TEST(is(found[first_is_short ? 1 : 0], 0.2, 3e-3, -3e6, 4.5e6));
  BOOST_TEST(is(found[first_is_short ? 0 : 1], 0.2006, 1.5e-3, 2e6, 4.5e6));
}

BOOST_AUTO_TEST_CASE(a_signal_with_a_notch_stays_one) {
  Sky sky(0.25);
  const double power = kNoise * 9e6 / kRate.value * std::pow(10, 1.2);
  const std::vector<synth::Tap> taps{{{1, 0}, 0}, {{0.7, 0}, 200}};  // a null each 5 MHz
  synth::Waveform wave = synth::flat_burst(sky.random, 2e-3, {9e6});
  wave.samples = synth::apply_multipath(wave.samples, wave.rate, taps);
  synth::add_burst(sky.iq, kRate, wave, {0.2, {1e6}, power});
  const auto found = sky.found();
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST((found[0].high - found[0].low).value > 8e6);
}

BOOST_AUTO_TEST_CASE(the_floor_stays_on_the_noise_under_80_per_cent_of_traffic) {
  Sky sky(0.4);
  std::size_t sent = 0;
  for (double at = 0.01; at < 0.39; at += 5e-3, ++sent) sky.add(at, 4e-3, {1e6}, {14e6}, 10);
  const auto found = sky.found();
  BOOST_TEST(found.size() == sent);
  std::size_t right = 0;
  for (const Emission& e : found) right += std::abs(e.snr_db - 10) < 0.7;
  BOOST_TEST(right + 3 >= sent);
}

BOOST_AUTO_TEST_CASE(a_gain_step_is_no_emission_and_hides_none) {
  for (const double gain : {4.0, 0.25}) {
    Sky sky(0.8);
    sky.add(0.2, 1e-3, {3e6}, {5e6}, 12);
    sky.add(0.75, 1e-3, {3e6}, {5e6}, 12);
    sky.scale(0.4, gain);
    const auto found = sky.found();
    std::size_t right = 0, wrong = 0;
    for (const Emission& e : found) {
      const bool known = is(e, 0.2, 1e-3, 3e6, 5e6) || is(e, 0.75, 1e-3, 3e6, 5e6);
      right += known;
      // In a band as narrow as this one a rise of all of it may be a signal, for 0.1 s.
      wrong += !known && !(gain > 1 && seconds(e.start) > 0.399 && seconds(e.start) < 0.51);
    }
    BOOST_TEST(right == 2U);
    BOOST_TEST(wrong == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_long_signal_comes_in_stretches) {
  Sky sky(0.5);
  sky.add(0.2, 0.22, {3e6}, {2e6}, 10);
  const auto found = sky.found();
  BOOST_TEST_REQUIRE(found.size() == 5U);
  double on_s = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST(found[i].open_start == (i > 0));
    BOOST_TEST(found[i].open_end == (i + 1 < found.size()));
    on_s += seconds({found[i].end - found[i].start});
  }
  BOOST_TEST(std::abs(on_s - 0.22) < 1e-3);
}

BOOST_AUTO_TEST_CASE(a_gap_ends_what_is_on) {
  Sky sky(0.5);
  sky.add(0.2, 0.05, {3e6}, {2e6}, 12);
  const auto at = static_cast<std::size_t>(0.22 * kRate.value);
  EmissionBand band(kRate);
  band.feed(std::span(sky.iq).first(at));
  band.gap(100'000);
  band.feed(std::span(sky.iq).subspan(at + 100'000));
  band.finish();
  BOOST_TEST_REQUIRE(band.found.size() == 2U);
  BOOST_TEST(band.found[0].open_end);
  BOOST_TEST(std::abs(seconds(band.found[0].end) - 0.22) < 3e-4);
  BOOST_TEST(band.found[1].open_start);
  BOOST_TEST(std::abs(seconds(band.found[1].end) - 0.25) < 75e-6);
}

BOOST_AUTO_TEST_CASE(a_retune_forgets_the_floor) {
  Sky before(0.3), after(0.5, 2);
  after.add(0.2, 1e-3, {3e6}, {5e6}, 12);
  after.scale(0, 0.1);
  EmissionBand band(kRate);
  band.feed(before.iq);
  band.retune();
  band.feed(after.iq);
  band.finish();
  BOOST_TEST_REQUIRE(band.found.size() == 1U);
  BOOST_TEST(is(band.found[0], 0.5, 1e-3, 3e6, 5e6));
}

BOOST_AUTO_TEST_CASE(any_split_of_the_input_gives_the_same_emissions) {
  Sky sky(0.3);
  sky.add(0.2, 2e-3, {3e6}, {5e6}, 8);
  sky.add(0.25, 1e-3, {-3e6}, {0.3e6}, 8);
  const auto whole = sky.found();
  BOOST_TEST_REQUIRE(whole.size() == 2U);
  for (const std::size_t piece : {977, 65'536}) {
    EmissionBand band(kRate);
    for (std::size_t at = 0; at < sky.iq.size(); at += piece)
      band.feed(std::span(sky.iq).subspan(at, std::min(piece, sky.iq.size() - at)));
    band.finish();
    BOOST_TEST_REQUIRE(band.found.size() == whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      BOOST_TEST((band.found[i].start == whole[i].start && band.found[i].end == whole[i].end));
      BOOST_TEST((band.found[i].low == whole[i].low && band.found[i].high == whole[i].high));
    }
  }
}

BOOST_AUTO_TEST_CASE(edges_of_what_is_on_are_known_before_it_ends) {
  Sky sky(0.25);
  sky.add(0.2, 20e-3, {3e6}, {2e6}, 12);
  EmissionBand band(kRate);
  const auto feed = [&](double from_s, double to_s) {
    const auto from = static_cast<std::size_t>(from_s * kRate.value);
    band.feed(std::span(sky.iq).subspan(from, static_cast<std::size_t>(to_s * kRate.value) - from));
  };
  feed(0, 0.1999);
  BOOST_TEST(!band.detector().edges_now(1));
  std::uint64_t id = 0;
  double at = 0.1999;
  // Within the blocks that are kept, and when only sums are.
  for (const double now : {0.202, 0.215}) {
    feed(at, now);
    at = now;
    BOOST_TEST_REQUIRE(band.detector().active().size() == 1U);
    id = band.detector().active()[0].id;
    const auto edges = band.detector().edges_now(id);
    BOOST_TEST_REQUIRE(edges.has_value());
    BOOST_TEST(std::abs(edges->low.value - 2e6) < 40e3);
    BOOST_TEST(std::abs(edges->high.value - 4e6) < 40e3);
    BOOST_TEST(!band.detector().edges_now(id + 1));
  }
  feed(at, 0.25);
  BOOST_TEST(!band.detector().edges_now(id));
}

BOOST_AUTO_TEST_CASE(asking_for_edges_changes_nothing) {
  Sky sky(0.25);
  sky.add(0.2, 2e-3, {3e6}, {5e6}, 8);
  sky.add(0.21, 5e-3, {-3e6}, {0.3e6}, 8);
  const auto whole = sky.found();
  EmissionBand band(kRate);
  for (std::size_t at = 0; at < sky.iq.size(); at += 3000) {
    band.feed(std::span(sky.iq).subspan(at, std::min<std::size_t>(3000, sky.iq.size() - at)));
    for (const ActiveEmission& each : band.detector().active())
      BOOST_TEST(band.detector().edges_now(each.id).has_value());
  }
  band.finish();
  BOOST_TEST_REQUIRE(band.found.size() == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    BOOST_TEST((band.found[i].start == whole[i].start && band.found[i].end == whole[i].end));
    BOOST_TEST((band.found[i].low == whole[i].low && band.found[i].high == whole[i].high));
  }
}

BOOST_AUTO_TEST_CASE(an_offset_of_the_receiver_is_told_as_such) {
  Sky sky(0.3);
  synth::add_dc(sky.iq, {0.01f, 0.005f});
  const auto found = sky.found();
  BOOST_TEST(!found.empty());
  BOOST_TEST(count(found, EmissionOrigin::dc) == found.size());
}

BOOST_AUTO_TEST_CASE(an_image_is_told_as_such) {
  Sky sky(0.3);
  sky.add(0.2, 3e-3, {5e6}, {4e6}, 45);
  synth::apply_iq_imbalance(sky.iq, 0.3, 1.5);
  const auto found = sky.found();
  BOOST_TEST(count(found, EmissionOrigin::air) == 1U);
  BOOST_TEST(count(found, EmissionOrigin::image) == 1U);
}

BOOST_AUTO_TEST_CASE(a_line_that_never_pauses_or_changes_is_a_spur) {
  Sky sky(1.6);
  sky.add_line({4.013e6}, 2e-3);
  const auto found = sky.found();
  BOOST_TEST(count(found, EmissionOrigin::spur) >= 8U);
  BOOST_TEST((found.back().origin == EmissionOrigin::spur));
}
