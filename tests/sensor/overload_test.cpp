#include "sensor/overload.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <random>
#include <vector>

using namespace windhover::sensor;

namespace {

constexpr double kRing_s = 0.28, kLook_s = 0.05;

/// What each level costs, as a share of level 0; slices scale what is left.
double need(ShedLevel level) {
  constexpr double kNeeds[] = {1, 0.99, 0.85, 0.75, 0.7, 0.6};
  return level <= 5 ? kNeeds[level] : kNeeds[5] * time_share(level);
}

/// A machine that has `supply(t)` of what level 0 needs, and rings in between.
struct Plant {
  std::function<double(double)> supply;
  /// A limit of which nothing is seen before it is reached: threads seem idle beside what level 0 needs.
  bool hidden_limit = false;
  bool has_rows = true;
  std::mt19937 random{1};
  LoadGovernor governor{};
  double now_s = 0, lag_s = 0, lost_s = 0;
  std::uint64_t lost = 0;
  std::vector<ShedLevel> levels{};  // at each look

  void run(double seconds) {
    std::uniform_real_distribution<double> uneven(0.9, 1.1);
    for (double end_s = now_s + seconds; now_s < end_s; now_s += kLook_s) {
      const double share = need(governor.level()) * uneven(random) / supply(now_s);
      lag_s = std::max(0.0, lag_s + (share - 1) / share * kLook_s);
      if (lag_s > kRing_s) {
        ++lost;
        lost_s += lag_s - kRing_s / 2;
        lag_s = kRing_s / 2;
      }
      const double busy = hidden_limit && lag_s == 0 ? need(governor.level()) / 2 : std::min(share, 1.0);
      governor.take({lag_s, lost, 0, busy, has_rows}, now_s);
      levels.push_back(governor.level());
    }
  }
  std::size_t changes_since(std::size_t from) const {
    std::size_t changes = 0;
    for (std::size_t i = std::max<std::size_t>(from, 1); i < levels.size(); ++i)
      changes += levels[i] != levels[i - 1];
    return changes;
  }
  /// From `end` on.
  double settles_after_s(std::size_t from, ShedLevel end) const {
    std::size_t last = from;
    for (std::size_t i = from; i < levels.size(); ++i)
      if (levels[i] != end) last = i + 1;
    return static_cast<double>(last - from) * kLook_s;
  }
};

Plant with(double supply) {
  return Plant{[supply](double) { return supply; }};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(overload)

BOOST_AUTO_TEST_CASE(a_machine_that_keeps_up_sheds_nothing) {
  for (const double supply : {1.15, 1.3, 2.0, 10.0}) {
    Plant plant = with(supply);
    plant.run(600);
    BOOST_TEST(plant.changes_since(0) == 0U, "with " << supply);
  }
}

BOOST_AUTO_TEST_CASE(peaks_of_the_queue_are_no_overload) {
  LoadGovernor governor;
  for (int i = 0; i < 2000; ++i)
    BOOST_TEST_REQUIRE(governor.take({i % 4 == 0 ? 0.0 : 0.25, 0, 0, 0.9}, i * kLook_s) == 0);
}

BOOST_AUTO_TEST_CASE(a_loss_without_a_queue_is_a_hiccup_but_not_one_of_the_feed) {
  LoadGovernor governor;
  for (int i = 0; i < 200; ++i)
    BOOST_TEST_REQUIRE(governor.take({0.02, static_cast<std::uint64_t>(i), 0, 0.5}, i * kLook_s) == 0);
  for (int i = 200; i < 240; ++i) governor.take({0.02, 200, static_cast<std::uint64_t>(i), 0.5}, i * kLook_s);
  BOOST_TEST(governor.level() > 0);
}

BOOST_AUTO_TEST_CASE(a_queue_that_shrinks_is_left_to_itself) {
  LoadGovernor governor;
  double lag_s = 0.28;
  for (int i = 0; i < 40; ++i, lag_s = std::max(0.0, lag_s - 0.008))
    BOOST_TEST(governor.take({lag_s, 0, 0, 1}, i * kLook_s) == 0);
}

BOOST_AUTO_TEST_CASE(it_sheds_step_by_step_until_it_keeps_up_and_no_further) {
  for (const double supply : {0.9, 0.8, 0.72, 0.65, 0.5, 0.35, 0.18}) {
    Plant plant = with(supply);
    plant.run(60);
    for (std::size_t i = 1; i < plant.levels.size(); ++i)
      BOOST_TEST_REQUIRE(std::abs(plant.levels[i] - plant.levels[i - 1]) <= 1);
    ShedLevel enough = 0;
    while (enough < kMostShed && need(enough) > supply) ++enough;
    const std::size_t settled = plant.levels.size() / 4;
    const auto most =
        *std::max_element(plant.levels.begin() + static_cast<std::ptrdiff_t>(settled), plant.levels.end());
    BOOST_TEST(most >= enough, "with " << supply);
    BOOST_TEST(most <= enough + 1, "with " << supply);
    // What is lost is lost at the beginning.
    const double lost_s = plant.lost_s;
    plant.run(60);
    BOOST_TEST(plant.lost_s == lost_s, "with " << supply);
  }
}

BOOST_AUTO_TEST_CASE(it_is_back_ten_seconds_after_the_starvation_at_the_latest) {
  for (const bool hidden : {false, true})
    for (const double supply : {0.9, 0.65, 0.5, 0.3, 0.15, 0.05})
      for (const double starved_s : {2.0, 7.3, 31.0, 120.7}) {
        for (const bool has_rows : {false, true}) {
          Plant plant{[&](double t) { return t < 20 || t > 20 + starved_s ? 1.5 : supply; }, hidden,
                      has_rows};
          plant.run(20);
          BOOST_TEST(plant.governor.level() == 0);
          plant.run(starved_s);
          BOOST_TEST((plant.governor.level() > 0 || starved_s < 3));
          const std::size_t ended = plant.levels.size();
          plant.run(60);
          BOOST_TEST(plant.settles_after_s(ended, 0) <= 10, "after " << starved_s << " s with " << supply
                                                                     << (hidden ? ", hidden" : "")
                                                                     << (has_rows ? ", with rows" : ""));
        }
      }
}

BOOST_AUTO_TEST_CASE(it_never_flaps_more_than_by_a_try_in_four_seconds) {
  for (const bool hidden : {false, true})
    for (const double supply : {0.95, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2}) {
      Plant plant{[supply](double) { return supply; }, hidden};
      plant.run(30);
      const std::size_t settled = plant.levels.size();
      const double lost_s = plant.lost_s;
      plant.run(600);
      // A try is a step back and one down again.
      const std::size_t changes = plant.changes_since(settled);
      BOOST_TEST(changes <= 2 * 600 / 4U, changes << " with " << supply << (hidden ? ", hidden" : ""));
      BOOST_TEST(plant.lost_s == lost_s, "tries cost nothing: " << supply);
    }
}

BOOST_AUTO_TEST_CASE(a_supply_that_swings_moves_the_level_no_faster_than_it_swings) {
  Plant plant{[](double t) { return std::fmod(t, 6) < 3 ? 0.5 : 1.5; }};
  plant.run(600);
  // Down and up again by at most all levels in each of a hundred swings.
  BOOST_TEST(plant.changes_since(0) <= 100 * 2 * std::size_t{kMostShed});
  BOOST_TEST(plant.changes_since(0) >= 100U);
}

BOOST_AUTO_TEST_CASE(a_level_that_saves_nothing_is_passed_over_down_and_up) {
  for (const bool has_rows : {false, true}) {
    Plant plant{[](double t) { return t < 30 ? 0.3 : 1.5; }, false, has_rows};
    plant.run(90);
    BOOST_TEST(plant.governor.level() == 0);
    BOOST_TEST((std::ranges::count(plant.levels, ShedLevel{1}) > 0) == has_rows);
    BOOST_TEST(std::ranges::count(plant.levels, ShedLevel{2}) > 0);
  }
}

BOOST_AUTO_TEST_CASE(who_wants_rows_at_a_time_of_overload_changes_no_level) {
  Plant plant = with(0.3);
  plant.has_rows = false;
  plant.run(60);
  const std::size_t settled = plant.levels.size();
  for (int i = 0; i < 20; ++i) {
    plant.has_rows = !plant.has_rows;
    plant.run(0.2);
  }
  BOOST_TEST(
      *std::min_element(plant.levels.begin() + static_cast<std::ptrdiff_t>(settled), plant.levels.end()) > 1);
}

BOOST_AUTO_TEST_CASE(levels_shed_in_the_documented_order) {
  for (ShedLevel level = 0; level <= kMostShed; ++level)
    for (std::size_t work = 1; work < kWorks; ++work)
      BOOST_TEST((!is_shed(Work{static_cast<std::uint8_t>(work)}, level) ||
                  is_shed(Work{static_cast<std::uint8_t>(work - 1)}, level)));
  BOOST_TEST(!is_shed(Work::spectrum_rows, 0));
  BOOST_TEST(is_shed(Work::spectrum_rows, 1));
  BOOST_TEST(!is_shed(Work::snapshots, 1));
  BOOST_TEST(time_share(5) == 1);
  for (ShedLevel level = 6; level <= kMostShed; ++level) {
    BOOST_TEST(is_shed(Work::everything, level));
    BOOST_TEST(time_share(level) < time_share(static_cast<ShedLevel>(level - 1)));
  }
}

BOOST_AUTO_TEST_CASE(slices_are_taken_evenly_and_miss_no_period) {
  for (const double share : {0.75, 0.5, 0.25}) {
    int taken = 0, longest = 0, run = 0;
    for (std::int64_t n = 0; n < 10'000; ++n) {
      const bool is_taken = is_slice_taken(n, share);
      taken += is_taken;
      run = is_taken ? 0 : run + 1;
      longest = std::max(longest, run);
    }
    BOOST_TEST(std::abs(taken / 1e4 - share) < 0.002);
    BOOST_TEST(longest <= 5);
    // DroneID each 0.64 s, which is eight slices, beacons each 102.4 ms, adverts each second.
    for (const double period_s : {0.1024, 0.2, 0.5, 0.64, 1.0}) {
      int heard = 0;
      for (int i = 0; i < 1000; ++i)
        heard += is_slice_taken(static_cast<std::int64_t>((0.013 + i * period_s) / kSlice_s), share);
      BOOST_TEST(heard > 700 * share, period_s << " s, " << share);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
