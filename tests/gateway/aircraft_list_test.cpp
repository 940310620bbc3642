#include "gateway/dragonsync/aircraft_list.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "gateway/naming.hpp"
#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::dragonsync;
using namespace windhover::gateway::test;
using nlohmann::json;

namespace {

const ListContext kNoSensor{};
const ListContext kRoof{SensorPosition{52.37, 4.89, 12.0}, -20.0};

/// The values of all items of this name, in their order.
std::vector<json> items(const std::string& list, const std::string& name) {
  std::vector<json> found;
  for (const json& item : json::parse(list)) {
    BOOST_REQUIRE(item.is_object());
    BOOST_REQUIRE(item.size() == 1U);
    if (item.contains(name)) found.push_back(item[name]);
  }
  return found;
}

json item(const std::string& list, const std::string& name) {
  const auto found = items(list, name);
  BOOST_REQUIRE(found.size() == 1U);
  return found[0];
}

/// Aircraft with every member unknown in turn, and with none known.
std::vector<Aircraft> sparse_aircraft() {
  std::vector<Aircraft> all;
  const auto without = [&](auto erase) {
    Aircraft aircraft = remote_id_aircraft();
    erase(aircraft);
    all.push_back(std::move(aircraft));
  };
  without([](Aircraft& a) { a.claimed.motion = {}; });
  without([](Aircraft& a) { a.claimed.motion.position.reset(); });
  without([](Aircraft& a) { a.claimed.motion.track_deg.reset(); });
  without([](Aircraft& a) { a.claimed.pilot.reset(); });
  without([](Aircraft& a) { a.claimed.serial.reset(); });
  without([](Aircraft& a) { a.claimed.ua_type.reset(); });
  without([](Aircraft& a) { a.transports.clear(); });
  without([](Aircraft& a) { a.claimed = {}; });
  all.push_back(dji_aircraft());
  all.push_back(encrypted_aircraft());
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aircraft_list_4224)

BOOST_AUTO_TEST_CASE(remote_id_reads_byte_for_byte) {
  const std::string expected =
      R"j([{"Basic ID":{"id_type":"Serial Number (ANSI/CTA-2063-A)","id":"1ABCD23456789012","ua_type":2,)j"
      R"j("RSSI":-50,"transport":"BT4-Legacy","frequency_mhz":2426.0}},)j"
      R"j({"Operator ID Message":{"operator_id_type":"Operator ID","operator_id":"FIN87astrdge12k8"}},)j"
      R"j({"Location/Vector Message":{"latitude":54.503,"longitude":6.495,"geodetic_altitude":85.5,)j"
      R"j("pressure_altitude":80.0,"height_agl":42.0,"height_type":"Above Takeoff","speed":7.25,)j"
      R"j("vert_speed":-0.5,"direction":127,"ew_dir_segment":"East","op_status":"Airborne",)j"
      R"j("horizontal_accuracy":"<10 m","vertical_accuracy":"<3 m","speed_accuracy":"<0.3 m/s"}},)j"
      R"j({"Self-ID Message":{"text":"Roof survey"}},)j"
      R"j({"System Message":{"latitude":54.5011,"longitude":6.4932,"operator_lat":54.5011,)j"
      R"j("operator_lon":6.4932}},)j"
      R"j({"Frequency Message":{"frequency":2426.0}}])j";
  BOOST_TEST(aircraft_list(remote_id_aircraft(), kRoof) == expected);
}

BOOST_AUTO_TEST_CASE(droneid_reads_byte_for_byte) {
  const std::string expected =
      R"j([{"Basic ID":{"id_type":"Serial Number (ANSI/CTA-2063-A)","id":"FICTION0000A01",)j"
      R"j("frequency_mhz":2429.5,"description":"Mavic Air 2"}},)j"
      R"j({"Location/Vector Message":{"latitude":54.50005,"longitude":6.5001,"geodetic_altitude":15.0,)j"
      R"j("height_agl":12.0,"height_type":"Above Takeoff"}},)j"
      R"j({"Self-ID Message":{"text":"Mavic Air 2"}},)j"
      R"j({"System Message":{"latitude":54.5,"longitude":6.5,"operator_lat":54.5,"operator_lon":6.5,)j"
      R"j("home_lat":54.50005,"home_lon":6.5001}},)j"
      R"j({"Frequency Message":{"frequency":2429.5}}])j";
  BOOST_TEST(aircraft_list(dji_aircraft(), kNoSensor) == expected);
}

BOOST_AUTO_TEST_CASE(the_type_of_aircraft_is_a_number_and_left_out_where_unknown) {
  Aircraft aircraft = remote_id_aircraft();
  const std::pair<const char*, int> codes[] = {{"aeroplane", 1},        {"helicopter_or_multirotor", 2},
                                               {"hybrid_lift", 4},      {"captive_balloon", 9},
                                               {"ground_obstacle", 14}, {"other", 15}};
  for (const auto& [name, code] : codes) {
    aircraft.claimed.ua_type = name;
    const json type = item(aircraft_list(aircraft, kNoSensor), "Basic ID")["ua_type"];
    BOOST_TEST(type.is_number_integer());
    BOOST_TEST(type == code);
  }
  for (const char* name : {"none", "reserved", "Helicopter (or Multirotor)"}) {
    aircraft.claimed.ua_type = name;
    BOOST_TEST(!item(aircraft_list(aircraft, kNoSensor), "Basic ID").contains("ua_type"));
  }
}

BOOST_AUTO_TEST_CASE(a_registration_comes_after_the_serial_and_repeats_the_type) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.registration = "N12345";
  const std::string list = aircraft_list(aircraft, kNoSensor);
  const auto basics = items(list, "Basic ID");
  BOOST_REQUIRE(basics.size() == 2U);
  BOOST_TEST(basics[0]["id_type"] == "Serial Number (ANSI/CTA-2063-A)");
  BOOST_TEST(basics[1] ==
             json({{"id_type", "CAA Assigned Registration ID"}, {"id", "N12345"}, {"ua_type", 2}}));
  BOOST_TEST(json::parse(list).back().contains("Basic ID"));
}

