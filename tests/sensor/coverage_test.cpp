#include "sensor/coverage/coverage.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "sensor/coverage/signal_classes.hpp"

using namespace windhover::sensor;
using boost::test_tools::tolerance;

namespace {

UtcTime at(double seconds) {
  return UtcTime{std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))};
}

const SignalClass& class_of(std::string_view name) {
  return *std::ranges::find(signal_classes(), name, &SignalClass::name);
}

double chance(const CoverageMessage& message, std::string_view name) {
  return std::ranges::find(message.intercept, name, &CoverageMessage::Chance::signals)->window;
}

/// The same by chance: a transmitter with channels taken at random, a listener that goes round its bands.
double tried(const SignalClass& signals, std::span<const BandShare> bands, double window_s) {
  std::mt19937 random(1);
  std::uniform_int_distribution<std::size_t> channel(0, signals.channels_hz.size() - 1);
  double round_s = 0;
  for (const BandShare& band : bands) round_s += band.visit_s;
  const double stay_s = std::max(signals.stay_s, signals.period_s);
  int heard = 0;
  constexpr int kTrials = 2000;
  for (int i = 0; i < kTrials; ++i) {
    double left_s = std::isinf(stay_s) ? stay_s : std::uniform_real_distribution(0.0, stay_s)(random);
    std::size_t at = channel(random);
    const double listener_s = std::uniform_real_distribution(0.0, round_s)(random);
    bool is_heard = false;
    for (double t = std::uniform_real_distribution(0.0, signals.period_s)(random); t < window_s && !is_heard;
         t += signals.period_s) {
      while (t >= left_s) at = channel(random), left_s += stay_s;
      double into_s = std::fmod(t + listener_s, round_s);
      std::size_t band = 0;
      for (; band + 1 < bands.size() && into_s >= bands[band].visit_s; ++band) into_s -= bands[band].visit_s;
      if (into_s + signals.duration_s > bands[band].visit_s) continue;
      const auto holds = [&](double hz) {
        return hz - signals.width_hz / 2 >= bands[band].low_hz &&
               hz + signals.width_hz / 2 <= bands[band].high_hz;
      };
      is_heard = signals.on_all_at_once ? std::ranges::any_of(signals.channels_hz, holds)
                                        : holds(signals.channels_hz[at]);
    }
    heard += is_heard;
  }
  return double(heard) / kTrials;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(a_parked_receiver_hears_what_fits_and_nothing_else) {
  const std::array band{BandShare{2428e6, 2450e6, 1}};
  BOOST_TEST(intercept(class_of("odid_wifi_beacon"), band, 10).one == 0.5);  // not at 5.8 GHz
  BOOST_TEST(intercept(class_of("odid_bluetooth"), band, 10).window == 0);   // no advertising channel
  BOOST_TEST(intercept(class_of("fm_video"), band, 10).window == 0);
  const std::array whole{BandShare{2400e6, 2484e6, 1}};
  BOOST_TEST(intercept(class_of("odid_bluetooth"), whole, 10).window == 1);
  BOOST_TEST(intercept(class_of("ocusync_control"), whole, 10).window == 1);
  BOOST_TEST(intercept({}, {}, 10).window == 0);
}

BOOST_AUTO_TEST_CASE(more_time_and_more_band_never_hear_less) {
  for (const SignalClass& signals : signal_classes()) {
    double before = 0;
    for (const double share : {0.0, 0.1, 0.3, 0.6, 1.0}) {
      const std::array bands{BandShare{2400e6, 2460e6, share, 0.5}};
      const Intercept found = intercept(signals, bands, 10);
      BOOST_TEST(found.window >= before);
      BOOST_TEST(found.window >= found.one - 1e-12);
      BOOST_TEST(found.window <= 1);
      before = found.window;
    }
  }
}

// Rounds that are no multiple of a period: short visits, those of a plan, and visits longer than stays.
BOOST_AUTO_TEST_CASE(the_formula_is_what_trials_give_for_any_schedule) {
  struct Case {
    std::vector<double> visits_s;
    double window_s;
  };
  const Case cases[] = {{{1, 1}, 4},     {{0.25, 0.31}, 10}, {{0.61, 1.25}, 10},
                        {{0.61, 6}, 10}, {{12, 20}, 60},     {{0.61, 0.61, 1.25, 0.7, 0.61}, 60}};
  for (const Case& each : cases) {
    std::vector<BandShare> bands;
    const double round_s = std::accumulate(each.visits_s.begin(), each.visits_s.end(), 0.0);
    for (const double visit_s : each.visits_s) {
      const double low =
          bands.size() < 2 ? 2400e6 + 40e6 * double(bands.size()) : 5700e6 + 40e6 * double(bands.size());
      bands.push_back({low, low + 40e6, visit_s / round_s, visit_s});
    }
    for (const SignalClass& signals : signal_classes()) {
      const double trials = tried(signals, bands, each.window_s);
      BOOST_TEST(std::abs(intercept(signals, bands, each.window_s).window - trials) < 0.12,
                 signals.name << " " << each.visits_s.size() << " windows, first " << each.visits_s[0]
                              << " s: " << intercept(signals, bands, each.window_s).window << " against "
                              << trials);
    }
  }
}

BOOST_AUTO_TEST_CASE(windows_end_each_ten_seconds_and_news_come_early) {
  Coverage coverage;
  std::vector<CoverageMessage> due;
  for (int s = 1; s <= 25; ++s) {
    coverage.on_listening(2400e6, 2450e6, 1, at(s));
    coverage.advance(at(s), due);
  }
  BOOST_REQUIRE(due.size() == 3U);
  BOOST_TEST(due[0].window_s == 1);  // the band is new
  BOOST_TEST((due[1].head.time == at(11)));
  BOOST_TEST(due[1].window_s == 10);
  BOOST_TEST(due[1].bands.size() == 1U);
  BOOST_TEST(due[1].bands[0].share == 1, tolerance(1e-9));
  coverage.finish(at(25), due);
  BOOST_TEST(due.back().window_s == 4, tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(bands_that_are_visited_in_turn_share_the_window) {
  Coverage coverage;
  std::vector<CoverageMessage> due;
  for (int i = 1; i <= 80; ++i) {
    const double low = i % 2 == 0 ? 2400e6 : 5725e6;
    coverage.on_listening(low, low + 60e6, 0.24, at(i * 0.25));  // ten milliseconds go by while tuning
    coverage.advance(at(i * 0.25), due);
  }
  const CoverageMessage& last = due.back();
  BOOST_REQUIRE(last.bands.size() == 2U);
  BOOST_TEST(last.bands[0].low_hz == 2400e6);
  for (const BandShare& band : last.bands) BOOST_TEST(band.share == 0.48, tolerance(0.05));
  BOOST_TEST(chance(last, "fm_video") > 0);
}

BOOST_AUTO_TEST_CASE(losses_make_the_share_smaller) {
  Coverage coverage;
  std::vector<CoverageMessage> due;
  for (int s = 1; s <= 22; ++s) {
    coverage.on_listening(2400e6, 2450e6, 0.7, at(s));
    coverage.advance(at(s), due);
  }
  BOOST_TEST(due.back().bands[0].share == 0.7, tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(what_was_shed_is_not_told_as_listened_to) {
  const auto told = [](const WorkShares& shed) {
    Coverage coverage;
    std::vector<CoverageMessage> due;
    for (int s = 1; s <= 21; ++s) {
      coverage.on_listening(2400e6, 2484e6, 1, at(s), shed);
      coverage.advance(at(s), due);
    }
    return due.back();
  };
  const CoverageMessage all = told({}), no_emissions = told({1, 1, 1, 0, 0, 0}),
                        half = told({1, 1, 1, 1, 1, 0.5});
  BOOST_TEST(chance(all, "ocusync_video") > 0);
  BOOST_TEST(chance(no_emissions, "ocusync_video") == 0);
  BOOST_TEST(chance(no_emissions, "odid_bluetooth_coded") == chance(all, "odid_bluetooth_coded"));
  BOOST_TEST(chance(no_emissions, "dji_droneid") == chance(all, "dji_droneid"));
  BOOST_TEST(no_emissions.bands[0].share == 1);
  BOOST_TEST(half.bands[0].share == 0.5, tolerance(1e-6));
  for (const char* name : {"dji_wifi", "odid_bluetooth_coded", "fm_video"})
    BOOST_TEST(chance(half, name) == 0, name);
  for (const char* name : {"dji_droneid", "odid_wifi_beacon"}) {
    BOOST_TEST(chance(half, name) > 0, name);
    BOOST_TEST(chance(half, name) < chance(all, name), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
