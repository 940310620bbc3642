#include "sensor/claimed_times.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "remote_id_frames.hpp"
#include "sensor/claims.hpp"
#include "sensor/feed_json.hpp"
#include "sensor/tracker.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using nlohmann::json;

namespace {

msg::Location stamped(double seconds_of_hour) {
  msg::Location at = location();
  at.seconds_of_hour = seconds_of_hour;
  return at;
}

// kStart is a full hour.
constexpr UtcTime kNoDate = UtcTime{} + std::chrono::seconds(4000);

}  // namespace

BOOST_AUTO_TEST_SUITE(claimed_times)

BOOST_AUTO_TEST_CASE(the_reception_says_which_hour_is_meant) {
  BOOST_CHECK(claimed_time(stamped(0.5), at_ms(1000)) == at_ms(500));
  BOOST_CHECK(claimed_time(stamped(3599.5), at_ms(1000)) == at_ms(-500));
  BOOST_CHECK(claimed_time(stamped(0.5), at_ms(-500)) == at_ms(500));
  BOOST_CHECK(!claimed_time(location(), at_ms(1000)));
}

BOOST_AUTO_TEST_CASE(without_a_date_there_is_no_hour) {
  BOOST_CHECK(!claimed_time(stamped(0.5), kNoDate));
  BOOST_CHECK(!claimed_time(std::optional<std::int64_t>(1'700'000'000), kNoDate));
}

BOOST_AUTO_TEST_CASE(times_that_cannot_be_are_absent) {
  const std::int64_t now_s = std::chrono::floor<std::chrono::seconds>(kStart).time_since_epoch().count();
  BOOST_CHECK(claimed_time(std::optional(now_s), at_ms(0)) == kStart);
  BOOST_CHECK(!claimed_time(std::optional(now_s + 2 * 86'400), at_ms(0)));
  BOOST_CHECK(!claimed_time(std::optional<std::int64_t>(1'546'300'800), at_ms(0)));
  BOOST_CHECK(!claimed_time(std::nullopt, at_ms(0)));
}

BOOST_AUTO_TEST_CASE(frames_tell_the_stamp_and_the_time_it_means) {
  msg::System system = system_message();
  system.timestamp_s = std::chrono::floor<std::chrono::seconds>(kStart).time_since_epoch().count();
  msg::OdidPack pack;
  pack.messages = {stamped(3599.5), system};
  const TimedFrame heard = heard_remote_id(pack, at_ms(1000));
  const json fields = json::parse(to_json(FrameMessage{{}, "", heard}))["messages"];
  BOOST_TEST(fields[0]["fields"]["seconds_of_hour"] == 3599.5);
  BOOST_TEST(fields[0]["fields"]["time"] == to_rfc3339(at_ms(-500)));
  BOOST_TEST(fields[1]["fields"]["time"] == to_rfc3339(kStart));
  const TimedFrame undated = heard_remote_id(pack, kNoDate);
  const json without = json::parse(to_json(FrameMessage{{}, "", undated}))["messages"];
  BOOST_TEST(without[0]["fields"]["seconds_of_hour"] == 3599.5);
  BOOST_TEST(!without[0]["fields"].contains("time"));
  BOOST_TEST(!without[1]["fields"].contains("time"));
}

BOOST_AUTO_TEST_CASE(an_aircraft_tells_when_it_was_at_its_position) {
  Tracker tracker;
  std::vector<AircraftMessage> told;
  const auto hear = [&](msg::RemoteIdBody body, std::int64_t ms) {
    tracker.on_frame(heard_remote_id(std::move(body), at_ms(ms)), at_ms(ms));
    tracker.advance(at_ms(ms), told);
  };
  hear(basic_id("S1"), 0);
  hear(stamped(1.5), 2000);
  BOOST_REQUIRE(!told.empty());
  BOOST_CHECK(told.back().claimed.position_time == at_ms(1500));
  BOOST_TEST(json::parse(to_json(told.back()))["claimed"]["position_time"] == to_rfc3339(at_ms(1500)));
  // Another stamp alone is no news, and ages with the position that it belongs to.
  const std::size_t before = told.size();
  hear(stamped(3.0), 3500);
  BOOST_TEST(told.size() == before);
  for (int ms = 8'000; ms <= 18'000; ms += 5'000) hear(basic_id("S1"), ms);
  BOOST_CHECK(!told.back().claimed.position);
  BOOST_CHECK(!told.back().claimed.position_time);
}

BOOST_AUTO_TEST_CASE(a_stamp_without_a_position_dates_nothing) {
  msg::Location lost = stamped(1.5);
  lost.position.reset();
  BOOST_CHECK(!claims_of(heard_remote_id(lost, at_ms(2000)), {}).position_time);
  msg::Gb46750 gb;
  gb.position = msg::GeoPosition{30, 120};
  gb.time_ms = std::chrono::floor<std::chrono::milliseconds>(at_ms(1250)).time_since_epoch().count();
  BOOST_CHECK(claims_of(heard_remote_id(gb, at_ms(2000)), {}).position_time == at_ms(1250));
}

BOOST_AUTO_TEST_SUITE_END()
