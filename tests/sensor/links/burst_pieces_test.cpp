#include "sensor/links/burst_pieces.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::links;
namespace tt = boost::test_tools;

namespace {

constexpr double kVideo_hz = 5.8e9, kSwing_hz = 4e6;
constexpr double kOven_hz = 2.45e9;

Burst burst(double start_s, double duration_s, double center_hz, double width_hz) {
  Burst made;
  made.start_s = start_s;
  made.duration_s = duration_s;
  made.center_hz = center_hz;
  made.width_hz = width_hz;
  made.power = 1e-4;
  made.level_dbfs = -40;
  made.snr_db = 10;
  return made;
}

TimedSignal video(double carrier_hz) {
  TimedSignal made;
  made.center_hz = kVideo_hz;
  made.signal.carrier_hz = carrier_hz - kVideo_hz;
  made.signal.modulation = decoders::links::FmVideo{.line_rate_hz = 15625, .deviation_hz = kSwing_hz};
  return made;
}

TimedSignal sweep(double center_hz) {
  TimedSignal made;
  made.center_hz = center_hz;
  made.signal.occupied_hz = 1e6;
  made.signal.modulation = decoders::links::Carrier{.drift_hz_per_s = 1e9};
  return made;
}

// Three pieces in each cycle, that wander upwards by 1 MHz each, with the middle at kOven_hz.
std::vector<Burst> oven(double period_s, std::size_t cycles) {
  std::vector<Burst> window;
  for (std::size_t cycle = 0; cycle < cycles; ++cycle)
    for (int piece = -1; piece <= 1; ++piece)
      window.push_back(burst(static_cast<double>(cycle) * period_s + 2e-3 * (piece + 1), 1.8e-3,
                             kOven_hz + 1e6 * piece, 1e6));
  return window;
}

std::size_t joined(const std::vector<Burst>& window) {
  return static_cast<std::size_t>(
      std::ranges::count_if(window, [](const Burst& each) { return each.whole != kNone; }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(burst_pieces)

BOOST_AUTO_TEST_CASE(pieces_of_analogue_video_become_one_burst_about_its_carrier) {
  std::vector<Burst> window{burst(1, 10e-3, kVideo_hz - 1e6, 1e6), burst(1.002, 12e-3, kVideo_hz + 2e6, 1e6),
                            burst(1.015, 5e-3, kVideo_hz - 2e6, 0.5e6)};
  window[1].signal = 7;
  window[1].power = 3e-4;
  join_pieces(window, std::vector{video(kVideo_hz + 0.2e6), video(kVideo_hz + 0.4e6)});
  const Burst& whole = window[0];
  BOOST_TEST(whole.whole == kNone);
  BOOST_TEST(!whole.explained);
  BOOST_TEST(whole.continues);
  BOOST_TEST(whole.signal == 7);
  BOOST_TEST(std::abs(whole.duration_s - 20e-3) < 1e-9);
  BOOST_TEST(std::abs(whole.center_hz - kVideo_hz - 0.3e6) < 1);
  BOOST_TEST(std::abs(whole.width_hz - 4.75e6) < 1);  // from -2.25 to 2.5 MHz
  // The energy of all of them, over the time of the whole.
  BOOST_TEST(whole.power == (1e-4 * 10e-3 + 3e-4 * 12e-3 + 1e-4 * 5e-3) / 20e-3, tt::tolerance(1e-6));
  BOOST_TEST(whole.level_dbfs == 10 * std::log10(whole.power), tt::tolerance(1e-4));
  for (std::size_t i = 1; i < window.size(); ++i) {
    BOOST_TEST(window[i].whole == 0);
    BOOST_TEST(window[i].explained);
  }
}

BOOST_AUTO_TEST_CASE(video_that_pauses_is_two_bursts) {
  std::vector<Burst> window{burst(1, 10e-3, kVideo_hz, 1e6), burst(1.001, 8e-3, kVideo_hz + 1e6, 1e6),
                            burst(1.02, 10e-3, kVideo_hz, 1e6), burst(1.021, 8e-3, kVideo_hz + 1e6, 1e6)};
  join_pieces(window, std::vector{video(kVideo_hz), video(kVideo_hz)});
  BOOST_TEST(window[0].whole == kNone);
  BOOST_TEST(window[1].whole == 0);
  BOOST_TEST(window[2].whole == kNone);
  BOOST_TEST(window[3].whole == 2);
}

BOOST_AUTO_TEST_CASE(what_is_no_piece_of_the_video_is_left_alone) {
  std::vector<Burst> window{burst(1, 10e-3, kVideo_hz, 1e6), burst(1.001, 5e-3, kVideo_hz + 1e6, 1e6),
                            burst(1.002, 5e-3, kVideo_hz + 10e6, 1e6),  // beyond what it swings
                            burst(1.003, 5e-3, kVideo_hz, 20e6),        // wider than it
                            burst(1.004, 5e-3, kVideo_hz, 1e6)};
  window[4].explained = true;  // by decoded frames
  join_pieces(window, std::vector{video(kVideo_hz), video(kVideo_hz)});
  BOOST_TEST(window[1].whole == 0);
  for (std::size_t i = 2; i < window.size(); ++i) BOOST_TEST(window[i].whole == kNone);
}

BOOST_AUTO_TEST_CASE(one_snapshot_or_one_without_numbers_shows_no_video) {
  const std::vector<Burst> window{burst(1, 10e-3, kVideo_hz, 1e6), burst(1.001, 5e-3, kVideo_hz + 1e6, 1e6)};
  auto once = window;
  join_pieces(once, std::vector{video(kVideo_hz)});
  BOOST_TEST(joined(once) == 0U);
  auto apart = window;
  join_pieces(apart, std::vector{video(kVideo_hz), video(kVideo_hz + 5e6)});
  BOOST_TEST(joined(apart) == 0U);
  auto unknown = window;
  TimedSignal nowhere = video(kVideo_hz);
  nowhere.signal.carrier_hz = std::nan("");
  join_pieces(unknown, std::vector{video(kVideo_hz), nowhere});
  BOOST_TEST(joined(unknown) == 0U);
}

BOOST_AUTO_TEST_CASE(an_ovens_sweeps_become_one_burst_a_cycle_of_the_mains) {
  const std::vector<TimedSignal> signals(4, sweep(kOven_hz));
  for (const double period_s : {1 / 50.0, 1 / 60.0}) {
    auto window = oven(period_s, 6);
    join_pieces(window, signals);
    BOOST_TEST(joined(window) == 12U);
    for (std::size_t first = 0; first < window.size(); first += 3) {
      BOOST_TEST(window[first].whole == kNone);
      BOOST_TEST(std::abs(window[first].duration_s - 5.8e-3) < 1e-9);
      BOOST_TEST(std::abs(window[first].center_hz - kOven_hz) < 1);
      BOOST_TEST(std::abs(window[first].width_hz - 3e6) < 1);
      BOOST_TEST(window[first + 1].whole == static_cast<std::int32_t>(first));
      BOOST_TEST(window[first + 2].whole == static_cast<std::int32_t>(first));
    }
  }
}

// From 0.4 to 1 in 2 ms: as a line, it was nothing 1.33 ms before the middle of the first piece.
BOOST_AUTO_TEST_CASE(what_an_ovens_power_hides_at_both_ends_is_added) {
  const std::vector<TimedSignal> signals(4, sweep(kOven_hz));
  auto window = oven(1 / 50.0, 6);
  for (std::size_t i = 0; i < window.size(); ++i) {
    window[i].emission = i;
    if (i % 3 != 1) window[i].power = 0.4e-4;  // 1e-4 between them
  }
  const Burst stranger = burst(20e-3 - 0.2e-3, 1e-3, kOven_hz + 20e6, 1e6);
  window.insert(window.begin() + 3, stranger);
  join_pieces(window, signals);
  BOOST_TEST(joined(window) == 12U);
  BOOST_TEST(std::ranges::is_sorted(window, {}, &Burst::start_s));
  std::size_t wholes = 0;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const Burst& each = window[i];
    if (each.whole != kNone) {
      const Burst& whole = window[static_cast<std::size_t>(each.whole)];
      BOOST_TEST(whole.whole == kNone);
      BOOST_TEST((each.start_s >= whole.start_s && each.end_s() <= whole.end_s()));
    } else if (each.width_hz > 1.5e6) {
      ++wholes;
      BOOST_TEST(each.duration_s == 5.8e-3 + 2 * (4e-3 / 3 - 0.9e-3), tt::tolerance(1e-9));
      BOOST_TEST(each.power * each.duration_s == (1e-4 + 0.8e-4) * 1.8e-3, tt::tolerance(1e-6));
    }
  }
  BOOST_TEST(wholes == 6U);
}

BOOST_AUTO_TEST_CASE(without_mains_enough_sweeps_or_the_ovens_band_nothing_is_an_oven) {
  const std::vector<TimedSignal> signals(4, sweep(kOven_hz));
  auto off_mains = oven(27e-3, 6);
  join_pieces(off_mains, signals);
  BOOST_TEST(joined(off_mains) == 0U);
  auto few = oven(1 / 50.0, 3);
  join_pieces(few, signals);
  BOOST_TEST(joined(few) == 0U);
  auto unseen = oven(1 / 50.0, 6);
  join_pieces(unseen, std::span(signals).first(3));
  BOOST_TEST(joined(unseen) == 0U);
  auto elsewhere = oven(1 / 50.0, 6);
  for (Burst& each : elsewhere) each.center_hz += 3e9;
  join_pieces(elsewhere, std::vector(4, sweep(kOven_hz + 3e9)));
  BOOST_TEST(joined(elsewhere) == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_has_no_pieces) {
  std::vector<Burst> window;
  join_pieces(window, {});
  BOOST_TEST(window.empty());
}

BOOST_AUTO_TEST_SUITE_END()
