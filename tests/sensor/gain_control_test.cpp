#include "sensor/gain_control.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <vector>

using namespace windhover;
using namespace windhover::sensor;

namespace {

constexpr double kChunk_s = 4e-3;
constexpr std::size_t kChunkSamples = 80'000;
constexpr GainRange kRange{0, 60};

/// A receiver whose levels follow from its gain.
struct Receiver {
  double front_lsb = 0.05;      ///< rms of the noise before the converter at gain 0
  double converter_lsb = 0.29;  ///< its own
  /// Largest component at gain 0 and how many of a chunk's samples come near it.
  std::function<double(double now_s)> peak_dbfs = [](double) { return -200.0; };
  double crest_share = 1e-3;

  dsp::NativeLevels at(double gain_db, double now_s) const {
    const double peak = peak_dbfs(now_s) + gain_db, front = front_lsb * std::pow(10, gain_db / 20);
    const double over_db = std::max(0.0, peak);
    const double share = over_db > 0 ? std::min(1.0, crest_share * std::pow(10, over_db / 10)) : 0;
    return {.samples = kChunkSamples,
            .saturated = static_cast<std::size_t>(share * static_cast<double>(kChunkSamples)),
            .peak_dbfs = static_cast<float>(std::min(peak, 0.0)),
            .noise_lsb = static_cast<float>(std::hypot(front, converter_lsb))};
  }
};

struct Run {
  GainControl control;
  Receiver receiver;
  double now_s = 0;
  std::vector<GainControl::Step> steps{};
  std::vector<double> times{};