BOOST_AUTO_TEST_CASE(a_direction_is_a_whole_number_below_360) {
  Aircraft aircraft = remote_id_aircraft();
  const std::pair<double, int> directions[] = {{0, 0},        {94.7, 95}, {179.4, 179}, {179.5, 180},
                                               {359.49, 359}, {359.5, 0}, {360, 0}};
  for (const auto& [track_deg, direction] : directions) {
    aircraft.claimed.motion.track_deg = track_deg;
    const json location = item(aircraft_list(aircraft, kNoSensor), "Location/Vector Message");
    BOOST_TEST(location["direction"].is_number_integer());
    BOOST_TEST(location["direction"] == direction);
    BOOST_TEST(location["ew_dir_segment"] == (direction < 180 ? "East" : "West"));
  }
}

BOOST_AUTO_TEST_CASE(heights_say_above_what) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.motion.height_above_ground_m = 17;
  json location = item(aircraft_list(aircraft, kNoSensor), "Location/Vector Message");
  BOOST_TEST(location["height_agl"] == 42.0);
  BOOST_TEST(location["height_type"] == "Above Takeoff");
  aircraft.claimed.motion.height_m.reset();
  location = item(aircraft_list(aircraft, kNoSensor), "Location/Vector Message");
  BOOST_TEST(location["height_agl"] == 17.0);
  BOOST_TEST(location["height_type"] == "AGL");
}

