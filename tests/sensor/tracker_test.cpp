#include "sensor/tracker.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "dji_frames.hpp"
#include "sensor/feed_json.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;

namespace {

using Messages = std::vector<AircraftMessage>;

void hear(Tracker& tracker, const TimedFrame& heard) { tracker.on_frame(heard, heard.at.time); }

Messages advance(Tracker& tracker, UtcTime now) {
  Messages due;
  tracker.advance(now, due);
  return due;
}

std::int64_t ms_of(const AircraftMessage& message) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(message.head.time - kStart).count();
}

std::vector<std::int64_t> times_ms(const Messages& messages) {
  std::vector<std::int64_t> times;
  for (const auto& each : messages) times.push_back(ms_of(each));
  return times;
}

msg::DjiTelemetry at_height(double height_m, std::string serial = "A") {
  msg::DjiTelemetry moving = telemetry(std::move(serial));
  moving.height_m = height_m;
  return moving;
}

std::string serial(int number) { return std::string("S").append(std::to_string(number)); }

// A minute of two moving aircraft, a licence, an encrypted session and a pause, as `step` between advances
// sees it.
std::vector<std::string> told_in_steps(std::chrono::nanoseconds step) {
  std::vector<TimedFrame> frames;
  std::mt19937 random(5);
  for (int i = 0; i < 60; ++i) {
    const auto jitter = static_cast<std::int64_t>(random() % 400);
    if (i < 10 || i > 40) frames.push_back(frame(at_height(i, "B"), at_ms(i * 640 + jitter)));
    if (i % 7 != 0) frames.push_back(frame(at_height(i / 5, "A"), at_ms(i * 640 + 500)));
    if (i == 20) frames.push_back(frame(msg::DjiLicence{"A", "ID", {}}, at_ms(i * 640 + 500), 0x11));
    if (i < 3)
      frames.push_back(frame(msg::DjiEncrypted{"INFP", {1, 2, 3, 4}, 9}, at_ms(i * 640 + 501), 0x13));
  }
  Tracker tracker;
  std::vector<std::string> told;
  UtcTime now = kStart;
  const auto advance_to = [&](UtcTime until) {
    for (; now < until; now += step)
      for (const auto& message : advance(tracker, now)) told.push_back(to_json(message));
  };
  for (const auto& each : frames) {
    advance_to(each.at.time);
    hear(tracker, each);
  }
  advance_to(at_ms(200'000));
  for (const auto& message : advance(tracker, at_ms(200'000))) told.push_back(to_json(message));
  return told;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tracker)

BOOST_AUTO_TEST_CASE(a_new_aircraft_is_told_at_once) {
  Tracker tracker;
  hear(tracker, frame(telemetry(), at_ms(100)));
  const Messages told = advance(tracker, at_ms(100));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].id == "dji-1WNBH3900201N1");
  BOOST_TEST(ms_of(told[0]) == 100);
  BOOST_TEST(told[0].claimed.model.value() == "Mavic Air 2");
  BOOST_TEST(told[0].claimed.height_m.value() == 3.7, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(told[0].measured.frames == 1U);
  BOOST_TEST(!told[0].trust.authenticated);
}

BOOST_AUTO_TEST_CASE(changes_are_told_once_a_second_and_rest_every_five) {
  Tracker tracker;
  for (int i = 0; i < 30; ++i) hear(tracker, frame(at_height(i < 20 ? i : 20), at_ms(i * 100)));
  for (int i = 0; i < 80; ++i) hear(tracker, frame(at_height(20), at_ms(3000 + i * 100)));
  const Messages told = advance(tracker, at_ms(12'000));
  const std::vector<std::int64_t> expected{0, 1000, 2000, 3000, 8000};
  BOOST_TEST(times_ms(told) == expected, boost::test_tools::per_element());
  BOOST_TEST(told[1].claimed.height_m.value() == 9.0);  // told before the frame of the same moment is heard
}

BOOST_AUTO_TEST_CASE(a_change_shortly_before_a_message_waits_a_second_not_five) {
  Tracker tracker;
  hear(tracker, frame(at_height(1), at_ms(0)));
  hear(tracker, frame(at_height(2), at_ms(300)));
  hear(tracker, frame(at_height(3), at_ms(3000)));
  const std::vector<std::int64_t> expected{0, 1000, 3000};
  BOOST_TEST(times_ms(advance(tracker, at_ms(7999))) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(silence_lets_an_aircraft_fade_and_go_with_one_last_message) {
  Tracker tracker;
  hear(tracker, frame(telemetry(), at_ms(0)));
  const Messages told = advance(tracker, at_ms(200'000));
  const std::vector<std::int64_t> expected{0, 5000, 10'000, 15'000, 60'000};
  BOOST_TEST(times_ms(told) == expected, boost::test_tools::per_element());
  BOOST_TEST(to_string(told[2].state) == "alive");
  BOOST_TEST(to_string(told[3].state) == "fading");
  BOOST_TEST(to_string(told[4].state) == "gone");
  BOOST_TEST(tracker.size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_aircraft_that_is_heard_again_comes_back_to_life) {
  Tracker tracker;
  hear(tracker, frame(telemetry(), at_ms(0)));
  advance(tracker, at_ms(20'000));
  hear(tracker, frame(telemetry(), at_ms(20'000)));
  const Messages told = advance(tracker, at_ms(20'000));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(to_string(told[0].state) == "alive");
  BOOST_TEST(told[0].claimed.position.has_value());
  BOOST_TEST(told[0].measured.frames == 2U);
}

BOOST_AUTO_TEST_CASE(moving_fields_age_out_one_by_one_and_lasting_ones_stay) {
  Tracker tracker;
  hear(tracker, frame(telemetry(), at_ms(0)));
  msg::DjiTelemetry only_height = telemetry();
  only_height.position.reset();
  only_height.pilot.reset();
  only_height.home.reset();
  only_height.uuid.reset();
  for (int i = 1; i < 12; ++i) hear(tracker, frame(only_height, at_ms(i * 1000)));
  const Messages told = advance(tracker, at_ms(15'000));
  BOOST_REQUIRE(told.size() == 4U);
  BOOST_TEST(told[2].head.time.time_since_epoch().count() == at_ms(10'000).time_since_epoch().count());
  BOOST_TEST(told[2].claimed.position.has_value());  // ten seconds old, not older
  const Claims& last = told[3].claimed;
  BOOST_TEST(!last.position);
  BOOST_TEST((last.height_m && last.serial && last.uuid && last.model && last.pilot && last.home));
}

BOOST_AUTO_TEST_CASE(a_value_that_comes_back_after_ageing_out_is_news_even_if_it_is_the_same) {
  Tracker tracker;
  hear(tracker, frame(telemetry(), at_ms(0)));
  advance(tracker, at_ms(12'000));
  hear(tracker, frame(telemetry(), at_ms(12'000)));
  BOOST_TEST(advance(tracker, at_ms(12'000)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_licence_joins_the_telemetry_of_its_serial) {
  Tracker tracker;
  hear(tracker, frame(msg::DjiLicence{"A", "DEU42", "survey"}, at_ms(0), 0x11));
  hear(tracker, frame(telemetry("A"), at_ms(100)));
  hear(tracker, frame(telemetry("OTHER"), at_ms(100)));
  const Messages told = advance(tracker, at_ms(1000));
  BOOST_TEST(tracker.size() == 2U);
  const AircraftMessage& joined = told.back();
  BOOST_TEST(joined.id == "dji-A");
  BOOST_TEST(joined.claimed.licence_id.value() == "DEU42");
  BOOST_TEST(joined.claimed.purpose.value() == "survey");
  BOOST_TEST(joined.claimed.position.has_value());
}

BOOST_AUTO_TEST_CASE(an_encrypted_aircraft_has_a_session_and_no_position) {
  Tracker tracker;
  hear(tracker, frame(msg::DjiEncrypted{"INFP", {1, 2, 3, 4}, 96}, at_ms(0), 0x13));
  const Messages told = advance(tracker, at_ms(0));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].id == "dji-session-01020304");
  BOOST_TEST(told[0].claimed.encrypted.value());
  BOOST_TEST(!told[0].claimed.position);
}

BOOST_AUTO_TEST_CASE(transports_are_measured_apart_and_in_order) {
  Tracker tracker;
  TimedFrame by_wifi = frame(telemetry("A"), at_ms(100));
  by_wifi.frame.transport = "wifi";
  by_wifi.frame.rf.snr_db = 12;
  TimedFrame by_beacon = by_wifi;
  by_beacon.frame.transport = "beacon";
  hear(tracker, by_wifi);
  hear(tracker, frame(telemetry("A"), at_ms(200)));
  hear(tracker, by_beacon);
  hear(tracker, frame(telemetry("A"), at_ms(300)));
  const Measured measured = advance(tracker, at_ms(5200)).back().measured;
  BOOST_REQUIRE(measured.transports.size() == 3U);
  BOOST_TEST(measured.transports[0].transport == "beacon");
  BOOST_TEST(measured.transports[1].transport == "ocusync");
  BOOST_TEST(measured.transports[1].frames == 2U);
  BOOST_TEST(measured.transports[2].rf.snr_db == 12.0F);
  BOOST_TEST(measured.frames == 4U);
}

BOOST_AUTO_TEST_CASE(how_often_time_is_advanced_changes_neither_messages_nor_their_times) {
  const auto every_millisecond = told_in_steps(1ms);
  BOOST_TEST(every_millisecond.size() > 40U);
  for (const std::chrono::nanoseconds step :
       {std::chrono::nanoseconds(7'300'001), std::chrono::nanoseconds(1s), std::chrono::nanoseconds(60s),
        std::chrono::nanoseconds(3600s)})
    BOOST_TEST(told_in_steps(step) == every_millisecond, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(messages_come_in_order_of_time_then_id) {
  Tracker tracker;
  for (const char* serial : {"C", "A", "B"}) tracker.on_frame(frame(telemetry(serial), at_ms(0)), at_ms(0));
  const Messages told = advance(tracker, at_ms(100'000));
  BOOST_REQUIRE(told.size() == 15U);
  for (std::size_t i = 4; i < told.size(); ++i)
    BOOST_TEST((std::pair{told[i - 1].head.time, told[i - 1].id} < std::pair{told[i].head.time, told[i].id}));
}

BOOST_AUTO_TEST_CASE(beyond_the_most_the_longest_unheard_is_told_gone_and_counted) {
  Tracker tracker({.max_aircraft = 3});
  for (int i = 0; i < 3; ++i) hear(tracker, frame(telemetry(serial(i)), at_ms(i)));
  hear(tracker, frame(telemetry("S0"), at_ms(10)));
  advance(tracker, at_ms(10));
  hear(tracker, frame(telemetry("S3"), at_ms(20)));
  const Messages told = advance(tracker, at_ms(20));
  BOOST_REQUIRE(told.size() == 2U);
  BOOST_TEST(told[0].id == "dji-S1");
  BOOST_TEST(to_string(told[0].state) == "gone");
  BOOST_TEST(told[1].id == "dji-S3");
  BOOST_TEST(tracker.size() == 3U);
  BOOST_TEST(tracker.evicted() == 1U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_serials_stays_bounded) {
  Tracker tracker({.max_aircraft = 50});
  for (int i = 0; i < 5000; ++i) {
    hear(tracker, frame(telemetry(serial(i)), at_ms(i)));
    advance(tracker, at_ms(i));
  }
  BOOST_TEST(tracker.size() == 50U);
  BOOST_TEST(tracker.evicted() == 4950U);
}

BOOST_AUTO_TEST_CASE(a_frame_that_comes_late_is_told_now_not_in_the_past) {
  Tracker tracker;
  advance(tracker, at_ms(1000));
  hear(tracker, frame(telemetry(), at_ms(900)));
  const Messages told = advance(tracker, at_ms(1000));
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(ms_of(told[0]) == 1000);
  BOOST_TEST(to_rfc3339(told[0].measured.last_heard) == to_rfc3339(at_ms(900)));
}

BOOST_AUTO_TEST_CASE(time_that_runs_far_back_starts_over) {
  Tracker tracker;
  hear(tracker, frame(telemetry("A"), at_ms(100'000)));
  advance(tracker, at_ms(100'000));
  hear(tracker, frame(telemetry("A"), at_ms(0)));
  const Messages told = advance(tracker, at_ms(0));
  BOOST_REQUIRE(told.size() == 2U);
  BOOST_TEST(to_string(told[0].state) == "gone");
  BOOST_TEST(to_string(told[1].state) == "alive");
  BOOST_TEST(told[1].measured.frames == 1U);
}

BOOST_AUTO_TEST_CASE(a_leap_of_fifty_years_ends_every_aircraft_and_no_loop) {
  Tracker tracker;
  hear(tracker, frame(telemetry("A"), UtcTime{}));
  const Messages told = advance(tracker, kStart);
  BOOST_TEST(told.size() == 5U);
  BOOST_TEST(tracker.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_end_tells_what_was_heard_since_the_last_message) {
  Tracker tracker;
  hear(tracker, frame(telemetry("A"), at_ms(0)));
  hear(tracker, frame(telemetry("B"), at_ms(0)));
  hear(tracker, frame(at_height(9, "A"), at_ms(2)));
  Messages told;
  tracker.advance(at_ms(3), told);
  told.clear();
  tracker.finish(at_ms(3), told);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].id == "dji-A");
  BOOST_TEST(told[0].claimed.height_m.value() == 9.0);
  BOOST_TEST(told[0].measured.frames == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
