// One aircraft per identity, over transports, protocols and addresses that change.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "remote_id_frames.hpp"
#include "sensor/feed_json.hpp"
#include "sensor/tracker.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;

namespace {

using Messages = std::vector<AircraftMessage>;

struct Sky {
  Tracker tracker{};
  std::string hear(const TimedFrame& heard) { return tracker.on_frame(heard, heard.at.time); }
  Messages until(std::int64_t ms) {
    Messages due;
    tracker.advance(at_ms(ms), due);
    return due;
  }
};

msg::OdidPack pack(std::vector<msg::OdidMessage> messages) {
  msg::OdidPack pack;
  pack.messages = std::move(messages);
  return pack;
}

std::set<std::string> ids(const Messages& messages) {
  std::set<std::string> all;
  for (const auto& each : messages) all.insert(each.id);
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remote_id_tracker)

BOOST_AUTO_TEST_CASE(single_messages_of_one_address_merge) {
  Sky sky;
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("1ABC5SERIAL"), at_ms(0))) == "rid-1ABC5SERIAL");
  BOOST_TEST(sky.hear(heard_remote_id(location(), at_ms(150))) == "rid-1ABC5SERIAL");
  BOOST_TEST(sky.hear(heard_remote_id(system_message(), at_ms(300))) == "rid-1ABC5SERIAL");
  const Messages told = sky.until(1500);
  BOOST_TEST(ids(told).size() == 1U);
  const AircraftMessage& last = told.back();
  BOOST_TEST(last.claimed.serial.value() == "1ABC5SERIAL");
  BOOST_CHECK((last.claimed.position == Position{51.5, 7.25}));
  BOOST_CHECK((last.claimed.pilot == Position{51.25, 7.5}));
  BOOST_TEST(last.claimed.pilot_location.value() == "live");
  BOOST_TEST(last.claimed.in_air.value());
  BOOST_TEST(last.measured.frames == 3U);
}

BOOST_AUTO_TEST_CASE(what_came_before_the_identity_is_kept) {
  Sky sky;
  BOOST_TEST(sky.hear(heard_remote_id(location(), at_ms(0))) == "");
  BOOST_TEST(sky.until(900).empty());
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("S1"), at_ms(1000))) == "rid-S1");
  const Messages told = sky.until(1000);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].id == "rid-S1");
  BOOST_TEST(told[0].claimed.position.has_value());
  BOOST_TEST(told[0].measured.frames == 2U);
  BOOST_CHECK(told[0].measured.first_heard == at_ms(0));
  BOOST_TEST(sky.tracker.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_aircraft_that_never_names_itself_is_told_after_a_while) {
  Sky sky;
  for (int i = 0; i < 10; ++i) sky.hear(heard_remote_id(location(), at_ms(i * 500)));
  const Messages told = sky.until(4500);
  BOOST_REQUIRE(!told.empty());
  BOOST_TEST(told[0].id == "rid-unidentified-c00000000001");
  BOOST_CHECK(told[0].head.time == at_ms(4000));
  // And goes over into the one that it turns out to be.
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("S1"), at_ms(5000))) == "rid-S1");
  const Messages later = sky.until(5000);
  BOOST_REQUIRE(later.size() == 2U);
  BOOST_CHECK(later[0].state == AircraftState::gone);
  BOOST_TEST(later[0].same_as == "rid-S1");
  BOOST_TEST(later[1].id == "rid-S1");
  BOOST_TEST(later[1].measured.frames == 11U);
}

BOOST_AUTO_TEST_CASE(addresses_change_and_transports_differ) {
  Sky sky;
  sky.hear(heard_remote_id(basic_id("S1"), at_ms(0), 1));
  sky.hear(heard_remote_id(pack({basic_id("S1"), location()}), at_ms(100), 2, "bluetooth_coded_s8"));
  sky.hear(
      heard_remote_id(location(), at_ms(200), 3));  // the address has changed, its owner is not known yet
  sky.hear(heard_remote_id(basic_id("S1"), at_ms(400), 3));
  const Messages told = sky.until(2000);
  BOOST_CHECK((ids(told) == std::set<std::string>{"rid-S1"}));
  const auto& transports = told.back().measured.transports;
  BOOST_REQUIRE(transports.size() == 2U);
  BOOST_TEST(transports[0].transport == "bluetooth_coded_s8");
  BOOST_TEST(transports[0].frames == 1U);
  BOOST_TEST(transports[1].transport == "bluetooth_legacy");
  BOOST_TEST(transports[1].frames == 3U);
  BOOST_CHECK(transports[1].last_heard == at_ms(400));
}

BOOST_AUTO_TEST_CASE(the_serial_of_a_droneid_is_the_same_aircraft) {
  for (const bool droneid_first : {false, true}) {
    Sky sky;
    const auto dji = frame(telemetry("1581F4XFC2270001ABCD"), at_ms(droneid_first ? 0 : 10));
    const auto rid = heard_remote_id(basic_id("1581F4XFC2270001ABCD"), at_ms(5));
    if (droneid_first) sky.hear(dji);
    sky.hear(rid);
    if (!droneid_first) sky.hear(dji);
    const Messages told = sky.until(2000);
    BOOST_CHECK((ids(told) == std::set<std::string>{"dji-1581F4XFC2270001ABCD"}));
    BOOST_TEST(told.back().measured.transports.size() == 2U);
  }
  // Also a serial that does not show its maker.
  Sky sky;
  sky.hear(heard_remote_id(basic_id("1WNBH3900201N1"), at_ms(0)));
  BOOST_TEST(sky.hear(frame(telemetry(), at_ms(5))) == "rid-1WNBH3900201N1");
  BOOST_TEST(sky.tracker.size() == 1U);
}

