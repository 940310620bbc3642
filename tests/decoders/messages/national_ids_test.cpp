// GB 46750-2025, the French element, and the envelope of DJI's element.

#include <random>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/messages/dji_wifi.hpp"
#include "decoders/messages/french_id.hpp"
#include "decoders/messages/remote_id_body.hpp"
#include "odid_json.hpp"
#include "tests/support/odid_encoder.hpp"

using namespace windhover::odid_test;
namespace synth = windhover::synth;

namespace {

using Body = std::vector<std::uint8_t>;

// Sample of a public receiver's test file, after the counter.
const Body kGbSample = from_hex(
    "ff2048fffffe3135383146414e4c433235385530323952544e363030303030303030000101d1823b483bf2eb11ed0769833b4822"
    "f0eb1105001c00284700c2083d0902000c050478acc5529e0103");

// Made with the French encoder of opendroneid-core-c, commit beb5639.
const Body kFrench = from_hex(
    "6a5c3501010101021e3030304141413132333435363738393041424344454647484a4b4c4d34320404004979ae0504feeeade806"
    "02012e08040046a7ab0904000aec2b0a010c0b02010f");

// Beacon of a spoofer that imitates a DJI aircraft.
const Body kDji = from_hex(
    "26371258621310024d06331f4b3652453057454e414839503851414c019f22003cf51f003700640034083c0f8403bcd03f3ca05b"
    "0000000018239500178472001784720018239500580600616c65737361"
    "00000000000000000000000000");

Gb46750 gb(const Body& body) {
  const auto result = parse_gb_46750(body);
  BOOST_REQUIRE(result.has_value());
  return *result;
}

/// One item alone, with the bytes of its content.
Gb46750 gb_item(int number, std::initializer_list<int> content) {
  Body flags;
  for (int left = number; left > 0; left -= 7)
    flags.push_back(static_cast<std::uint8_t>(left > 7 ? 1 : 0x80 >> (left - 1)));
  Body body{0xff, 0x20, static_cast<std::uint8_t>(content.size())};
  body.insert(body.end(), flags.begin(), flags.end());
  for (const int byte : content) body.push_back(static_cast<std::uint8_t>(byte));
  return gb(body);
}

Body french(std::initializer_list<int> fields) {
  Body element{0x6a, 0x5c, 0x35, 0x01};
  for (const int byte : fields) element.push_back(static_cast<std::uint8_t>(byte));
  return element;
}

FrenchId french_id(std::initializer_list<int> fields) {
  const auto result = parse_french_id(french(fields));
  BOOST_REQUIRE(result.has_value());
  return *result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gb_46750)

BOOST_AUTO_TEST_CASE(the_public_sample_has_every_field) {
  const Gb46750 id = gb(kGbSample);
  BOOST_TEST(int{id.version_minor} == 0);
  BOOST_TEST(id.product_id.value() == "1581FANLC258U029RTN6");
  BOOST_TEST(id.registration.value() == "00000000");
  BOOST_TEST(!id.category.has_value());
  BOOST_CHECK(id.ua_class == Gb46750Class::light);
  BOOST_CHECK(id.station_type == Gb46750Station::control_station);
  BOOST_TEST(id.station_position.value().lat_deg == 30.0675643);
  BOOST_TEST(id.station_position.value().lon_deg == 121.1859665);
  BOOST_TEST(id.station_altitude_m.value() == 14.5);
  BOOST_TEST(id.position.value().lat_deg == 30.0675106);
  BOOST_TEST(id.position.value().lon_deg == 121.1859817);
  BOOST_TEST(id.track_deg.value() == 0.5);
  BOOST_TEST(id.speed_mps.value() == 2.8);
  BOOST_TEST(id.height_m.value() == 108);
  BOOST_TEST(id.vertical_mps.value() == 0);
  BOOST_TEST(id.geodetic_altitude_m.value() == 121);
  BOOST_TEST(id.pressure_altitude_m.value() == 182.5);
  BOOST_CHECK(id.status == Gb46750Status::airborne);
  BOOST_CHECK(id.datum == Gb46750Datum::wgs84);
  BOOST_TEST(id.horizontal_accuracy_m.value() == 1);
  BOOST_TEST(id.vertical_accuracy_m.value() == 3);
  BOOST_TEST(id.speed_accuracy_mps.value() == 0.3);
  BOOST_TEST(id.time_ms.value() == 1779505147000);
  BOOST_TEST(int{id.time_accuracy_code.value()} == 3);
  BOOST_TEST(int{id.unknown_items} == 0);
  BOOST_TEST(id.anomalies.empty());
  BOOST_CHECK(std::get<Gb46750>(parse_remote_id_body(kGbSample)) == id);
}

BOOST_AUTO_TEST_CASE(the_vector_file_holds_the_same_sample) {
  const auto file = shared_json("spec/vectors/odid/china.json");
  if (!file) return;
  const auto bytes = from_hex(file->at("gb46750_body").at("hex_from_counter").get<std::string>());
  BOOST_CHECK(Body(bytes.begin() + 1, bytes.end()) == kGbSample);
}

BOOST_AUTO_TEST_CASE(each_item_may_stand_alone) {
  BOOST_TEST(
      gb_item(1, {'A', 'B', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}).product_id.value() ==
      "AB");
  BOOST_CHECK(gb_item(3, {2}).category == OperationCategory::specific);
  BOOST_CHECK(gb_item(4, {4}).ua_class == Gb46750Class::large);
  BOOST_TEST(gb_item(9, {0x10, 0x0e}).track_deg.value() == 0);
  BOOST_TEST(gb_item(12, {0x85}).vertical_mps.value() == -2.5);
  BOOST_TEST(gb_item(12, {0x05}).vertical_mps.value() == 2.5);
  BOOST_CHECK(gb_item(15, {5}).status == Gb46750Status::remote_id_failure_and_emergency);
  BOOST_CHECK(gb_item(16, {1}).datum == Gb46750Datum::cgcs2000);
  BOOST_TEST(gb_item(17, {10}).horizontal_accuracy_m.value() == 10);
  BOOST_TEST(int{gb_item(21, {8}).time_accuracy_code.value()} == 8);
}

BOOST_AUTO_TEST_CASE(unknown_marks_are_absent) {
  BOOST_TEST(!gb_item(6, {255, 255, 255, 255, 255, 255, 255, 255}).station_position.has_value());
  BOOST_TEST(!gb_item(8, {255, 255, 255, 255, 0, 0, 0, 0}).position.has_value());
  BOOST_TEST(!gb_item(8, {0, 0, 0, 0, 0, 0, 0, 0}).position.has_value());
  BOOST_TEST(!gb_item(7, {0, 0}).station_altitude_m.has_value());
  BOOST_TEST(!gb_item(9, {255, 255}).track_deg.has_value());
  BOOST_TEST(!gb_item(10, {255, 255}).speed_mps.has_value());
  BOOST_TEST(!gb_item(11, {0, 0}).height_m.has_value());
  BOOST_TEST(!gb_item(12, {255}).vertical_mps.has_value());
  BOOST_TEST(!gb_item(17, {0}).horizontal_accuracy_m.has_value());
  BOOST_TEST(!gb_item(20, {0, 0, 0, 0, 0, 0}).time_ms.has_value());
  for (const int item : {9, 10, 11, 12})
    BOOST_TEST((item == 12 ? gb_item(item, {255}) : gb_item(item, {255, 255}))
                   .anomalies.has(Anomaly::reserved_value) == false);
}

BOOST_AUTO_TEST_CASE(values_without_meaning_are_absent_and_noted) {
  BOOST_TEST(gb_item(4, {5}).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(!gb_item(4, {5}).ua_class.has_value());
  BOOST_TEST(gb_item(9, {0x11, 0x0e}).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(gb_item(18, {7}).anomalies.has(Anomaly::reserved_value));
  // Latitude 100 degrees.
  BOOST_TEST(gb_item(8, {0, 0, 0, 0, 0x00, 0xca, 0x9a, 0x3b}).anomalies.has(Anomaly::position_out_of_range));
  BOOST_TEST(gb_item(10, {0xb1, 0x04}).anomalies.has(Anomaly::implausible_speed));
}

BOOST_AUTO_TEST_CASE(a_sample_cut_anywhere_is_refused) {
  for (std::size_t size = 0; size < kGbSample.size(); ++size) {
    const auto cut = parse_gb_46750(Bytes(kGbSample).first(size));
    BOOST_REQUIRE(!cut.has_value());
    BOOST_CHECK(cut.error() == (size < 2 ? OdidReject::not_mine : OdidReject::too_short));
  }
}

BOOST_AUTO_TEST_CASE(announced_items_must_fit_the_announced_length) {
  Body body = kGbSample;
  body[2] = 71;
  BOOST_CHECK(parse_gb_46750(body).error() == OdidReject::bad_size);
  body[2] = 0;
  BOOST_CHECK(parse_gb_46750(body).error() == OdidReject::bad_size);
  body = kGbSample;
  body[2] = 74;
  body.insert(body.end(), {1, 2, 3, 4});
  BOOST_TEST(gb(body).anomalies.has(Anomaly::unexpected_length));
  BOOST_TEST(gb(body).time_ms.value() == 1779505147000);
}

BOOST_AUTO_TEST_CASE(items_of_later_versions_are_skipped) {
  Body body = kGbSample;
  body[5] |= 1;                         // one more byte of flags,
  body.insert(body.begin() + 6, 0xc0);  // with items 22 and 23
  body[2] = static_cast<std::uint8_t>(body[2] + 3);
  body.insert(body.end(), {7, 8, 9});
  const Gb46750 id = gb(body);
  BOOST_TEST(int{id.unknown_items} == 2);
  BOOST_TEST(int{id.time_accuracy_code.value()} == 3);
  BOOST_TEST(id.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(flags_without_end_and_without_items_are_refused) {
  Body endless(200, 0xff);
  endless[1] = 0x20;
  BOOST_CHECK(parse_gb_46750(endless).error() == OdidReject::too_short);
  BOOST_CHECK(parse_gb_46750(from_hex("ff200000")).error() == OdidReject::sanity);
  BOOST_CHECK(parse_gb_46750(from_hex("ff400000")).error() == OdidReject::not_mine);
  BOOST_CHECK(parse_gb_46750(from_hex("f0200000")).error() == OdidReject::not_mine);
}

BOOST_AUTO_TEST_CASE(random_bodies_stay_in_range) {
  std::mt19937 random(5);
  int accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    Body body = kGbSample;
    for (int n = 0; n < 6; ++n) body[2 + random() % (body.size() - 2)] = static_cast<std::uint8_t>(random());
    const auto id = parse_gb_46750(body);
    if (!id) continue;
    ++accepted;
    BOOST_REQUIRE(!id->position || std::abs(id->position->lat_deg) <= 90);
    BOOST_REQUIRE(!id->track_deg || (*id->track_deg >= 0 && *id->track_deg < 360));
  }
  BOOST_TEST(accepted > 1000);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(french_electronic_id)

BOOST_AUTO_TEST_CASE(the_vector_has_every_field) {
  const auto id = parse_french_id(kFrench);
  BOOST_REQUIRE(id.has_value());
  BOOST_TEST(int{id->version} == 1);
  BOOST_TEST(id->french_id.value() == "000AAA1234567890ABCDEFGHJKLM42");
  BOOST_TEST(!id->cta_2063_serial.has_value());
  BOOST_TEST(id->position.value().lat_deg == 48.15278);
  BOOST_TEST(id->position.value().lon_deg == -179.12344);
  BOOST_TEST(id->altitude_m.value() == 302);
  BOOST_TEST(!id->height_m.has_value());
  BOOST_TEST(id->take_off_position.value().lat_deg == 46.30443);
  BOOST_TEST(id->take_off_position.value().lon_deg == 7.15819);
  BOOST_TEST(id->speed_mps.value() == 12);
  BOOST_TEST(id->track_deg.value() == 271);
  BOOST_TEST(id->anomalies.empty());
}

BOOST_AUTO_TEST_CASE(the_vector_file_holds_the_same_fields) {
  const auto file = shared_json("spec/vectors/odid/frames_generated.json");
  if (!file) return;
  int found = 0;
  for (const json& frame : file->at("frames")) {
    const auto name = frame.at("name").get<std::string>();
    auto bytes = from_hex(frame.at("hex").get<std::string>());
    if (name == "france_beacon") BOOST_CHECK(++found && Body(bytes.end() - 74, bytes.end()) == kFrench);
    if (name == "france_tlv") BOOST_CHECK(++found && Body(kFrench.begin() + 4, kFrench.end()) == bytes);
  }
  BOOST_TEST(found == 2);
}

BOOST_AUTO_TEST_CASE(negative_numbers_and_the_other_identity) {
  const FrenchId id = french_id({3, 6, '1', '5', '8', '8', '1', 'X', 6, 2, 0xff, 0xf6, 7, 2, 0xff, 0xff});
  BOOST_TEST(id.cta_2063_serial.value() == "15881X");
  BOOST_TEST(id.altitude_m.value() == -10);
  BOOST_TEST(id.height_m.value() == -1);
  BOOST_TEST(int{id.version} == 0);
}

BOOST_AUTO_TEST_CASE(fields_of_a_wrong_length_are_left_out) {
  const FrenchId id = french_id({1, 1, 1, 6, 3, 0, 0, 7, 10, 0, 11, 2, 0, 90});
  BOOST_TEST(!id.altitude_m.has_value());
  BOOST_TEST(!id.speed_mps.has_value());
  BOOST_TEST(id.track_deg.value() == 90);
  BOOST_TEST(id.anomalies.has(Anomaly::unexpected_length));
}

BOOST_AUTO_TEST_CASE(the_first_of_two_equal_fields_counts) {
  const FrenchId id = french_id({10, 1, 5, 10, 1, 6});
  BOOST_TEST(id.speed_mps.value() == 5);
  BOOST_TEST(id.anomalies.has(Anomaly::duplicate));
}

BOOST_AUTO_TEST_CASE(half_a_position_is_none_and_so_is_one_off_the_earth) {
  BOOST_TEST(!french_id({4, 4, 0, 1, 2, 3}).position.has_value());
  const FrenchId far = french_id({4, 4, 0x7f, 0xff, 0xff, 0xff, 5, 4, 0, 0, 0, 1});
  BOOST_TEST(!far.position.has_value());
  BOOST_TEST(far.anomalies.has(Anomaly::position_out_of_range));
  BOOST_TEST(french_id({11, 2, 0x01, 0x69}).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(french_id({11, 2, 0x01, 0x68}).track_deg.value() == 0);
}

BOOST_AUTO_TEST_CASE(unknown_fields_are_counted) {
  BOOST_TEST(int{french_id({200, 2, 1, 2, 1, 1, 1}).unknown_fields} == 1);
  BOOST_CHECK(parse_french_id(french({200, 2, 1, 2})).error() == OdidReject::sanity);
  BOOST_CHECK(parse_french_id(french({})).error() == OdidReject::sanity);
}

BOOST_AUTO_TEST_CASE(an_element_cut_within_a_field_is_refused) {
  // Where a field ends and the next begins.
  const std::vector<std::size_t> whole{7, 39, 45, 51, 55, 61, 67, 70, 74};
  for (std::size_t size = 0; size <= kFrench.size(); ++size) {
    const auto cut = parse_french_id(Bytes(kFrench).first(size));
    BOOST_TEST(cut.has_value() == (std::find(whole.begin(), whole.end(), size) != whole.end()));
    if (!cut && size < 4) BOOST_CHECK(cut.error() == OdidReject::not_mine);
    if (!cut && size > 4) BOOST_CHECK(cut.error() == OdidReject::bad_size);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(dji_wifi)

BOOST_AUTO_TEST_CASE(the_envelope_opens_to_the_kind_byte) {
  const auto element = unwrap_dji_wifi_element(kDji);
  BOOST_REQUIRE(element.has_value());
  BOOST_TEST(int{element->length_bytes} == 88);
  BOOST_CHECK((element->fixed == std::array<std::uint8_t, 2>{0x62, 0x13}));
  BOOST_TEST(element->payload.size() == 88U);
  BOOST_TEST(int{element->payload[0]} == 0x10);
  BOOST_TEST(int{element->payload[1]} == 2);
}

BOOST_AUTO_TEST_CASE(the_payload_is_what_the_droneid_parser_reads) {
  const auto id = parse_dji_wifi_body(unwrap_dji_wifi_element(kDji)->payload);
  BOOST_REQUIRE(id.has_value());
  const auto& telemetry = std::get<DjiTelemetry>(id->body);
  BOOST_TEST(telemetry.sequence == 1613);
  BOOST_TEST(telemetry.serial.value() == "K6RE0WENAH9P8QAL");
  BOOST_TEST(std::abs(telemetry.position.value().lat_deg - 12.0000051) < 1e-6);
  BOOST_TEST(std::abs(telemetry.position.value().lon_deg - 13.0000056) < 1e-6);
}

BOOST_AUTO_TEST_CASE(an_envelope_cut_anywhere_is_refused) {
  for (std::size_t size = 0; size < kDji.size(); ++size) {
    const auto cut = unwrap_dji_wifi_element(Bytes(kDji).first(size));
    BOOST_REQUIRE(!cut.has_value());
    BOOST_CHECK(cut.error() == (size < 3 ? OdidReject::not_mine : OdidReject::too_short));
  }
}

BOOST_AUTO_TEST_CASE(padding_stays_and_other_makers_are_refused) {
  Body padded = kDji;
  padded.insert(padded.end(), 50, 0);
  BOOST_TEST(unwrap_dji_wifi_element(padded)->payload.size() == 138U);
  Body other = kDji;
  other[2] = 0x13;
  BOOST_CHECK(unwrap_dji_wifi_element(other).error() == OdidReject::not_mine);
}

BOOST_AUTO_TEST_SUITE_END()