  void go(double seconds) {
    for (const double end_s = now_s + seconds; now_s < end_s;) {
      now_s += kChunk_s;
      const auto step = control.take(receiver.at(control.gain_db(), now_s), now_s);
      if (!step) continue;
      steps.push_back(*step);
      times.push_back(now_s);
    }
  }
};

double noise_rise_db(const Receiver& receiver, double gain_db) {
  return 20 * std::log10(receiver.at(gain_db, 0).noise_lsb / receiver.at(gain_db - 3, 0).noise_lsb);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gain_control)

BOOST_AUTO_TEST_CASE(a_quiet_sky_raises_the_gain_until_the_noise_is_resolved_and_no_further) {
  Run run{{kRange, 0}, {}};
  run.go(120);
  const double gain = run.control.gain_db();
  BOOST_TEST(run.receiver.at(gain, 0).noise_lsb >= 1);
  BOOST_TEST(noise_rise_db(run.receiver, gain) >= 0.75 * 3);
  BOOST_TEST(gain <= 36);  // 1 LSB comes at 26 dB
  const std::size_t steps = run.steps.size();
  run.go(600);
  BOOST_TEST(run.steps.size() == steps);
  for (const auto& step : run.steps) BOOST_TEST((step.reason == GainReason::converter_noise));
  for (std::size_t i = 1; i < run.times.size(); ++i)
    BOOST_TEST(run.times[i] - run.times[i - 1] >= GainControl::kQuiet_s);
}

// Of a converter that fills its lowest bits with noise of its own, one step means nothing.
BOOST_AUTO_TEST_CASE(noise_that_does_not_follow_is_the_converters_own) {
  Run run{{kRange, 0}, {.front_lsb = 0.05, .converter_lsb = 6}};
  run.go(200);
  BOOST_TEST(noise_rise_db(run.receiver, run.control.gain_db()) >= 0.75 * 3);
  BOOST_TEST(run.control.gain_db() >= 39);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_deaf_ends_at_its_highest_gain) {
  Run run{{kRange, 30}, {.front_lsb = 1e-6}};
  run.go(300);
  BOOST_TEST(run.control.gain_db() == 60);
  BOOST_TEST(run.steps.size() == 10U);
}

BOOST_AUTO_TEST_CASE(clipping_is_over_within_half_a_second_even_when_60_db_too_strong) {
  Run run{{kRange, 60}, {}};
  run.receiver.peak_dbfs = [](double) { return -2.0; };
  run.go(0.6);
  BOOST_TEST(run.receiver.at(run.control.gain_db(), run.now_s).saturated == 0U);
  BOOST_TEST(!run.control.clips_at_lowest());
  for (const auto& step : run.steps) BOOST_TEST((step.reason == GainReason::clipping));
  BOOST_TEST(run.times.front() == kChunk_s);  // the first chunk is enough
}

BOOST_AUTO_TEST_CASE(a_little_clipping_lowers_by_less) {
  Run run{{kRange, 40}, {.crest_share = 1e-4}};
  run.receiver.peak_dbfs = [](double) { return -38.0; };
  run.go(1);
  BOOST_TEST(run.control.gain_db() == 34);
}

BOOST_AUTO_TEST_CASE(some_samples_are_no_clipping) {
  Run run{{kRange, 40}, {.front_lsb = 0.5, .crest_share = 1e-5}};
  run.receiver.peak_dbfs = [](double) { return -39.0; };
  run.go(1);
  BOOST_TEST(run.steps.empty());
}

BOOST_AUTO_TEST_CASE(steps_keep_their_distance_so_that_each_is_seen) {
  Run run{{{0, 100}, 100}, {}};
  run.receiver.peak_dbfs = [](double) { return 0.0; };
  run.go(2);
  for (std::size_t i = 1; i < run.times.size(); ++i)
    BOOST_TEST(run.times[i] - run.times[i - 1] >= GainControl::kSettling_s);
}

// Bursts each 640 ms that leave less room than a raise takes.
BOOST_AUTO_TEST_CASE(loud_bursts_keep_the_gain_where_it_is) {
  Run run{{kRange, 20}, {}};
  run.receiver.peak_dbfs = [](double now_s) { return std::fmod(now_s, 0.64) < 5e-3 ? -28.0 : -80.0; };
  run.go(120);
  BOOST_TEST(run.steps.empty());
  run.receiver.peak_dbfs = [](double) { return -200.0; };
  run.go(5);
  BOOST_TEST(!run.steps.empty());
}

BOOST_AUTO_TEST_CASE(a_neighbour_that_shouts_now_and_then_makes_it_patient) {
  Run run{{kRange, 30}, {.front_lsb = 1e-4}};
  run.receiver.peak_dbfs = [](double now_s) { return std::fmod(now_s, 100) < 0.02 ? -29.0 : -200.0; };
  run.go(4 * 3600);
  std::vector<double> began;  // to raise, after having lowered
  for (std::size_t i = 1; i < run.steps.size(); ++i)
    if (run.steps[i].reason == GainReason::converter_noise && run.steps[i - 1].reason == GainReason::clipping)
      began.push_back(run.times[i]);
  const auto in = [&](double from_s, double to_s) {
    return std::ranges::count_if(began, [&](double at) { return at >= from_s && at < to_s; });
  };
  BOOST_TEST(in(0, 3600) > in(3 * 3600, 4 * 3600));
  BOOST_TEST(in(3 * 3600, 4 * 3600) <= 4);
}

BOOST_AUTO_TEST_CASE(at_the_lowest_gain_it_says_that_it_cannot_help) {
  Run run{{kRange, 3}, {}};
  run.receiver.peak_dbfs = [](double) { return 5.0; };
  run.go(1);
  BOOST_TEST(run.control.gain_db() == 0);
  BOOST_TEST(run.control.clips_at_lowest());
  BOOST_TEST(run.steps.size() == 1U);
  run.receiver.peak_dbfs = [](double) { return -200.0; };
  run.go(0.1);
  BOOST_TEST(!run.control.clips_at_lowest());
}

BOOST_AUTO_TEST_CASE(after_clipping_it_rests_and_then_goes_back_to_what_was_enough) {
  Run run{{kRange, 20}, {}};
  run.go(60);
  const double enough = run.control.gain_db();
  run.receiver.peak_dbfs = [&](double) { return 1 - enough; };
  run.go(0.5);
  const double lowered = run.control.gain_db();
  BOOST_TEST(lowered < enough);
  run.receiver.peak_dbfs = [](double) { return -200.0; };
  run.go(25);
  BOOST_TEST(run.control.gain_db() == lowered);
  run.go(400);
  BOOST_TEST(run.control.gain_db() >= enough);
  BOOST_TEST(run.control.gain_db() <= enough + 3);
}

// Some tuners have steps of 6 dB and round down.
BOOST_AUTO_TEST_CASE(a_device_with_coarse_steps_is_asked_until_it_moves) {
  Run run{{kRange, 24}, {.front_lsb = 1e-6}};
  for (int i = 0; i < 100'000; ++i) {
    run.now_s += kChunk_s;
    if (run.control.take(run.receiver.at(run.control.gain_db(), run.now_s), run.now_s))
      run.control.set(6 * std::floor(run.control.gain_db() / 6));
  }
  BOOST_TEST(run.control.gain_db() == 60);
}

BOOST_AUTO_TEST_CASE(chunks_without_samples_and_wild_values_do_no_harm) {
  GainControl control(kRange, 30);
  double now_s = 0;
  for (const float wild : {0.0F, NAN, INFINITY, -INFINITY, 1e30F})
    for (int i = 0; i < 2000; ++i) control.take({.peak_dbfs = wild, .noise_lsb = wild}, now_s += kChunk_s);
  BOOST_TEST(control.gain_db() >= 0);
  BOOST_TEST(control.gain_db() <= 60);
}

BOOST_AUTO_TEST_SUITE_END()
