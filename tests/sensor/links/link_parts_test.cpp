// The parts that the book of links is made of.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <vector>

#include "sensor/links/burst_pieces.hpp"
#include "sensor/links/explanations.hpp"
#include "sensor/links/hop_set.hpp"
#include "sensor/links/listening.hpp"
#include "sensor/links/period_finder.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor::links;
namespace tt = boost::test_tools;

namespace {

std::vector<BurstStart> starts_of(double period_s, double first_s, std::size_t n, float level_dbfs = -40,
                                  double jitter_s = 25e-6) {
  synth::Random random(n, 3);
  std::vector<BurstStart> starts;
  for (std::size_t i = 0; i < n; ++i)
    starts.push_back(
        {first_s + period_s * static_cast<double>(i) + jitter_s * static_cast<double>(random.normal()),
         level_dbfs});
  return starts;
}

std::vector<BurstStart> merged(std::vector<BurstStart> a, const std::vector<BurstStart>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::ranges::sort(a, {}, &BurstStart::start_s);
  return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_parts)

BOOST_AUTO_TEST_CASE(a_period_is_found_to_microseconds) {
  PeriodFinder finder;
  for (const double period_s : {0.625e-3, 2e-3, 5e-3, 9e-3, 20e-3}) {
    const auto found = finder.find(starts_of(period_s, 0.1, 200), 0.1e-3);
    BOOST_REQUIRE(found.has_value());
    BOOST_TEST(found->often_s == period_s, tt::tolerance(2e-3));
  }
}

BOOST_AUTO_TEST_CASE(two_of_one_period_have_that_period) {
  PeriodFinder finder;
  const auto found = finder.find(merged(starts_of(5e-3, 0, 400), starts_of(5e-3, 1.7e-3, 400)), 0.5e-3);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->often_s == 5e-3, tt::tolerance(2e-3));
}

BOOST_AUTO_TEST_CASE(of_few_channels_the_period_is_found_by_its_parts) {
  // Hops 0, 4, 11, 15, 22 … of 5 ms are heard.
  std::vector<BurstStart> heard;
  for (const BurstStart& start : starts_of(5e-3, 0, 2000)) {
    const auto slot = static_cast<int>(std::lround(start.start_s / 5e-3)) % 38;
    if (slot == 0 || slot == 4 || slot == 11 || slot == 15 || slot == 22 || slot == 31)
      heard.push_back(start);
  }
  PeriodFinder finder;
  const auto found = finder.find(heard, 0.5e-3);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->part_s == 5e-3, tt::tolerance(2e-3));
}

BOOST_AUTO_TEST_CASE(chance_has_no_period) {
  PeriodFinder finder;
  synth::Random random(8);
  std::size_t found = 0;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<BurstStart> starts;
    for (int i = 0; i < 500; ++i) starts.push_back({random.uniform(0, 5), -40});
    std::ranges::sort(starts, {}, &BurstStart::start_s);
    found += finder.find(starts, 0.5e-3).has_value();
  }
  BOOST_TEST(found == 0U);
  BOOST_TEST(!finder.find({}, 1e-3));
}

BOOST_AUTO_TEST_CASE(channels_are_joined_and_chance_ones_left_out) {
  HopSet hops;
  for (int n = 0; n < 400; ++n) hops.add(2404e6 + 1.5e6 * (n % 20) + 10e3 * (n % 3), 150e3);
  hops.add(2404.7e6, 150e3);
  BOOST_TEST(hops.channels_hz().size() == 20U);
  BOOST_TEST(hops.contains(2405.5e6, 150e3));
  BOOST_TEST(!hops.contains(2406.2e6, 150e3));
  HopSet flooded;
  for (int n = 0; n < 5000; ++n) flooded.add(2400e6 + 1e5 * n, 20e3);
  BOOST_TEST(flooded.size() == HopSet::kMost);
}

BOOST_AUTO_TEST_CASE(several_frames_explain_one_emission) {
  Explanations heard;
  heard.add({1.0004, 1.0005, 2437e6, 20e6});
  heard.add({1.0, 1.0003, 2437e6, 20e6});
  heard.sort();
  Burst burst;
  burst.start_s = 1.00001;
  burst.duration_s = 0.5e-3;
  burst.center_hz = 2437.2e6;
  burst.width_hz = 16.6e6;
  BOOST_TEST(heard.explains(burst));
  burst.width_hz = 1e6;  // a hopper within the channel
  BOOST_TEST(!heard.explains(burst));
  burst.width_hz = 16.6e6;
  burst.center_hz = 2462e6;
  BOOST_TEST(!heard.explains(burst));
  burst.center_hz = 2437e6;
  burst.duration_s = 3e-3;
  BOOST_TEST(!heard.explains(burst));
}

/// Bursts each `apart_s` that wander over 4 MHz and pause after 13 of 27, with carriers in some snapshots.
struct Wandering {
  std::vector<Burst> window;
  std::vector<sensor::TimedSignal> signals;
  Wandering(double apart_s, double lasts_s) {
    for (std::uint32_t n = 0; n < 1000; ++n) {
      if (n % 27 >= 13) continue;
      Burst& burst = window.emplace_back();
      burst.start_s = n * apart_s;
      burst.duration_s = lasts_s;
      burst.center_hz = 2440e6 + 0.3e6 * (n % 27);
      burst.width_hz = 0.5e6;
      burst.power = 1e-5;
      burst.emission = n + 1;
      if (n % 54 != 0) continue;
      sensor::TimedSignal& shown = signals.emplace_back();
      shown.emission = n + 1;
      shown.signal.modulation = decoders::links::Carrier{};
      shown.signal.occupied_hz = 0.6e6;
      shown.center_hz = burst.center_hz;
    }
  }
  std::size_t pieces() {
    join_pieces(window, signals);
    return static_cast<std::size_t>(
        std::ranges::count_if(window, [](const Burst& b) { return b.whole != kNone; }));
  }
};

// 27 slots of 625 us last about as long as a cycle of 60 Hz mains.
BOOST_AUTO_TEST_CASE(packets_of_a_hopper_are_no_sweep_of_an_oven) {
  BOOST_TEST(Wandering(625e-6, 366e-6).pieces() == 0U);
  BOOST_TEST(Wandering(625e-6, 640e-6).pieces() > 400U);
}

BOOST_AUTO_TEST_CASE(what_was_not_received_lowers_the_share) {
  Listening listening;
  BOOST_TEST(listening.share(2430e6, 2440e6, 0, 5) == 1);
  listening.add({0, 2, 2400e6, 2460e6, 1});
  listening.add({2, 4, 2500e6, 2560e6, 1});
  BOOST_TEST(listening.share(2430e6, 2440e6, 0, 5) == 0.5);
  BOOST_TEST(listening.share(2455e6, 2465e6, 0, 2) == 0.5);
  listening.add({4, 5, 2400e6, 2460e6, 0.5});
  BOOST_TEST(listening.share(2430e6, 2440e6, 4, 5) == 0.5);
}

BOOST_AUTO_TEST_SUITE_END()