BOOST_AUTO_TEST_CASE(nothing_unknown_is_written_as_text_null_or_empty) {
  for (const Aircraft& aircraft : sparse_aircraft())
    for (const ListContext& context : {kNoSensor, kRoof}) {
      const std::string list = aircraft_list(aircraft, context);
      for (const char* word :
           {"Unknown", "Undefined", "N/A", "NaN", "nan", "null", "inf", ":\"\"", "{}", "[]"})
        BOOST_TEST(list.find(word) == std::string::npos);
      const json items_of = json::parse(list);
      BOOST_TEST(items_of.is_array());
      for (const json& each : items_of) BOOST_TEST(each.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(without_a_position_there_is_no_location_at_all) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.motion.position.reset();
  BOOST_TEST(items(aircraft_list(aircraft, kRoof), "Location/Vector Message").empty());
  BOOST_TEST(items(aircraft_list(aircraft, kRoof), "System Message").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_home_alone_makes_a_system_message_without_operator) {
  Aircraft aircraft = dji_aircraft();
  aircraft.claimed.pilot.reset();
  BOOST_TEST(item(aircraft_list(aircraft, kNoSensor), "System Message") ==
             json({{"home_lat", 54.50005}, {"home_lon", 6.5001}}));
  aircraft.claimed.home.reset();
  BOOST_TEST(items(aircraft_list(aircraft, kNoSensor), "System Message").empty());
}

BOOST_AUTO_TEST_CASE(a_level_needs_calibration) {
  BOOST_TEST(!item(aircraft_list(remote_id_aircraft(), kNoSensor), "Basic ID").contains("RSSI"));
  const json rssi = item(aircraft_list(remote_id_aircraft(), kRoof), "Basic ID")["RSSI"];
  BOOST_TEST(rssi.is_number_integer());
  BOOST_TEST(rssi == -50);  // -30.4 dBFS where full scale is -20 dBm
  auto calibrated = remote_id_aircraft();
  for (auto& heard : calibrated.transports) heard.rssi_dbm = -71.4;
  BOOST_TEST(item(aircraft_list(calibrated, kRoof), "Basic ID")["RSSI"] == -71);
}

BOOST_AUTO_TEST_CASE(level_and_frequency_are_those_of_the_transport_heard_last) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.transports.push_back({"odid", "wifi_beacon", 1, at_s(5), 2437e6, 9, -70});
  const std::string list = aircraft_list(aircraft, kRoof);
  BOOST_TEST(item(list, "Basic ID")["transport"] == "WiFi-Beacon");
  BOOST_TEST(item(list, "Basic ID")["frequency_mhz"] == 2437.0);
  BOOST_TEST(item(list, "Frequency Message")["frequency"] == 2437.0);  // MHz on this port
  BOOST_TEST(item(list, "Basic ID")["RSSI"] == -90);
}

BOOST_AUTO_TEST_CASE(transports_have_the_names_of_the_older_receivers) {
  Aircraft aircraft = remote_id_aircraft();
  const std::pair<const char*, const char*> names[] = {{"bluetooth_coded_s8", "BT5-LR-Extended"},
                                                       {"bluetooth_coded_s2", "BT5-LR-Extended"},
                                                       {"wifi_nan", "WiFi-NAN"}};
  for (const auto& [ours, theirs] : names) {
    aircraft.transports[0].transport = ours;
    BOOST_TEST(item(aircraft_list(aircraft, kNoSensor), "Basic ID")["transport"] == theirs);
  }
  aircraft.transports[0].transport = "carrier_pigeon";
  BOOST_TEST(!item(aircraft_list(aircraft, kNoSensor), "Basic ID").contains("transport"));
}

BOOST_AUTO_TEST_CASE(an_aircraft_without_a_serial_has_a_stable_name_in_its_place) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.serial.reset();
  aircraft.claimed.session_id = "2001:30::1";
  aircraft.id = "rid-session-2001:30::1";
  json basic = item(aircraft_list(aircraft, kNoSensor), "Basic ID");
  BOOST_TEST(basic["id_type"] == "Serial Number (ANSI/CTA-2063-A)");
  BOOST_TEST(basic["id"] == "rid-session-2001:30::1");
  aircraft.id = "rid-unidentified-c600f1c70a03";
  basic = item(aircraft_list(aircraft, kNoSensor), "Basic ID");
  BOOST_TEST(basic["id"] == "C600F1C70A03");
}

BOOST_AUTO_TEST_CASE(an_encrypted_droneid_is_an_alert_at_the_sensor) {
  const std::string expected =
      R"j([{"Basic ID":{"id_type":"Serial Number (ANSI/CTA-2063-A)","id":"drone-alert-1f2e3d4c","RSSI":-53,)j"
      R"j("frequency_mhz":5776.5}},)j"
      R"j({"Location/Vector Message":{"latitude":52.37,"longitude":4.89,"geodetic_altitude":12.0}},)j"
      R"j({"Self-ID Message":{"text":"DJI encrypted DroneID (alert)"}},)j"
      R"j({"Frequency Message":{"frequency":5776.5}}])j";
  BOOST_TEST(aircraft_list(encrypted_aircraft(), kRoof) == expected);
}

BOOST_AUTO_TEST_CASE(an_alert_without_a_hash_has_the_one_name_that_hides_pilot_and_home) {
  Aircraft aircraft = encrypted_aircraft();
  aircraft.claimed = {};
  aircraft.id = "dji-unidentified";
  aircraft.claimed.pilot = Place{1, 2};
  const std::string list = aircraft_list(aircraft, kRoof);
  BOOST_TEST(item(list, "Basic ID")["id"] == "drone-alert");
  BOOST_TEST(item(list, "Self-ID Message")["text"].get<std::string>().ends_with(" (alert)"));
  BOOST_TEST(items(list, "System Message").empty());
}

BOOST_AUTO_TEST_CASE(no_serial_number_passes_for_another_name) {
  Aircraft aircraft = remote_id_aircraft("drone-alert");
  BOOST_TEST(item(aircraft_list(aircraft, kNoSensor), "Basic ID")["id"] == "drone-drone-alert");
  BOOST_TEST(track_uid(aircraft) == "drone-drone-alert");
  BOOST_TEST(pilot_uid(aircraft) == "pilot-drone-alert");
  BOOST_TEST(track_uid(remote_id_aircraft("X1")) == "drone-X1");
  BOOST_TEST(home_uid(remote_id_aircraft("X1")) == "home-X1");
}

BOOST_AUTO_TEST_CASE(text_from_the_air_loses_its_controls_and_nothing_is_escaped_twice) {
  using namespace std::string_literals;
  Aircraft aircraft = remote_id_aircraft("AB\0\x1B[2J"s);
  aircraft.claimed.description = "<b>\x07 & \xFF";
  aircraft.claimed.operator_id = "\x01\x02";
  const std::string list = aircraft_list(aircraft, kNoSensor);
  BOOST_TEST(item(list, "Basic ID")["id"] == "AB[2J");
  BOOST_TEST(item(list, "Self-ID Message")["text"] == "<b> & \xEF\xBF\xBD");
  BOOST_TEST(items(list, "Operator ID Message").empty());
}

BOOST_AUTO_TEST_SUITE_END()
