#include <boost/test/unit_test.hpp>
#include <pugixml.hpp>
#include <random>
#include <string>

#include "gateway/cot/event.hpp"
#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::cot;
using namespace windhover::gateway::test;

namespace {

const SensorPosition kRoof{52.37, 4.89, 12.0};

Report report(double age_s = 0, std::optional<SensorPosition> sensor = kRoof) {
  return {at_s(10), age_s, "WH0001", sensor, -20.0, {}};
}

/// A document, which must be well formed and hold one event.
struct Parsed {
  explicit Parsed(const std::string& text) {
    BOOST_REQUIRE(document.load_string(text.c_str()));
    event = document.child("event");
    BOOST_REQUIRE(event);
  }
  std::string attribute(const char* name) const { return event.attribute(name).value(); }
  std::string point(const char* name) const { return event.child("point").attribute(name).value(); }
  pugi::xml_node detail(const char* name) const { return event.child("detail").child(name); }
  std::string remarks() const { return detail("remarks").text().get(); }

  pugi::xml_document document;
  pugi::xml_node event;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cot_event)

BOOST_AUTO_TEST_CASE(an_aircraft_has_uid_type_times_and_place) {
  const auto events = aircraft_events(remote_id_aircraft(), report(2.5));
  BOOST_REQUIRE(events.size() == 2U);
  BOOST_TEST(events[0].starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<event "));
  const Parsed event(events[0]);
  BOOST_TEST(event.attribute("version") == "2.0");
  BOOST_TEST(event.attribute("uid") == "drone-1ABCD23456789012");
  BOOST_TEST(event.attribute("type") == "a-u-A-M-H-Q");
  BOOST_TEST(event.attribute("how") == "m-g");
  BOOST_TEST(event.attribute("time") == "2026-03-01T12:00:10.000Z");
  BOOST_TEST(event.attribute("start") == "2026-03-01T12:00:07.500Z");
  BOOST_TEST(event.attribute("stale") == "2026-03-01T12:01:07.500Z");  // a minute after it was heard
  BOOST_TEST(event.point("lat") == "54.503");
  BOOST_TEST(event.point("lon") == "6.495");
  BOOST_TEST(event.point("hae") == "85.5");
  BOOST_TEST(event.point("ce") == "10");
  BOOST_TEST(event.point("le") == "3");
  BOOST_TEST(event.detail("contact").attribute("callsign").value() == std::string("drone-1ABCD23456789012"));
  BOOST_TEST(event.detail("track").attribute("course").as_double() == 127.4);
  BOOST_TEST(event.detail("track").attribute("speed").as_double() == 7.25);
  BOOST_TEST(event.detail("precisionlocation").attribute("altsrc").value() == std::string("GPS"));
  const pugi::xml_node cuas = event.detail("__cuas");
  BOOST_TEST(cuas.attribute("sensor_id").value() == std::string("WH0001"));
  BOOST_TEST(cuas.attribute("rssi").as_double() == -50.4);
  BOOST_TEST(cuas.attribute("frequency_hz").as_double() == 2426e6);
  BOOST_TEST(event.remarks().find("operator FIN87astrdge12k8") != std::string::npos);
  BOOST_TEST(event.remarks().find("height above take-off 42 m") != std::string::npos);
  BOOST_TEST(event.remarks().find("claims are not verified") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_is_nines_or_absent) {
  Aircraft aircraft = dji_aircraft();  // height above the sea only, no accuracies, no speed
  const Parsed event(aircraft_events(aircraft, report())[0]);
  BOOST_TEST(event.point("hae") == "9999999.0");
  BOOST_TEST(event.point("ce") == "9999999.0");
  BOOST_TEST(event.point("le") == "9999999.0");
  BOOST_TEST(!event.detail("track"));
  BOOST_TEST(event.remarks().find("altitude above mean sea level 15 m") != std::string::npos);
  aircraft.claimed.motion.speed_mps = 3;
  const Parsed moving(aircraft_events(aircraft, report())[0]);
  BOOST_TEST(moving.detail("track").attribute("speed").as_double() == 3.0);
  BOOST_TEST(!moving.detail("track").attribute("course"));
}

BOOST_AUTO_TEST_CASE(wings_have_their_own_type_and_both_can_be_chosen) {
  Aircraft aircraft = remote_id_aircraft();
  for (const char* winged : {"aeroplane", "glider"}) {
    aircraft.claimed.ua_type = winged;
    BOOST_TEST(Parsed(aircraft_events(aircraft, report())[0]).attribute("type") == "a-u-A-M-F-Q");
  }
  Report chosen = report();
  chosen.types = {"a-n-A-M-H-Q", "a-n-A-M-F-Q"};
  BOOST_TEST(Parsed(aircraft_events(aircraft, chosen)[0]).attribute("type") == "a-n-A-M-F-Q");
  aircraft.claimed.ua_type.reset();
  BOOST_TEST(Parsed(aircraft_events(aircraft, chosen)[0]).attribute("type") == "a-n-A-M-H-Q");
}

BOOST_AUTO_TEST_CASE(pilot_and_home_are_markers_linked_to_the_aircraft) {
  const auto events = aircraft_events(dji_aircraft(), report(1));
  BOOST_REQUIRE(events.size() == 3U);
  const Parsed pilot(events[1]), home(events[2]);
  BOOST_TEST(pilot.attribute("uid") == "pilot-FICTION0000A01");
  BOOST_TEST(home.attribute("uid") == "home-FICTION0000A01");
  for (const Parsed* marker : {&pilot, &home}) {
    BOOST_TEST(marker->attribute("type") == "b-m-p-s-m");
    BOOST_TEST(marker->attribute("stale") == "2026-03-01T12:01:09.000Z");
    const pugi::xml_node link = marker->detail("link");
    BOOST_TEST(link.attribute("uid").value() == std::string("drone-FICTION0000A01"));
    BOOST_TEST(link.attribute("type").value() == std::string("a-u-A-M-H-Q"));
    BOOST_TEST(link.attribute("relation").value() == std::string("p-p"));
  }
  const auto icon = [](const Parsed& marker) {
    return std::string(marker.detail("usericon").attribute("iconsetpath").value());
  };
  BOOST_TEST(icon(pilot) == "com.atakmap.android.maps.public/Civilian/Person.png");
  BOOST_TEST(icon(home) == "com.atakmap.android.maps.public/Civilian/House.png");
  BOOST_TEST(pilot.point("lat") == "54.5");
  BOOST_TEST(pilot.point("hae") == "9999999.0");
  BOOST_TEST(Parsed(aircraft_events(remote_id_aircraft(), report())[1]).point("hae") == "43.5");
}

BOOST_AUTO_TEST_CASE(without_a_position_there_is_no_marker_but_the_pilots) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.motion.position.reset();
  const auto events = aircraft_events(aircraft, report());
  BOOST_REQUIRE(events.size() == 1U);
  BOOST_TEST(Parsed(events[0]).attribute("uid") == "pilot-1ABCD23456789012");
  aircraft.claimed.pilot.reset();
  BOOST_TEST(aircraft_events(aircraft, report()).empty());
}

BOOST_AUTO_TEST_CASE(an_alert_stands_at_the_sensor_with_unknown_error) {
  const auto events = aircraft_events(encrypted_aircraft(), report());
  BOOST_REQUIRE(events.size() == 1U);
  const Parsed event(events[0]);
  BOOST_TEST(event.attribute("uid") == "drone-alert-1f2e3d4c");
  BOOST_TEST(event.point("lat") == "52.37");
  BOOST_TEST(event.point("ce") == "9999999.0");
  BOOST_TEST(!event.detail("precisionlocation"));
  BOOST_TEST(event.remarks().starts_with("DroneID that tells no place, shown at the sensor"));
  BOOST_TEST(aircraft_events(encrypted_aircraft(), report(0, std::nullopt)).empty());
}

BOOST_AUTO_TEST_CASE(signals_and_the_sensor_stand_where_it_is) {
  const auto signal = signal_event(wifi_link(), report());
  BOOST_REQUIRE(signal.has_value());
  const Parsed spot(*signal);
  BOOST_TEST(spot.attribute("uid") == "wifi-alert-2437MHz");
  BOOST_TEST(spot.attribute("type") == "b-m-p-s-s");
  BOOST_TEST(spot.attribute("stale") == "2026-03-01T12:01:10.000Z");
  BOOST_TEST(spot.point("lon") == "4.89");
  BOOST_TEST(spot.point("ce") == "9999999.0");
  BOOST_TEST(spot.remarks().find("of rid-1ABCD23456789012; centre 2437 MHz") != std::string::npos);
  const auto sensor = sensor_event("samples flow", report());
  BOOST_REQUIRE(sensor.has_value());
  const Parsed roof(*sensor);
  BOOST_TEST(roof.attribute("uid") == "wardragon-WH0001");
  BOOST_TEST(roof.attribute("type") == "a-f-G-E-S");
  BOOST_TEST(roof.attribute("stale") == "2026-03-01T12:10:10.000Z");
  BOOST_TEST(roof.point("hae") == "12");
  BOOST_TEST(roof.remarks() == "samples flow");
  BOOST_TEST(!signal_event(wifi_link(), report(0, std::nullopt)));
  BOOST_TEST(!sensor_event("", report(0, std::nullopt)));
}

BOOST_AUTO_TEST_CASE(doubts_are_told_and_what_speaks_for_it_is_not) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.reasons = {{"two_places", "warning", "One identity at two places at once."}};
  const Parsed doubted(aircraft_events(aircraft, report())[0]);
  BOOST_TEST(doubted.remarks().ends_with("doubt: One identity at two places at once."));
  aircraft.reasons = {{"level_and_range", "supporting", "The level falls as the range grows."}};
  BOOST_TEST(Parsed(aircraft_events(aircraft, report())[0]).remarks().find("doubt") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_text) {
  Aircraft aircraft = remote_id_aircraft("\"/><event uid='x'>");
  aircraft.claimed.description = std::string("]]></remarks>&lt;\x01\xFF\xED\xA0\x80\xEF\xBF\xBF\n", 24);
  const Parsed event(aircraft_events(aircraft, report())[0]);
  BOOST_TEST(event.attribute("uid") == "drone-\"/><event uid='x'>");
  BOOST_TEST(event.remarks().find("says ]]></remarks>&lt;") != std::string::npos);
  BOOST_TEST(event.document.select_nodes("//event").size() == 1U);
  std::mt19937 random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(1 + random() % 40, 'x');
    for (char& c : bytes) c = static_cast<char>(random());
    aircraft.claimed.serial = bytes;
    aircraft.claimed.description = bytes;
    for (const std::string& text : aircraft_events(aircraft, report())) {
      pugi::xml_document document;
      BOOST_REQUIRE(document.load_string(text.c_str()));
      // What XML 1.0 has no place for, pugixml lets pass.
      BOOST_REQUIRE(text.find_first_of(std::string("\x00\x01\x08\x0b\x0c\x0e\x1f\x7f", 8)) ==
                    std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_event_fits_in_an_ethernet_frame) {
  Aircraft aircraft = remote_id_aircraft();
  aircraft.claimed.model = "Mavic Air 2";
  aircraft.claimed.registration = "N12345";
  aircraft.reasons = {{"two_places", "warning", std::string(120, 'x')}};
  for (const std::string& event : aircraft_events(aircraft, report())) BOOST_TEST(event.size() < 1472U);
}

BOOST_AUTO_TEST_SUITE_END()
