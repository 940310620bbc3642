#include "sensor/trust/alert_book.hpp"

#include <boost/test/unit_test.hpp>

#include "sensor/trust/odds.hpp"
#include "tests/sensor/remote_id_frames.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;

namespace {

struct Fixture {
  AlertBook book;
  std::vector<AlertMessage> due;

  void tell(std::int64_t ms, std::vector<double> weights = {}, std::string id = "rid-A",
            AircraftState state = AircraftState::alive, std::optional<std::string_view> status = {}) {
    AircraftMessage aircraft;
    aircraft.head.time = at_ms(ms);
    aircraft.id = std::move(id);
    aircraft.state = state;
    aircraft.claimed.status = status;
    for (const double weight : weights) aircraft.trust.reasons.push_back(weighed("test", weight, "Why."));
    due.clear();
    book.take(aircraft, due);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(alert_book)

BOOST_FIXTURE_TEST_CASE(a_new_aircraft_is_told_once_and_cleared_when_gone, Fixture) {
  tell(0);
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].id == "new_aircraft-rid-A");
  BOOST_TEST((due[0].severity == Severity::info));
  BOOST_TEST(!due[0].cleared);
  tell(5000);
  BOOST_TEST(due.empty());
  tell(9000, {}, "rid-A", AircraftState::gone);
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].cleared);
  BOOST_TEST((due[0].since == at_ms(0)));
  tell(9000, {}, "rid-A", AircraftState::gone);
  BOOST_TEST(due.empty());
}

BOOST_FIXTURE_TEST_CASE(addresses_without_a_name_are_no_new_aircraft, Fixture) {
  tell(0, {}, "rid-unidentified-c00000000001");
  BOOST_TEST(due.empty());
}

BOOST_FIXTURE_TEST_CASE(suspicion_is_the_sum_of_weights, Fixture) {
  tell(0, {3});
  BOOST_TEST(due.size() == 1U);  // the new aircraft
  tell(1000, {3, 2});
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].id == "spoof_suspicion-rid-A");
  BOOST_TEST((due[0].severity == Severity::notice));
  BOOST_TEST(due[0].text == "Why.");
  BOOST_TEST(due[0].reasons.size() == 2U);
  tell(2000, {3, 2, -5});
  BOOST_TEST(due.empty());
}

BOOST_FIXTURE_TEST_CASE(it_is_told_again_only_when_it_grows_more_severe, Fixture) {
  tell(0, {5});
  tell(1000, {6});
  BOOST_TEST(due.empty());
  tell(2000, {10});
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST((due[0].severity == Severity::warning));
  BOOST_TEST((due[0].since == at_ms(0)));
  tell(3000, {5});
  BOOST_TEST(due.empty());
}

BOOST_FIXTURE_TEST_CASE(it_is_cleared_after_a_calm_minute_and_does_not_flicker, Fixture) {
  tell(0, {5});
  for (int second = 1; second < 200; ++second) {
    tell(1000 * second, {second % 2 == 0 ? 4.7 : 2.4});
    BOOST_TEST(due.empty());
  }
  for (int second = 200; second < 259; ++second) {
    tell(1000 * second, {2});
    BOOST_TEST(due.empty());
  }
  tell(259'000, {2});
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].cleared);
}

BOOST_FIXTURE_TEST_CASE(an_emergency_is_critical, Fixture) {
  tell(0, {}, "rid-A", AircraftState::alive, "emergency");
  BOOST_REQUIRE(due.size() == 2U);
  BOOST_TEST(due[1].id == "emergency-rid-A");
  BOOST_TEST((due[1].severity == Severity::critical));
  tell(30'000, {}, "rid-A", AircraftState::alive, "airborne");
  BOOST_TEST(due.empty());
  tell(61'000, {}, "rid-A", AircraftState::alive, "airborne");
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].cleared);
}

BOOST_AUTO_TEST_SUITE_END()
