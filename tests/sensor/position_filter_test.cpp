#include "sensor/position_filter.hpp"

#include <boost/test/unit_test.hpp>

#include "remote_id_frames.hpp"
#include "sensor/tracker.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;
using Verdict = PositionFilter::Verdict;

namespace {

constexpr Position kHere{51.5, 7.25}, kThere{51.6, 7.25};  // 11 km apart

Position north_of(Position at, double metres) { return {at.lat_deg + metres / 111'250, at.lon_deg}; }

Verdict hear(PositionFilter& filter, Position at, std::int64_t ms) { return filter.take(at, 3.0, at_ms(ms)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(position_filter)

BOOST_AUTO_TEST_CASE(believes_what_an_aircraft_can_fly) {
  PositionFilter filter;
  for (int second = 0; second < 100; ++second)
    BOOST_TEST((hear(filter, north_of(kHere, 120.0 * second), 1000 * second) == Verdict::believed));
  BOOST_TEST(filter.held() == 0U);
}

BOOST_AUTO_TEST_CASE(one_wild_position_is_held_and_forgotten) {
  PositionFilter filter;
  hear(filter, kHere, 0);
  BOOST_TEST((hear(filter, kThere, 500) == Verdict::held));
  BOOST_TEST(filter.jumped());
  BOOST_TEST((hear(filter, kHere, 1000) == Verdict::believed));
  BOOST_TEST((hear(filter, kThere, 1500) == Verdict::held));
  BOOST_TEST(filter.held() == 2U);
}

BOOST_AUTO_TEST_CASE(positions_that_agree_with_one_another_are_believed_in_the_end) {
  PositionFilter filter;
  hear(filter, kHere, 0);
  for (int i = 1; i < PositionFilter::kConfirmations; ++i)
    BOOST_TEST((hear(filter, kThere, 500 * i) == Verdict::held));
  BOOST_TEST((hear(filter, kThere, 500 * PositionFilter::kConfirmations) == Verdict::confirmed));
  BOOST_TEST((hear(filter, kThere, 4000) == Verdict::believed));
}

BOOST_AUTO_TEST_CASE(positions_that_agree_with_nothing_are_never_believed) {
  PositionFilter filter;
  hear(filter, kHere, 0);
  for (int i = 1; i < 40; ++i)
    BOOST_TEST((hear(filter, north_of(kHere, 50'000.0 * i), 250 * i) == Verdict::held));
}

BOOST_AUTO_TEST_CASE(two_places_in_alternation_leave_the_first_believed) {
  PositionFilter filter;
  for (int i = 0; i < 40; ++i) {
    const Verdict verdict = hear(filter, i % 2 == 0 ? kHere : kThere, 250 * i);
    BOOST_TEST((verdict == (i % 2 == 0 ? Verdict::believed : Verdict::held)));
  }
}

BOOST_AUTO_TEST_CASE(after_a_silence_it_may_be_far_away) {
  PositionFilter filter;
  hear(filter, kHere, 0);
  BOOST_TEST((hear(filter, kThere, 60'000) == Verdict::believed));
}

BOOST_AUTO_TEST_CASE(the_tracker_keeps_what_is_held_out_of_the_claims_and_counts_it) {
  Tracker tracker;
  std::vector<AircraftMessage> told;
  const auto send = [&](double lat_deg, std::int64_t ms) {
    msg::OdidPack pack;
    pack.messages = {basic_id("1596F0A1B2C3D4E5F6G7"), location(lat_deg)};
    tracker.on_frame(heard_remote_id(pack, at_ms(ms)), at_ms(ms));
  };
  send(51.5, 0);
  send(51.6, 1000);
  tracker.finish(at_ms(1100), told);
  BOOST_REQUIRE(!told.empty());
  BOOST_TEST(told.back().claimed.position->lat_deg == 51.5);
  BOOST_TEST(told.back().measured.positions_held == 1U);
  BOOST_TEST(tracker.positions_held() == 1U);
  told.clear();
  for (int i = 2; i < 5; ++i) send(51.6, 1000 * i);
  tracker.finish(at_ms(4100), told);
  BOOST_TEST(told.back().claimed.position->lat_deg == 51.6);
  BOOST_TEST(told.back().measured.positions_held == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
