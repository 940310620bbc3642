#include "sensor/trust/trust_book.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "drip_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;

namespace {

const std::string kId = "rid-A";
constexpr const char* kGoodSerial = "1596F0A1B2C3D4E5F6G7";

const Reason* reason(const Trust& trust, std::string_view kind) {
  const auto at = std::find_if(trust.reasons.begin(), trust.reasons.end(),
                               [&](const Reason& each) { return each.kind == kind; });
  return at == trust.reasons.end() ? nullptr : &*at;
}

/// A book that hears one aircraft.
struct Fixture {
  TrustBook book{{}};
  UtcTime last = kStart;

  void hear(const TimedFrame& frame) {
    last = frame.at.time;
    book.on_frame(kId, frame, {});
  }
  void hear(msg::RemoteIdBody body, std::int64_t ms, std::uint8_t sender = 1,
            std::string_view transport = "bluetooth_legacy") {
    hear(heard_remote_id(std::move(body), at_ms(ms), sender, transport));
  }
  Trust trust() { return book.trust_of(kId, last); }
  bool says(std::string_view kind) { return reason(trust(), kind) != nullptr; }
};

msg::OdidMessage stamped(std::int64_t sent_ms) {
  msg::Location sent = location();
  sent.seconds_of_hour = static_cast<double>(sent_ms % 3'600'000) / 1000;
  return sent;
}

// Beacon with that network name, as far as the element after it begins.
std::vector<std::uint8_t> beacon_named(std::string_view name) {
  std::vector<std::uint8_t> frame(36, 0);
  frame.push_back(0);
  frame.push_back(static_cast<std::uint8_t>(name.size()));
  frame.insert(frame.end(), name.begin(), name.end());
  return frame;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trust_book)

BOOST_FIXTURE_TEST_CASE(an_ordinary_aircraft_has_nothing_against_it, Fixture) {
  hear(basic_id(kGoodSerial), 0);
  for (int i = 0; i < 100; ++i) {
    msg::Location at = location(51.5 + 1e-4 * i);
    at.seconds_of_hour = i + 0.5;
    hear(at, 1000 * (i + 1));
  }
  BOOST_TEST(trust().reasons.empty());
  BOOST_TEST(!trust().authenticated);
  BOOST_TEST(!trust().signatures);
  BOOST_TEST(book.trust_of("another", last).reasons.empty());
}

BOOST_FIXTURE_TEST_CASE(a_serial_is_judged_by_its_form, Fixture) {
  hear(basic_id("NOTASERIAL"), 0);
  BOOST_TEST(says("serial_form"));
  BOOST_TEST((reason(trust(), "serial_form")->severity == Severity::info));
}

BOOST_FIXTURE_TEST_CASE(a_registration_need_not_have_the_form_of_a_serial, Fixture) {
  hear(basic_id("PH-ABC", msg::IdType::caa_registration), 0);
  BOOST_TEST(trust().reasons.empty());
}

BOOST_FIXTURE_TEST_CASE(makers_are_judged_by_protocol_and_type, Fixture) {
  hear(frame(telemetry("1WNBH3900201N1"), kStart));  // an old DJI serial
  BOOST_TEST(!says("serial_maker"));
  hear(frame(telemetry("1748CABCDEF123456"), kStart));
  BOOST_TEST(says("serial_maker"));
  msg::BasicId winged = basic_id("1581F6N8A2345678");
  winged.ua_type = msg::UaType::aeroplane;
  hear(winged, 1000);
  BOOST_TEST(says("serial_type"));
  BOOST_TEST(says("serial_transport"));
}

BOOST_FIXTURE_TEST_CASE(the_network_name_holds_the_serial, Fixture) {
  TimedFrame beacon = heard_remote_id(basic_id(kGoodSerial), kStart, 1, "wifi_beacon");
  beacon.frame.payload = beacon_named(std::string("RID-") + kGoodSerial);
  hear(beacon);
  beacon.frame.payload = beacon_named("my network");
  hear(beacon);
  BOOST_TEST(!says("ssid_serial"));
  beacon.frame.payload = beacon_named("RID-1581F6N8A2345678");
  hear(beacon);
  BOOST_TEST(says("ssid_serial"));
  beacon.frame.payload.resize(40);
  beacon.frame.payload[37] = 200;  // longer than the frame
  hear(beacon);
}

BOOST_FIXTURE_TEST_CASE(stamps_of_another_time_are_told_after_five, Fixture) {
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(!says("time_stamp"));
    hear(stamped(1000 * i + 3'600'000 - 700'000), 1000 * i);
  }
  BOOST_TEST(says("time_stamp"));
  BOOST_TEST(reason(trust(), "time_stamp")->evidence.at("off_s") == -700.0);
  hear(stamped(5000), 5000);  // one that fits clears it
  BOOST_TEST(!says("time_stamp"));
}

BOOST_FIXTURE_TEST_CASE(repeated_jumps_weigh_more_than_one, Fixture) {
  for (int i = 0; i < 20; ++i) hear(location(), 500 * i);
  hear(location(51.7), 10'000);
  BOOST_REQUIRE(says("position_jump"));
  BOOST_TEST((reason(trust(), "position_jump")->severity == Severity::info));
  hear(location(), 10'500);
  hear(location(51.9), 11'000);
  BOOST_TEST((reason(trust(), "position_jump")->severity == Severity::notice));
  last += std::chrono::seconds(61);
  BOOST_TEST(!says("position_jump"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_fix_that_lasts_a_while_is_one_jump, Fixture) {
  for (int i = 0; i < 40; ++i) hear(location(i < 20 || i >= 30 ? 51.5 : 51.7), 500 * i);
  BOOST_REQUIRE(says("position_jump"));
  BOOST_TEST(reason(trust(), "position_jump")->evidence.at("jumps") == 1.0);
}

BOOST_FIXTURE_TEST_CASE(a_bad_fix_on_two_transports_is_no_second_place, Fixture) {
  for (int i = 0; i < 200; ++i)
    hear(location(i / 10 % 4 == 3 ? 51.7 : 51.5), 500 * i, i % 2 == 0 ? 1 : 2,
         i % 2 == 0 ? "bluetooth_legacy" : "wifi_beacon");
  BOOST_TEST(!says("two_places"));
}

BOOST_FIXTURE_TEST_CASE(two_senders_that_contradict_each_other_in_turn, Fixture) {
  for (int i = 0; i < 12; ++i) hear(location(i % 2 == 0 ? 51.5 : 51.6), 500 * i, i % 2 == 0 ? 1 : 2);
  BOOST_REQUIRE(says("two_places"));
  BOOST_TEST((reason(trust(), "two_places")->severity == Severity::warning));
  BOOST_TEST(reason(trust(), "two_places")->evidence.at("apart_m") > 11'000);
  BOOST_TEST(!says("position_jump"));
}

BOOST_FIXTURE_TEST_CASE(a_changing_address_is_no_second_sender, Fixture) {
  for (int i = 0; i < 200; ++i) hear(location(51.5 + 1e-4 * i), 500 * i, static_cast<std::uint8_t>(i / 20));
  BOOST_TEST(trust().reasons.empty());
}

BOOST_FIXTURE_TEST_CASE(two_transports_of_one_aircraft_are_no_second_place, Fixture) {
  for (int i = 0; i < 200; ++i)
    hear(location(51.5 + 2e-4 * i), 500 * i, i % 2 == 0 ? 1 : 2,
         i % 2 == 0 ? "bluetooth_legacy" : "wifi_beacon");
  BOOST_TEST(trust().reasons.empty());
}

BOOST_FIXTURE_TEST_CASE(what_a_reason_rests_on_since_when_stays_while_it_lasts, Fixture) {
  hear(basic_id("NOTASERIAL"), 0);
  BOOST_TEST((trust().reasons[0].since == at_ms(0)));
  hear(basic_id("NOTASERIAL"), 5000);
  BOOST_TEST((trust().reasons[0].since == at_ms(0)));
  book.forget(kId);
  BOOST_TEST(trust().reasons.empty());
}

BOOST_AUTO_TEST_CASE(signatures_are_verified_as_they_come_over_the_air) {
  const DripIdentity hda(3), ua(4);
  TrustBook book({{{hda.det, hda.key}}});
  const auto on_air = [&](const OdidBytes& message, std::int64_t ms) {
    TimedFrame frame = heard_remote_id(*msg::parse_odid_message(message), at_ms(ms));
    frame.frame.payload = synth::ble_legacy_adv_data(7, message);
    return frame;
  };
  const std::vector<OdidBytes> sent{basic_id_on_air(ua.det), location_on_air(51.5)};
  const auto send = [&](std::int64_t ms) {
    for (const OdidBytes& each : sent) book.on_frame(kId, on_air(each, ms), {});
  };
  const auto authenticate = [&](std::uint8_t sam, const Octets& body, std::int64_t ms) {
    msg::Authentication page;
    page.auth_type = msg::AuthType::specific_method;
    const std::vector<msg::AuthenticationSet> sets{set_of(sam, body)};
    book.on_frame(kId, heard_remote_id(page, at_ms(ms)), sets);
  };
  authenticate(1, link_body(hda, ua, kStart), 0);
  send(500);
  authenticate(3, manifest_body(ua, sent, kStart), 1000);
  Trust trust = book.trust_of(kId, at_ms(1000));
  BOOST_TEST(trust.authenticated);
  BOOST_TEST(trust.signatures->state == "trusted");
  BOOST_TEST(trust.signatures->signed_messages == 2U);
  BOOST_REQUIRE(reason(trust, "signature_trusted") != nullptr);
  BOOST_TEST((reason(trust, "signature_trusted")->severity == Severity::supporting));
  Octets forged = wrapper_body(ua, sent, kStart);
  forged[20] ^= 4;
  authenticate(2, forged, 2000);
  trust = book.trust_of(kId, at_ms(2000));
  BOOST_TEST(!trust.authenticated);
  BOOST_TEST(trust.signatures->state == "questionable");
  BOOST_TEST(reason(trust, "signature_wrong") != nullptr);
}

// From 5.5 km to 100 m north of the antenna, always as loud.
BOOST_FIXTURE_TEST_CASE(levels_count_where_the_antenna_is_known_well_enough_for_the_distance, Fixture) {
  const auto approach = [&](const std::optional<double>& uncertainty_m) {
    book = TrustBook(TrustOptions{});
    SensorPosition antenna{52.0, 5.0, {}};
    antenna.uncertainty_m = uncertainty_m;
    book.set_position(antenna);
    for (int i = 0; i < 90; ++i) {
      msg::Location at = location();
      at.position = msg::GeoPosition{52.05 - 5.5e-4 * i, 5.0};
      TimedFrame frame = heard_remote_id(at, at_ms(1000 * i));
      frame.frame.rf.rssi_dbfs = -40;
      hear(frame);
    }
    return says("level_range");
  };
  BOOST_TEST(approach(std::nullopt));
  BOOST_TEST(approach(8.0));
  BOOST_TEST(!approach(600.0));  // more than a tenth of all distances
}

BOOST_AUTO_TEST_SUITE_END()