BOOST_AUTO_TEST_CASE(two_names_are_one_aircraft_and_two_serials_are_two) {
  Sky sky;
  sky.hear(heard_remote_id(basic_id("S1"), at_ms(0), 1));
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("D-REG7", msg::IdType::caa_registration), at_ms(10), 1)) ==
             "rid-S1");
  // The mark alone now leads to it, from any address.
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("D-REG7", msg::IdType::caa_registration), at_ms(20), 2)) ==
             "rid-S1");
  BOOST_TEST(sky.hear(heard_remote_id(basic_id("S2"), at_ms(30), 1)) == "rid-S2");
  BOOST_TEST(sky.tracker.size() == 2U);
  const Messages told = sky.until(2000);
  const auto first = std::find_if(told.rbegin(), told.rend(), [](const auto& m) { return m.id == "rid-S1"; });
  BOOST_TEST(first->claimed.registration.value() == "D-REG7");
}

BOOST_AUTO_TEST_CASE(an_empty_pack_is_a_sign_of_life) {
  Sky sky;
  sky.hear(heard_remote_id(pack({}), at_ms(0), 9, "bluetooth_coded_s8"));
  const Messages told = sky.until(4000);
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].id == "rid-unidentified-c00000000009");
}

BOOST_AUTO_TEST_CASE(moving_fields_age_and_standing_ones_stay) {
  Sky sky;
  sky.hear(heard_remote_id(basic_id("S1"), at_ms(0)));
  sky.hear(heard_remote_id(location(), at_ms(100)));
  for (int i = 1; i < 14; ++i) sky.hear(heard_remote_id(system_message(), at_ms(i * 1000)));
  const Messages told = sky.until(13'000);
  BOOST_TEST(!told.back().claimed.position);
  BOOST_TEST(!told.back().claimed.speed_mps);
  BOOST_TEST(told.back().claimed.serial.has_value());
  BOOST_TEST(told.back().claimed.pilot.has_value());
}

BOOST_AUTO_TEST_CASE(floods_of_names_and_addresses_stay_bounded) {
  Tracker tracker({.max_aircraft = 50});
  for (int i = 0; i < 5000; ++i) {
    const auto sender = static_cast<std::uint8_t>(i * 7);
    const std::string name = std::string("S").append(std::to_string(i % 700));
    const UtcTime at = at_ms(i);
    if (i % 3 == 0) tracker.on_frame(heard_remote_id(location(), at, sender), at);
    if (i % 3 == 1) tracker.on_frame(heard_remote_id(basic_id(name), at, sender), at);
    if (i % 3 == 2)
      tracker.on_frame(heard_remote_id(basic_id(name, msg::IdType::caa_registration), at, sender), at);
    BOOST_REQUIRE(tracker.size() <= 50U);
  }
  BOOST_TEST(tracker.evicted() > 100U);
  Messages due;
  tracker.advance(at_ms(120'000), due);
  BOOST_TEST(tracker.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_frame_says_all_in_json) {
  const TimedFrame heard = heard_remote_id(pack({basic_id("1581F4XFC2270001ABCD"), location()}), at_ms(0),
                                           0x9A, "bluetooth_coded_s8");
  const auto json = nlohmann::json::parse(to_json(FrameMessage{{}, "dji-1581F4XFC2270001ABCD", heard}));
  BOOST_TEST(json["protocol"] == "odid");
  BOOST_TEST(json["transport"] == "bluetooth_coded_s8");
  BOOST_TEST(json["rf"]["channel"] == 37);
  BOOST_TEST(json["transmitter"] == "C0:00:00:00:00:9A");
  BOOST_TEST(json["transmitter_random"] == true);
  BOOST_TEST(json["counter"] == 7);
  BOOST_TEST(json["payload_hex"] == "4225");
  BOOST_REQUIRE(json["messages"].size() == 2U);
  BOOST_TEST(json["messages"][0]["type"] == "basic_id");
  BOOST_TEST(json["messages"][0]["fields"]["id_type"] == "serial_number");
  BOOST_TEST(json["messages"][0]["fields"]["uas_id"] == "1581F4XFC2270001ABCD");
  BOOST_TEST(json["messages"][1]["type"] == "location");
  BOOST_TEST(json["messages"][1]["fields"]["lat_deg"] == 51.5);
  BOOST_TEST(json["messages"][1]["fields"]["speed_mps"] == 5.25);
  BOOST_TEST(!json["messages"][1]["fields"].contains("geodetic_altitude_m"));
}

BOOST_AUTO_TEST_CASE(an_aircraft_says_what_its_messages_claim) {
  Sky sky;
  sky.hear(heard_remote_id(pack({basic_id("1581F4XFC2270001ABCD"), location(), system_message()}), at_ms(0)));
  const auto json = nlohmann::json::parse(to_json(sky.until(0).at(0)));
  const auto& claimed = json["claimed"];
  BOOST_TEST(claimed["serial"] == "1581F4XFC2270001ABCD");
  BOOST_TEST(claimed["maker"].get<std::string>().find("DJI") != std::string::npos);
  BOOST_TEST(claimed["ua_type"] == "helicopter_or_multirotor");
  BOOST_TEST(claimed["status"] == "airborne");
  BOOST_TEST(claimed["pilot"]["lat_deg"] == 51.25);
  BOOST_TEST(json["measured"]["transports"][0]["channel"] == 37);
}

BOOST_AUTO_TEST_SUITE_END()
