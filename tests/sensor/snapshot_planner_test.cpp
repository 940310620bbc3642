// Which emissions a look is taken at, and at which rate.

#include "sensor/snapshot_planner.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "tests/support/random.hpp"

namespace {

using namespace windhover;
using namespace windhover::sensor;

constexpr std::size_t kNarrow = 1, kVideo = 2;  // in kSnapshotRates: 3.84 and 15.36 MS/s
constexpr double kBlock_s = 75e-6;

struct Steady {
  std::size_t low_cell, end_cell;
  double from_s, to_s;
};

/// The snapshots that are begun, with noise and what is on in the cells of 20 MHz.
std::vector<EmissionSnapshotStart> begun(double seconds, const std::vector<Steady>& on) {
  const dsp::BankGeometry geometry = dsp::bank_geometry({20e6});
  dsp::EmissionDetector detector(geometry);
  SnapshotPlanner planner(geometry);
  synth::Random random(5);
  std::vector<float> cells(geometry.fft_size / 4);
  std::vector<EmissionSnapshotStart> orders;
  for (std::int64_t block = 1; static_cast<double>(block) * kBlock_s < seconds; ++block) {
    const double at_s = static_cast<double>(block) * kBlock_s;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      double power = 1;
      for (const Steady& one : on)
        if (c >= one.low_cell && c < one.end_cell && at_s >= one.from_s && at_s < one.to_s) power = 10;
      // A cell of noise has four degrees of freedom or so.
      double sum = 0;
      for (int i = 0; i < 2; ++i) sum += std::norm(random.complex_normal(power / 2));
      cells[c] = static_cast<float>(sum);
    }
    detector.push(block, cells);
    planner.plan(detector, block, std::min<std::int64_t>(block, kSnapshotReach));
    for (const auto& start : planner.starts()) orders.push_back(start.order);
  }
  return orders;
}

std::size_t count(const std::vector<EmissionSnapshotStart>& orders, std::size_t rate) {
  return static_cast<std::size_t>(std::ranges::count(orders, rate, &EmissionSnapshotStart::rate));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_planner)

// Of a dark picture 2 MHz stand out, and its synchronisation lies far beside them.
BOOST_AUTO_TEST_CASE(what_is_narrow_and_does_not_pause_is_looked_at_a_second_time_with_all_that_video_needs) {
  const auto orders = begun(0.4, {{200, 250, 0.1, 1}});
  BOOST_TEST_REQUIRE(orders.size() >= 2);
  BOOST_TEST(orders[0].rate == kNarrow);
  BOOST_TEST(count(orders, kVideo) == 1);
}

BOOST_AUTO_TEST_CASE(what_ends_sooner_is_not) {
  const auto orders = begun(0.4, {{200, 250, 0.1, 0.115}, {200, 250, 0.2, 0.215}});
  BOOST_TEST(count(orders, kNarrow) > 0);
  BOOST_TEST(count(orders, kVideo) == 0);
}

// Most of what is narrow is no video, and wide links need snapshots of that rate too. What began at once, as
// after a gap, takes turns.
BOOST_AUTO_TEST_CASE(second_looks_are_taken_twice_a_second_at_most_and_in_turn) {
  const auto orders = begun(2.1, {{100, 130, 0.1, 3}, {200, 250, 0.1, 3}, {300, 340, 0.1, 3}});
  BOOST_TEST(count(orders, kVideo) >= 3);
  BOOST_TEST(count(orders, kVideo) <= 4);
  std::set<std::int64_t> looked_at;
  for (const EmissionSnapshotStart& order : orders)
    if (order.rate == kVideo) looked_at.insert(std::llround(static_cast<double>(order.offset_bins) / 300));
  BOOST_TEST(looked_at.size() == 3U);  // middles at -540, -100 and 280 bins
}

BOOST_AUTO_TEST_SUITE_END()
