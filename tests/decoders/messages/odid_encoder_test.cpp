// The encoder of scenes against the vectors, byte for byte, and through the parsers.

#include "tests/support/odid_encoder.hpp"

#include "decoders/messages/french_id.hpp"
#include "decoders/messages/remote_id_body.hpp"
#include "odid_json.hpp"

using namespace windhover::odid_test;
using namespace windhover::synth;

namespace {

std::optional<double> number(const json& fields, const char* key) {
  const auto at = fields.find(key);
  if (at == fields.end() || at->is_null()) return std::nullopt;
  return at->get<double>();
}

std::optional<LatLon> place(const json& fields, const char* lat, const char* lon) {
  if (!number(fields, lat)) return std::nullopt;
  return LatLon{*number(fields, lat), *number(fields, lon)};
}

template <std::size_t n>
std::optional<double> bound(const json& fields, const char* key, const double (&bounds)[n]) {
  const auto code = fields.at(key).get<std::size_t>();
  return code == 0 ? std::nullopt : std::optional(bounds[code]);
}

std::uint8_t byte(const json& fields, const char* key) { return fields.at(key).get<std::uint8_t>(); }

OdidBytes encode_basic(const json& in) {
  const auto id = from_hex(in.at("uas_id_hex").get<std::string>());
  return encode(BasicIdValues{byte(in, "proto"), byte(in, "id_type"), byte(in, "ua_type"),
                              std::string(id.begin(), id.end())});
}

OdidBytes encode_location(const json& in) {
  LocationValues out;
  out.version = byte(in, "proto");
  out.status = byte(in, "status");
  out.height_above_ground = byte(in, "height_type") == 1;
  out.track_deg = number(in, "direction_deg");
  out.speed_mps = number(in, "speed_h_mps");
  out.vertical_mps = number(in, "speed_v_mps");
  out.position = place(in, "lat", "lon");
  out.pressure_altitude_m = number(in, "alt_baro_m");
  out.geodetic_altitude_m = number(in, "alt_geo_m");
  out.height_m = number(in, "height_m");
  out.horizontal_accuracy_m = bound(in, "h_acc", kHorizontal_m);
  out.vertical_accuracy_m = bound(in, "v_acc", kVertical_m);
  out.pressure_accuracy_m = bound(in, "baro_acc", kVertical_m);
  out.speed_accuracy_mps = bound(in, "speed_acc", kSpeed_mps);
  out.seconds_of_hour = number(in, "timestamp_s");
  out.time_accuracy_s = number(in, "ts_acc_s");
  return encode(out);
}

OdidBytes encode_system(const json& in) {
  SystemValues out;
  out.version = byte(in, "proto");
  out.operator_location_type = byte(in, "op_loc_type");
  out.classification = byte(in, "classification");
  out.operator_position = place(in, "op_lat", "op_lon");
  out.area_count = in.at("area_count").get<std::uint16_t>();
  out.area_radius_m = in.at("area_radius_m").get<double>();
  out.area_ceiling_m = number(in, "area_ceiling_m");
  out.area_floor_m = number(in, "area_floor_m");
  out.category_code = byte(in, "category_eu");
  out.class_code = byte(in, "class_eu");
  out.operator_altitude_m = number(in, "op_alt_geo_m");
  if (number(in, "unix")) out.timestamp_s = in.at("unix").get<std::int64_t>();
  return encode(out);
}

/// Absent for authentication, which has no single message form.
std::optional<OdidBytes> encode_message(const json& in) {
  switch (in.at("type").get<int>()) {
    case 0:
      return encode_basic(in);
    case 1:
      return encode_location(in);
    case 3:
      return encode(SelfIdValues{byte(in, "proto"), byte(in, "desc_type"), in.at("desc").get<std::string>()});
    case 4:
      return encode_system(in);
    case 5:
      return encode(
          OperatorIdValues{byte(in, "proto"), byte(in, "op_id_type"), in.at("op_id").get<std::string>()});
  }
  return std::nullopt;
}

LocationValues typical_location() {
  LocationValues values;
  values.height_above_ground = true;
  values.track_deg = 216;
  values.speed_mps = 5.5;
  values.vertical_mps = 5;
  values.position = LatLon{45.539309, -122.966389};
  values.pressure_altitude_m = 100;
  values.geodetic_altitude_m = 110;
  values.height_m = 80;
  values.horizontal_accuracy_m = 10;
  values.vertical_accuracy_m = 10;
  values.pressure_accuracy_m = 3;
  values.speed_accuracy_mps = 1;
  values.seconds_of_hour = 360.5;
  values.time_accuracy_s = 0.2;
  return values;
}

/// The values of the pack in frames_generated.json.
std::vector<OdidBytes> four_messages() {
  LocationValues location = typical_location();
  location.height_above_ground = false;
  location.vertical_accuracy_m = location.pressure_accuracy_m = location.speed_accuracy_mps = std::nullopt;
  location.time_accuracy_s.reset();
  SystemValues system;
  system.operator_position = LatLon{45.538, -122.966};
  system.operator_altitude_m = 20.5;
  system.timestamp_s = 1574357589;
  return {encode(BasicIdValues{.id = "1596F0A1B2C3D4E5F6G7"}), encode(location), encode(system),
          encode(OperatorIdValues{.operator_id = "FIN87astrdge12k8"})};
}

Gb46750Values gb_sample() {
  Gb46750Values values;
  values.product_id = "1581FANLC258U029RTN6";
  values.registration = "00000000";
  values.category_code = 0;
  values.station_position = LatLon{30.0675643, 121.1859665};
  values.station_altitude_m = 14.5;
  values.position = LatLon{30.0675106, 121.1859817};
  values.track_deg = 0.5;
  values.speed_mps = 2.8;
  values.height_m = 108;
  values.vertical_mps = 0;
  values.geodetic_altitude_m = 121;
  values.pressure_altitude_m = 182.5;
  values.horizontal_accuracy_m = 1;
  values.vertical_accuracy_m = 3;
  values.speed_accuracy_mps = 0.3;
  values.time_ms = 1779505147000;
  values.time_accuracy_code = 3;
  return values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(odid_encoder)

BOOST_AUTO_TEST_CASE(single_messages_are_those_of_the_common_encoder) {
  BOOST_TEST(to_hex(encode(BasicIdValues{.id = "1596F0A1B2C3D4E5F6G7"})) ==
             "02123135393646304131423243334434453546364737000000");
  BOOST_TEST(to_hex(encode(typical_location())) == "122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  BOOST_TEST(to_hex(encode(LocationValues{.status = 0})) ==
             "1203b5ff7e00000000000000000000000000000000ffff0000");
  BOOST_TEST(to_hex(encode(SelfIdValues{.description = "Drone ID test flight---"})) ==
             "320044726f6e65204944207465737420666c696768742d2d2d");
  BOOST_TEST(to_hex(encode(OperatorIdValues{.operator_id = "FIN87astrdge12k8"})) ==
             "520046494e38376173747264676531326b3800000000000000");
}

BOOST_AUTO_TEST_CASE(authentication_pages_are_those_of_the_common_encoder) {
  AuthValues values;
  values.timestamp_s = 1574300800;
  const std::string text =
      "12345678901234567"
      "12345678901234567890123"
      "12345678901234567890123";
  values.data.assign(text.begin(), text.end());
  const auto pages = encode(values);
  BOOST_REQUIRE(pages.size() == 3U);
  BOOST_TEST(to_hex(pages[0]) == "2210023f003fab013132333435363738393031323334353637");
  BOOST_TEST(to_hex(pages[1]) == "22113132333435363738393031323334353637383930313233");
  BOOST_TEST(to_hex(pages[2]) == "22123132333435363738393031323334353637383930313233");
}

BOOST_AUTO_TEST_CASE(every_message_of_the_vector_file_comes_out_of_its_values) {
  const auto file = shared_json("spec/vectors/odid/messages.json");
  if (!file) return;
  int compared = 0;
  for (const json& vector : file->at("messages")) {
    const auto bytes = encode_message(vector.at("decoded"));
    if (!bytes) continue;
    ++compared;
    BOOST_TEST_CONTEXT(vector.at("name")) BOOST_TEST(to_hex(*bytes) == vector.at("hex").get<std::string>());
  }
  BOOST_TEST(compared == 18);
}

BOOST_AUTO_TEST_CASE(drip_pages_with_parity_come_out_of_their_data) {
  const auto file = shared_json("spec/vectors/odid/drip.json");
  if (!file) return;
  for (const char* key : {"link_pages", "wrapper_pages", "manifest_pages"}) {
    const auto wanted = file->at(key).get<std::vector<std::string>>();
    AuthValues values;
    values.auth_type = 5;
    values.parity = true;
    values.timestamp_s = 1'546'300'800 + 0x0951ea10;
    for (std::size_t page = 0; page + 1 < wanted.size(); ++page) {
      const auto bytes = from_hex(wanted[page]);
      values.data.insert(values.data.end(), bytes.begin() + (page == 0 ? 8 : 2), bytes.end());
    }
    values.data.resize(from_hex(wanted[0])[3]);
    const auto pages = encode(values);
    BOOST_REQUIRE(pages.size() == wanted.size());
    for (std::size_t page = 0; page < pages.size(); ++page) BOOST_TEST(to_hex(pages[page]) == wanted[page]);
  }
}

BOOST_AUTO_TEST_CASE(values_between_the_steps_are_rounded_as_the_common_encoder_does) {
  const auto encoded = [](auto change) {
    LocationValues values;
    change(values);
    return encode(values);
  };
  const auto north = encoded([](LocationValues& v) { v.track_deg = 359.6; });
  BOOST_TEST(int{north[2]} == 0);
  BOOST_TEST((north[1] & 2) == 0);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.speed_mps = 0.2; })[3]} == 1);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.speed_mps = 63.75; })[3]} == 255);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.speed_mps = 400; })[3]} == 254);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.vertical_mps = -0.9; })[4]} == 0xff);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.vertical_mps = 80; })[4]} == 124);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.height_m = 0.9; })[17]} == 0xd1);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.horizontal_accuracy_m = 2; })[19]} == 11);
  BOOST_TEST(int{encoded([](LocationValues& v) { v.horizontal_accuracy_m = 20000; })[19]} == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_refused) {
  BOOST_CHECK_THROW(encode(BasicIdValues{.id = std::string(21, 'A')}), std::invalid_argument);
  BOOST_CHECK_THROW(encode(BasicIdValues{.id_type = 16}), std::invalid_argument);
  BOOST_CHECK_THROW(encode(SelfIdValues{.description = std::string(24, 'A')}), std::invalid_argument);
  LocationValues off_earth;
  off_earth.position = LatLon{90.1, 0};
  BOOST_CHECK_THROW(encode(off_earth), std::invalid_argument);
  BOOST_CHECK_THROW(encode(SystemValues{.timestamp_s = 1'546'300'800}), std::invalid_argument);
  BOOST_CHECK_THROW(encode(AuthValues{.data = ByteVector(256)}), std::invalid_argument);
  BOOST_CHECK_THROW(encode_pack(2, std::vector<OdidBytes>(11)), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(packs_and_wrappers_are_those_of_the_common_encoder) {
  const auto pack = encode_pack(2, four_messages());
  const std::string wanted =
      "f2190402123135393646304131423243334434453546364737000000122224160a42bf241b6ed1b4b69808ac0870080a00150e"
      "00"
      "004200208c241ba0e0b4b60100000000000000f907d51cac0100520046494e38376173747264676531326b380000000000000"
      "0";
  BOOST_TEST(to_hex(pack) == wanted);
  BOOST_TEST(to_hex(wifi_odid_element(0x55, pack)) == "dd6cfa0bbc0d55" + wanted);
  BOOST_TEST(to_hex(nan_discovery_body(0x55, pack)) ==
             "0409506f9a130372008869199d92090100106855" + wanted + "0e040001000255");
}

BOOST_AUTO_TEST_CASE(bluetooth_wrappers_have_their_lengths) {
  const OdidBytes message = encode(BasicIdValues{.id = "1596F0A1B2C3D4E5F6G7"});
  const auto legacy = ble_legacy_adv_data(0x2a, message);
  BOOST_TEST(legacy.size() == 31U);
  BOOST_TEST(to_hex(legacy) == "1e16faff0d2a" + to_hex(message));
  const auto extended = ble_extended_adv_data(7, encode_pack(2, std::vector<OdidBytes>(9, message)));
  BOOST_TEST(to_hex(Bytes(extended).first(9)) == "e916faff0d07f21909");
  BOOST_TEST(extended.size() == 234U);
}

BOOST_AUTO_TEST_CASE(the_chinese_sample_comes_out_of_its_values) {
  BOOST_TEST(to_hex(encode(gb_sample())) ==
             "ff2048fffffe3135383146414e4c433235385530323952544e363030303030303030000101d1823b483bf2eb11ed07"
             "69833b4822f0eb1105001c00284700c2083d0902000c050478acc5529e0103");
}

BOOST_AUTO_TEST_CASE(any_choice_of_chinese_items_is_read_back) {
  for (std::uint32_t items = 1; items < 0x200000; items = items * 3 + 1) {
    Gb46750Values values = gb_sample();
    values.items = items;
    const auto body = parse_remote_id_body(encode(values));
    BOOST_REQUIRE(std::holds_alternative<Gb46750>(body));
    const auto& id = std::get<Gb46750>(body);
    BOOST_TEST(id.product_id.has_value() == ((items & 1) != 0));
    BOOST_TEST(id.position.has_value() == ((items >> 7 & 1) != 0));
    BOOST_TEST(id.time_accuracy_code.has_value() == ((items >> 20 & 1) != 0));
    BOOST_TEST(id.anomalies.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_french_vector_comes_out_of_its_values) {
  FrenchValues values;
  values.french_id = "000AAA1234567890ABCDEFGHJKLM42";
  values.position = LatLon{48.15278, -179.12344};
  values.altitude_m = 302;
  values.take_off_position = LatLon{46.30443, 7.15819};
  values.speed_mps = 12;
  values.track_deg = 271;
  const std::string wanted =
      "010101021e3030304141413132333435363738393041424344454647484a4b4c4d34320404004979ae0504feeeade80602012e"
      "08"
      "040046a7ab0904000aec2b0a010c0b02010f";
  BOOST_TEST(to_hex(encode_french_fields(values)) == wanted);
  BOOST_TEST(to_hex(french_element(values)) == "dd4a6a5c3501" + wanted);
  // The exact coding; the common encoder is one unit off for negative values.
  values.position = LatLon{48.15278, -179.12345};
  BOOST_TEST(to_hex(encode_french_fields(values)).find("0504feeeade7") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_dji_element_has_its_header) {
  const ByteVector payload(88, 0x10);
  const auto element = dji_wifi_element(payload);
  BOOST_TEST(element.size() == 96U);
  BOOST_TEST(to_hex(Bytes(element).first(9)) == "dd5e26371258621310");
}

BOOST_AUTO_TEST_SUITE_END()
