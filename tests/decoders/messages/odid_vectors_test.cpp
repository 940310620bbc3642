// Vectors of the specification sheet (ASTM F3411 / ASD-STAN 4709-002 messages made with the encoders of
// opendroneid-core-c, commit beb5639), and all vector files when they are there.

#include <algorithm>

#include "decoders/messages/remote_id_body.hpp"
#include "odid_json.hpp"

using namespace windhover::odid_test;

namespace {

OdidPack pack_of(std::span<const std::uint8_t> body) {
  const RemoteIdBody parsed = parse_remote_id_body(body);
  BOOST_REQUIRE(std::holds_alternative<OdidPack>(parsed));
  return std::get<OdidPack>(parsed);
}

/// The bytes after the counter behind the first `marker` in a frame.
std::vector<std::uint8_t> body_after(const std::vector<std::uint8_t>& frame,
                                     const std::vector<std::uint8_t>& marker) {
  const auto at = std::search(frame.begin(), frame.end(), marker.begin(), marker.end());
  BOOST_REQUIRE(at != frame.end());
  return {at + static_cast<std::ptrdiff_t>(marker.size()) + 1, frame.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(open_drone_id_vectors)

BOOST_AUTO_TEST_CASE(basic_id_with_a_serial_number) {
  const auto basic = message_of<BasicId>("02123135393646304131423243334434453546364737000000");
  BOOST_TEST(int{basic.version} == 2);
  BOOST_CHECK(basic.id_type == IdType::serial_number);
  BOOST_CHECK(basic.ua_type == UaType::helicopter_or_multirotor);
  BOOST_TEST(basic.uas_id.value() == "1596F0A1B2C3D4E5F6G7");
  BOOST_TEST(!basic.session_type.has_value());
  BOOST_TEST(basic.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(basic_id_with_a_registration) {
  const auto basic = message_of<BasicId>("02224a412e4a55313233343541424344450000000000000000");
  BOOST_CHECK(basic.id_type == IdType::caa_registration);
  BOOST_TEST(basic.uas_id.value() == "JA.JU12345ABCDE");
}

BOOST_AUTO_TEST_CASE(basic_id_with_a_uuid_is_written_in_its_usual_form) {
  const auto basic = message_of<BasicId>("0234123e4567e89b12d3a45642661417400000000000000000");
  BOOST_CHECK(basic.id_type == IdType::utm_uuid);
  BOOST_CHECK(basic.ua_type == UaType::hybrid_lift);
  BOOST_TEST(basic.uas_id.value() == "123e4567-e89b-12d3-a456-426614174000");
  BOOST_TEST(basic.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(basic_id_with_a_drip_entity_tag_is_written_as_ipv6_address) {
  const auto basic = message_of<BasicId>("0242012001003ffe000105a29b3ff42226c04e000000000000");
  BOOST_CHECK(basic.id_type == IdType::specific_session_id);
  BOOST_TEST(int{basic.session_type.value()} == 1);
  BOOST_TEST(basic.uas_id.value() == "2001:3f:fe00:105:a29b:3ff4:2226:c04e");
  BOOST_TEST(basic.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(basic_id_without_an_id) {
  const auto basic = message_of<BasicId>("02000000000000000000000000000000000000000000000000");
  BOOST_CHECK(basic.id_type == IdType::none);
  BOOST_CHECK(basic.ua_type == UaType::none);
  BOOST_TEST(!basic.uas_id.has_value());
}

BOOST_AUTO_TEST_CASE(location_with_every_field) {
  const auto at = message_of<Location>("122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
  BOOST_CHECK(at.status == OperationalStatus::airborne);
  BOOST_CHECK(at.height_reference == HeightReference::ground);
  BOOST_TEST(at.track_deg.value() == 216);
  BOOST_TEST(at.speed_mps.value() == 5.5);
  BOOST_TEST(at.vertical_mps.value() == 5.0);
  BOOST_TEST(at.position.value().lat_deg == 45.5393090);
  BOOST_TEST(at.position.value().lon_deg == -122.9663890);
  BOOST_TEST(at.pressure_altitude_m.value() == 100);
  BOOST_TEST(at.geodetic_altitude_m.value() == 110);
  BOOST_TEST(at.height_m.value() == 80);
  BOOST_TEST(at.vertical_accuracy_m.value() == 10);
  BOOST_TEST(at.horizontal_accuracy_m.value() == 10);
  BOOST_TEST(at.pressure_accuracy_m.value() == 3);
  BOOST_TEST(at.speed_accuracy_mps.value() == 1);
  BOOST_TEST(at.seconds_of_hour.value() == 360.5);
  BOOST_TEST(at.time_accuracy_s.value() == 0.2);
  BOOST_TEST(!at.speed_saturated);
  BOOST_TEST(!at.vertical_saturated);
  BOOST_TEST(at.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(location_with_every_field_unknown) {
  Location expected;
  expected.version = 2;
  BOOST_CHECK(message_of<Location>("1203b5ff7e00000000000000000000000000000000ffff0000") == expected);
}

BOOST_AUTO_TEST_CASE(location_at_the_end_of_the_fine_speed_scale) {
  const auto at = message_of<Location>("1220b3ff845cddd1eb879f215ad007d107cf076c649f8c0100");
  BOOST_TEST(at.track_deg.value() == 179);
  BOOST_TEST(at.speed_mps.value() == 63.75);
  BOOST_TEST(at.vertical_mps.value() == -62);
  BOOST_TEST(at.vertical_saturated);
  BOOST_TEST(at.position.value().lat_deg == -33.8567844);
  BOOST_TEST(at.position.value().lon_deg == 151.2152967);
  BOOST_TEST(at.pressure_altitude_m.value() == 0);
  BOOST_TEST(at.geodetic_altitude_m.value() == 0.5);
  BOOST_TEST(at.height_m.value() == -0.5);
  BOOST_TEST(at.vertical_accuracy_m.value() == 1);
  BOOST_TEST(at.horizontal_accuracy_m.value() == 1);
  BOOST_TEST(at.pressure_accuracy_m.value() == 1);
  BOOST_TEST(at.speed_accuracy_mps.value() == 0.3);
  BOOST_TEST(at.seconds_of_hour.value() == 3599.9);
  BOOST_TEST(at.time_accuracy_s.value() == 0.1);
  BOOST_TEST(at.anomalies.has(Anomaly::implausible_vertical_speed));
}

BOOST_AUTO_TEST_CASE(location_with_the_coarse_speed_scale_and_extreme_altitudes) {
  const auto at = message_of<Location>("123700017cffe8a435012eb694fefffdff00fa1111a08c0f00");
  BOOST_CHECK(at.status == OperationalStatus::emergency);
  BOOST_TEST(at.track_deg.value() == 180);
  BOOST_TEST(at.speed_mps.value() == 64.5);
  BOOST_TEST(at.vertical_mps.value() == 62);
  BOOST_TEST(at.position.value().lat_deg == 89.9999999);
  BOOST_TEST(at.position.value().lon_deg == -179.9999999);
  BOOST_TEST(at.pressure_altitude_m.value() == 31767);
  BOOST_TEST(at.geodetic_altitude_m.value() == 31766.5);
  BOOST_TEST(at.height_m.value() == 31000);
  BOOST_TEST(at.horizontal_accuracy_m.value() == 18520);
  BOOST_TEST(at.vertical_accuracy_m.value() == 150);
  BOOST_TEST(at.pressure_accuracy_m.value() == 150);
  BOOST_TEST(at.speed_accuracy_mps.value() == 10);
  BOOST_TEST(at.seconds_of_hour.value() == 3600);
  BOOST_TEST(at.time_accuracy_s.value() == 1.5);
  BOOST_TEST(at.anomalies.has(Anomaly::implausible_altitude));
}

BOOST_AUTO_TEST_CASE(location_with_the_highest_speed_says_that_it_may_be_higher) {
  const auto at = message_of<Location>("1243b3feff00175bca00d2496b01000200e9075b4200000a00");
  BOOST_CHECK(at.status == OperationalStatus::remote_id_failure);
  BOOST_TEST(at.track_deg.value() == 359);
  BOOST_TEST(at.speed_mps.value() == 254.25);
  BOOST_TEST(at.speed_saturated);
  BOOST_TEST(at.vertical_mps.value() == -0.5);
  BOOST_TEST(at.position.value().lat_deg == -90);
  BOOST_TEST(at.position.value().lon_deg == 180);
  BOOST_TEST(at.pressure_altitude_m.value() == -999.5);
  BOOST_TEST(at.geodetic_altitude_m.value() == -999);
  BOOST_TEST(at.height_m.value() == 12.5);
  BOOST_TEST(at.seconds_of_hour.value() == 0);
  BOOST_TEST(at.time_accuracy_s.value() == 1);
  BOOST_TEST(at.anomalies.has(Anomaly::implausible_speed));
}

BOOST_AUTO_TEST_CASE(authentication_page_zero) {
  const auto auth = message_of<Authentication>("2210023f003fab013132333435363738393031323334353637");
  BOOST_CHECK(auth.auth_type == AuthType::uas_id_signature);
  BOOST_TEST(int{auth.page} == 0);
  BOOST_TEST(int{auth.header.value().last_page} == 2);
  BOOST_TEST(int{auth.header.value().length_bytes} == 63);
  BOOST_TEST(auth.header.value().timestamp_s.value() == 1574300800);
  BOOST_TEST(to_hex(auth.data()) == "3132333435363738393031323334353637");
}

BOOST_AUTO_TEST_CASE(self_id_that_fills_its_field) {
  const auto self = message_of<SelfId>("320044726f6e65204944207465737420666c696768742d2d2d");
  BOOST_TEST(int{self.description_type} == 0);
  BOOST_TEST(self.description.value() == "Drone ID test flight---");
}

BOOST_AUTO_TEST_CASE(system_of_a_european_open_c2_aircraft) {
  const auto system = message_of<System>("4204208c241ba0e0b4b60100000000000013f907d51cac0100");
  BOOST_CHECK(system.operator_location_type == OperatorLocationType::take_off);
  BOOST_CHECK(system.classification == ClassificationRegion::eu);
  BOOST_CHECK(system.category == OperationCategory::open);
  BOOST_TEST(system.aircraft_class.value() == "C2");
  BOOST_TEST(system.operator_position.value().lat_deg == 45.538);
  BOOST_TEST(system.operator_position.value().lon_deg == -122.966);
  BOOST_TEST(system.area_count == 1);
  BOOST_TEST(system.area_radius_m == 0);
  BOOST_TEST(!system.area_ceiling_m.has_value());
  BOOST_TEST(!system.area_floor_m.has_value());
  BOOST_TEST(system.operator_altitude_m.value() == 20.5);
  BOOST_TEST(system.timestamp_s.value() == 1574357589);
  BOOST_TEST(system.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(system_of_a_swarm_in_an_area) {
  const auto system = message_of<System>("4202eb32a4f8b168de3a2300ff310923080000000000000000");
  BOOST_CHECK(system.operator_location_type == OperatorLocationType::fixed);
  BOOST_TEST(system.operator_position.value().lat_deg == -12.3456789);
  BOOST_TEST(system.operator_position.value().lon_deg == 98.7654321);
  BOOST_TEST(system.area_count == 35);
  BOOST_TEST(system.area_radius_m == 2550);
  BOOST_TEST(system.area_ceiling_m.value() == 176.5);
  BOOST_TEST(system.area_floor_m.value() == 41.5);
  BOOST_TEST(!system.operator_altitude_m.has_value());
  BOOST_TEST(!system.timestamp_s.has_value());
}

BOOST_AUTO_TEST_CASE(operator_id_of_the_european_form) {
  const auto op = message_of<OperatorId>("520046494e38376173747264676531326b3800000000000000");
  BOOST_TEST(int{op.operator_id_type} == 0);
  BOOST_TEST(op.operator_id.value() == "FIN87astrdge12k8");
  BOOST_TEST(op.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(chinese_variant_of_version_one) {
  // From a public receiver's test file, said to be a DJI beacon: GB 42590, classification 2, class "small".
  const auto system = message_of<System>("4109ffeeea1199b73d4801000000000000020008d774da0d00");
  BOOST_TEST(int{system.version} == 1);
  BOOST_CHECK(system.classification == ClassificationRegion::china);
  BOOST_CHECK(system.operator_location_type == OperatorLocationType::live);
  BOOST_TEST(!system.category.has_value());
  BOOST_TEST(system.aircraft_class.value() == "small");
  BOOST_TEST(system.operator_position.value().lat_deg == 30.0609279);
  BOOST_TEST(system.operator_altitude_m.value() == 24);
  BOOST_TEST(system.timestamp_s.value() == 1778721367);
  BOOST_TEST(!system.cgcs2000);
}

BOOST_AUTO_TEST_CASE(every_message_of_the_vector_file) {
  const auto file = shared_json("spec/vectors/odid/messages.json");
  if (!file) return;
  BOOST_TEST(file->at("messages").size() == 21U);
  for (const json& vector : file->at("messages")) BOOST_TEST_CONTEXT(vector.at("name"))
  check_message(message_of(vector.at("hex").get<std::string>()), vector.at("decoded"));
}

BOOST_AUTO_TEST_CASE(every_frame_of_real_senders) {
  const auto file = shared_json("spec/vectors/odid/frames_real.json");
  if (!file) return;
  BOOST_TEST(file->at("frames").size() == 27U);
  std::size_t number = 0;
  for (const json& frame : file->at("frames")) {
    BOOST_TEST_CONTEXT("frame " << number++)
    check_pack(pack_of(from_hex(frame.at("payload_hex").get<std::string>())), frame.at("decoded"));
  }
}

BOOST_AUTO_TEST_CASE(every_generated_pack_in_every_wrapper) {
  const auto file = shared_json("spec/vectors/odid/frames_generated.json");
  if (!file) return;
  int packs = 0;
  for (const json& frame : file->at("frames")) {
    if (!frame.contains("decoded")) continue;
    const auto bytes = from_hex(frame.at("hex").get<std::string>());
    const auto name = frame.at("name").get<std::string>();
    ++packs;
    BOOST_TEST_CONTEXT(name) {
      if (name == "pack4") check_pack(pack_of(bytes), frame.at("decoded"));
      if (name == "wifi_beacon")
        check_pack(pack_of(body_after(bytes, from_hex("fa0bbc0d"))), frame.at("decoded"));
      if (name == "nan_sdf")
        check_pack(pack_of(body_after(bytes, from_hex("8869199d920901001068"))), frame.at("decoded"));
    }
  }
  BOOST_TEST(packs == 3);
}

BOOST_AUTO_TEST_CASE(the_chinese_beacon_of_the_vector_file) {
  const auto file = shared_json("spec/vectors/odid/china.json");
  if (!file) return;
  const json& beacon = file->at("dji_proto1_china_beacon");
  const auto frame = from_hex(beacon.at("frame_hex").get<std::string>());
  check_pack(pack_of(body_after(frame, from_hex("fa0bbc0d"))), beacon.at("decoded"));
}

BOOST_AUTO_TEST_SUITE_END()
