#include "decoders/messages/dji_droneid.hpp"

#include <boost/test/unit_test.hpp>
#include <numbers>
#include <random>
#include <string_view>
#include <vector>

using namespace windhover::decoders::messages;

namespace {

using Packet = std::vector<std::uint8_t>;

Packet from_hex(std::string_view hex) {
  Packet bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

// Four packets of a Mavic Air 2 that were received over the air (DroneSecurity, samples/mavic_air_2): A is
// kind 0x11, the others kind 0x10 version 2 with sequence 589, 591 and 592.
const Packet kA = [] {
  Packet packet = from_hex("8d1131574e4248333930303230314e310000ccaa02");
  packet.resize(142);
  packet.push_back(0xee);
  packet.push_back(0x7c);
  return packet;
}();
const Packet kB = from_hex(
    "5810024d02f71f31574e4248333930303230314e310000915a13008b0289008d002500020000001c0033cc129ef84b8001000075"
    "0289007d5a1300a95a13007e0289003a133131343336333535333231373135333433333600d49d");
const Packet kC = from_hex(
    "5810024f02f71f31574e4248333930303230314e310000915a13008b0289008d002a00feff02001a0011cc129ef84b8001000075"
    "0289007d5a1300a95a13007e0289003a13313134333633353533323137313533343333360048b0");
const Packet kD = from_hex(
    "5810025002f71f31574e4248333930303230314e310000915a13008b0289008d002d00000000001d004acc129ef84b8001000075"
    "0289007d5a1300a95a13007e0289003a133131343336333535333231373135333433333600d762");

/// Length byte and CRC16 around what starts with the kind byte.
Packet framed(Packet body) {
  body.insert(body.begin(), static_cast<std::uint8_t>(body.size()));
  const std::uint16_t crc = dji_crc16(body);
  body.push_back(static_cast<std::uint8_t>(crc & 0xff));
  body.push_back(static_cast<std::uint8_t>(crc >> 8));
  return body;
}

/// Packet C with other bytes at offset `at` and the CRC16 put right.
Packet altered(std::size_t at, std::initializer_list<std::uint8_t> bytes) {
  Packet body(kC.begin() + 1, kC.end() - 2);
  for (const std::uint8_t byte : bytes) body[at++ - 1] = byte;
  return framed(body);
}

DjiDroneId parsed(const Packet& packet) {
  const auto result = parse_dji_droneid(packet);
  BOOST_REQUIRE(result.has_value());
  return *result;
}

DjiTelemetry telemetry(const Packet& packet) {
  const DjiDroneId message = parsed(packet);
  BOOST_REQUIRE(std::holds_alternative<DjiTelemetry>(message.body));
  return std::get<DjiTelemetry>(message.body);
}

void check_near(std::optional<double> value, double expected, double tolerance = 1e-9) {
  BOOST_REQUIRE(value.has_value());
  BOOST_TEST(std::abs(*value - expected) <= tolerance, *value << " is not " << expected);
}

void check_position(const std::optional<DjiPosition>& at, double lat_deg, double lon_deg) {
  BOOST_REQUIRE(at.has_value());
  check_near(at->lat_deg, lat_deg, 1e-8);
  check_near(at->lon_deg, lon_deg, 1e-8);
}

struct ExpectedMotion {
  unsigned sequence;
  double height_m, v_north_mps, v_east_mps, v_up_mps, yaw_deg;
};

void check_mavic_air_2(const Packet& packet, const ExpectedMotion& motion) {
  const DjiTelemetry t = telemetry(packet);
  BOOST_TEST(t.version == 2);
  BOOST_TEST(t.layout_verified);
  BOOST_TEST(t.sequence == motion.sequence);
  BOOST_TEST(t.state_info == 0x1ff7);
  BOOST_TEST(t.serial.value() == "1WNBH3900201N1");
  check_position(t.position, 51.44635598, 7.26721906);
  check_near(t.altitude_m, 141);
  check_near(t.height_m, motion.height_m);
  check_near(t.v_north_mps, motion.v_north_mps);
  check_near(t.v_east_mps, motion.v_east_mps);
  check_near(t.v_up_mps, motion.v_up_mps);
  check_near(t.yaw_deg, motion.yaw_deg);
  BOOST_TEST(!t.pitch_deg.has_value());
  BOOST_TEST(!t.roll_deg.has_value());
  BOOST_TEST(t.time_ms.value() == 1'650'542'026'258);
  check_position(t.pilot, 51.44622993, 7.26710446);
  check_position(t.home, 51.4462815, 7.26735657);
  BOOST_TEST(t.product_type.value() == 58);
  BOOST_TEST(t.uuid.value() == "1143635532171534336");
}

DjiReject rejected(const Packet& packet) {
  const auto result = parse_dji_droneid(packet);
  BOOST_REQUIRE(!result.has_value());
  return result.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(dji_crc16_matches_its_check_values) {
  const Packet digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  BOOST_TEST(dji_crc16(digits) == 0x7109);
  BOOST_TEST(dji_crc16({}) == 0x3692);
  BOOST_TEST(dji_crc16(std::span(kC).first(89)) == 0xb048);
  for (const Packet& packet : {kA, kB, kC, kD}) BOOST_TEST(dji_crc16(packet) == 0);
}

BOOST_AUTO_TEST_CASE(every_field_of_the_received_telemetry_is_read) {
  BOOST_TEST(parsed(kC).length == 0x58);
  BOOST_TEST(parsed(kC).kind == 0x10);
  check_mavic_air_2(kB, {589, 3.7, 0.02, 0, 0.28, -132.61});
  check_mavic_air_2(kC, {591, 4.2, -0.02, 0.02, 0.26, -132.95});
  check_mavic_air_2(kD, {592, 4.5, 0, 0, 0.29, -132.38});
}

BOOST_AUTO_TEST_CASE(the_received_licence_packet_has_a_serial_and_neither_id_nor_purpose) {
  const DjiDroneId message = parsed(kA);
  BOOST_TEST(message.length == 0x8d);
  BOOST_TEST(message.kind == 0x11);
  const auto& licence = std::get<DjiLicence>(message.body);
  BOOST_TEST(licence.serial.value() == "1WNBH3900201N1");
  BOOST_TEST(!licence.licence_id.has_value());
  BOOST_TEST(!licence.purpose.has_value());
}

BOOST_AUTO_TEST_CASE(a_filled_licence_packet_gives_id_and_purpose) {
  Packet body(kA.begin() + 1, kA.end() - 2);
  const std::string_view id = "0123456789", purpose = "Dachprüfung";
  body[17] = 10;
  std::copy(id.begin(), id.end(), body.begin() + 18);
  body[28] = 250;  // wrong length bytes are known to occur: the text then ends at its NUL
  std::copy(purpose.begin(), purpose.end(), body.begin() + 29);
  const auto licence = std::get<DjiLicence>(parsed(framed(body)).body);
  BOOST_TEST(licence.licence_id.value() == id);
  BOOST_TEST(licence.purpose.value() == purpose);

  body[28] = 6;  // in the middle of the two-octet ü
  BOOST_TEST(std::get<DjiLicence>(parsed(framed(body)).body).purpose.value() == "Dachpr");
  body[30] = 0xff;
  BOOST_TEST(!std::get<DjiLicence>(parsed(framed(body)).body).purpose.has_value());
}

BOOST_AUTO_TEST_CASE(purposes_that_are_no_clean_utf8_are_absent) {
  for (const std::string_view bad : {"\xc0\xafx", "\xed\xa0\x80x", "\xf4\x90\x80\x80x", "\xe0\x80\x80x",
                                     "\xc2\x85x", "a\x1b[2J", "\x80x", "\xe2\x28\xa1x"}) {
    Packet body(kA.begin() + 1, kA.end() - 2);
    body[28] = static_cast<std::uint8_t>(bad.size());
    std::copy(bad.begin(), bad.end(), body.begin() + 29);
    BOOST_TEST(!std::get<DjiLicence>(parsed(framed(body)).body).purpose.has_value());
  }
}

BOOST_AUTO_TEST_CASE(the_stale_buffer_behind_the_packet_is_ignored) {
  Packet block = kC;
  block.resize(142);
  for (int i = 0; block.size() < 176; ++i) block.push_back(static_cast<std::uint8_t>(0xee + 7 * i));
  BOOST_CHECK(parsed(block) == parsed(kC));
}

BOOST_AUTO_TEST_CASE(coordinates_at_zero_zero_are_unknown) {
  const std::initializer_list<std::uint8_t> zeros{0, 0, 0, 0, 0, 0, 0, 0};
  BOOST_TEST(!telemetry(altered(23, zeros)).position.has_value());
  BOOST_TEST(!telemetry(altered(51, zeros)).pilot.has_value());
  BOOST_TEST(!telemetry(altered(59, zeros)).home.has_value());
  BOOST_TEST(telemetry(altered(23, {0, 0, 0, 0})).position.has_value());  // on the meridian of Greenwich
}

BOOST_AUTO_TEST_CASE(coordinates_beyond_the_globe_are_absent_and_the_frame_stays) {
  // 90° is 15707963.27 raw, 180° is 31415926.5.
  check_position(telemetry(altered(27, {0xfb, 0xae, 0xef, 0x00})).position,
                 15707899 * 180.0 / (std::numbers::pi * 1e7), 7.26721906);
  const DjiTelemetry north_of_the_pole = telemetry(altered(27, {0x3c, 0xaf, 0xef, 0x00}));
  BOOST_TEST(!north_of_the_pole.position.has_value());
  BOOST_TEST(north_of_the_pole.pilot.has_value());
  BOOST_TEST(!telemetry(altered(23, {0x77, 0x5e, 0xdf, 0x01})).position.has_value());  // 31415927
  BOOST_TEST(telemetry(altered(23, {0x76, 0x5e, 0xdf, 0x01})).position.has_value());   // 31415926
}

BOOST_AUTO_TEST_CASE(a_serial_that_is_a_placeholder_or_not_printable_is_absent) {
  Packet body(kC.begin() + 1, kC.end() - 2);
  const std::string_view placeholder("SecureStorage?\0\0", 16);
  std::copy(placeholder.begin(), placeholder.end(), body.begin() + 6);
  BOOST_TEST(!telemetry(framed(body)).serial.has_value());
  BOOST_TEST(!telemetry(altered(9, {0x07})).serial.has_value());
  BOOST_TEST(!telemetry(altered(9, {0xc3})).serial.has_value());
  BOOST_TEST(!telemetry(altered(7, {0})).serial.has_value());
  BOOST_TEST(telemetry(altered(21, {'A', 'B'})).serial.value() == "1WNBH3900201N1AB");
}

BOOST_AUTO_TEST_CASE(values_that_cannot_be_are_absent) {
  BOOST_TEST(!telemetry(altered(31, {0x11, 0x27})).altitude_m.has_value());  // 10001 m
  BOOST_TEST(telemetry(altered(31, {0x10, 0x27})).altitude_m.value() == 10'000);
  BOOST_TEST(!telemetry(altered(31, {0x0b, 0xfe})).altitude_m.has_value());  // -501 m
  BOOST_TEST(!telemetry(altered(33, {0x77, 0xec})).height_m.has_value());    // -500.1 m
  check_near(telemetry(altered(33, {0x78, 0xec})).height_m, -500);

  const DjiTelemetry fast = telemetry(altered(35, {0x58, 0x1b, 0x34, 0x21}));  // 70 and 85 m/s: 110 together
  BOOST_TEST(!fast.v_north_mps.has_value());
  BOOST_TEST(!fast.v_east_mps.has_value());
  BOOST_TEST(fast.v_up_mps.has_value());
  BOOST_TEST(!telemetry(altered(39, {0x11, 0x27})).v_up_mps.has_value());
  BOOST_TEST(!telemetry(altered(41, {0x51, 0x46})).yaw_deg.has_value());  // 180.01°
  check_near(telemetry(altered(41, {0x50, 0x46})).yaw_deg, 180);
}

BOOST_AUTO_TEST_CASE(times_before_2015_or_far_ahead_are_absent) {
  BOOST_TEST(!telemetry(altered(43, {0, 0, 0, 0, 0, 0, 0, 0})).time_ms.has_value());
  BOOST_TEST(!telemetry(altered(43, {0xff, 0xaf, 0xca, 0xa2, 0x4a, 0x01, 0, 0})).time_ms.has_value());
  BOOST_TEST(telemetry(altered(43, {0x00, 0xb0, 0xca, 0xa2, 0x4a, 0x01, 0, 0})).time_ms.value() ==
             1'420'070'400'000);  // 2015-01-01
  BOOST_TEST(!telemetry(altered(43, {255, 255, 255, 255, 255, 255, 255, 255})).time_ms.has_value());
}

BOOST_AUTO_TEST_CASE(the_uuid_is_clamped_to_its_field_and_absent_when_empty) {
  BOOST_TEST(telemetry(altered(68, {255})).uuid.value() == "1143635532171534336");
  BOOST_TEST(telemetry(altered(88, {'7'})).uuid.value() == "1143635532171534336");
  BOOST_TEST(telemetry(altered(68, {4})).uuid.value() == "1143");
  BOOST_TEST(!telemetry(altered(68, {0})).uuid.has_value());
  BOOST_TEST(!telemetry(altered(69, {0x01})).uuid.has_value());
}

BOOST_AUTO_TEST_CASE(a_product_type_of_zero_is_absent) {
  BOOST_TEST(!telemetry(altered(67, {0})).product_type.has_value());
}

BOOST_AUTO_TEST_CASE(version_1_has_attitude_and_home_but_no_pilot_or_time) {
  Packet body = from_hex("10010700f71f");
  for (const char c : std::string_view("0ABCDE12345678\0\0", 16))
    body.push_back(static_cast<std::uint8_t>(c));
  const Packet rest = from_hex(
      "915a1300"
      "8b028900"
      "0a00"
      "1900"
      "6400"
      "9cff"
      "3200"
      "e803"
      "18fc"
      "2823"
      "a95a1300"
      "7e028900"
      "10"
      "05"
      "3132333435");
  body.insert(body.end(), rest.begin(), rest.end());
  const DjiTelemetry t = telemetry(framed(body));
  BOOST_TEST(t.version == 1);
  BOOST_TEST(t.layout_verified);
  BOOST_TEST(t.sequence == 7);
  BOOST_TEST(t.serial.value() == "0ABCDE12345678");
  check_position(t.position, 51.44635598, 7.26721906);
  check_near(t.altitude_m, 10);
  check_near(t.height_m, 2.5);
  check_near(t.v_north_mps, 1);
  check_near(t.v_east_mps, -1);
  check_near(t.v_up_mps, 0.5);
  check_near(t.pitch_deg, 10);
  check_near(t.roll_deg, -10);
  check_near(t.yaw_deg, 90);
  check_position(t.home, 51.4462815, 7.26735657);
  BOOST_TEST(t.product_type.value() == 16);
  BOOST_TEST(t.uuid.value() == "12345");
  BOOST_TEST(!t.pilot.has_value());
  BOOST_TEST(!t.time_ms.has_value());

  body.resize(56);  // the uuid itself may be missing, what is before it may not
  BOOST_TEST(!telemetry(framed(body)).uuid.has_value());
  body.resize(55);
  BOOST_CHECK(rejected(framed(body)) == DjiReject::length);
}

BOOST_AUTO_TEST_CASE(of_unknown_versions_only_the_common_head_is_read) {
  const DjiTelemetry t = telemetry(altered(2, {3}));
  BOOST_TEST(t.version == 3);
  BOOST_TEST(!t.layout_verified);
  BOOST_TEST(t.sequence == 591);
  BOOST_TEST(t.state_info == 0x1ff7);
  BOOST_TEST(t.serial.value() == "1WNBH3900201N1");
  check_position(t.position, 51.44635598, 7.26721906);
  DjiTelemetry head_only;
  head_only.version = t.version;
  head_only.layout_verified = false;
  head_only.sequence = t.sequence;
  head_only.state_info = t.state_info;
  head_only.serial = t.serial;
  head_only.position = t.position;
  BOOST_CHECK(t == head_only);
}

BOOST_AUTO_TEST_CASE(an_infp_shell_gives_its_session_and_never_a_position) {
  for (const std::size_t length : {std::size_t{0x87}, std::size_t{0x80}}) {
    Packet body(length, 0x5a);
    const Packet head = from_hex(
        "10494e4650"
        "deadbeef"
        "0001020304050607"
        "6d00");
    std::copy(head.begin(), head.end(), body.begin());
    const DjiDroneId message = parsed(framed(body));
    BOOST_TEST(message.length == length);
    BOOST_TEST(message.kind == 0x10);
    const auto& shell = std::get<DjiEncrypted>(message.body);
    BOOST_TEST(shell.marker == "INFP");
    BOOST_CHECK((shell.session_hash == std::array<std::uint8_t, 4>{0xde, 0xad, 0xbe, 0xef}));
    BOOST_TEST(shell.ciphertext_bytes.value() == 109);

    body[17] = 0xff;  // more ciphertext than there is packet
    BOOST_TEST(!std::get<DjiEncrypted>(parsed(framed(body)).body).ciphertext_bytes.has_value());
    body.resize(8);
    BOOST_CHECK(rejected(framed(body)) == DjiReject::length);
  }
}

BOOST_AUTO_TEST_CASE(a_cryp_packet_gives_the_same_session) {
  for (const std::size_t length : {std::size_t{0xaa}, std::size_t{0xa3}}) {
    Packet body(length, 0xc3);
    const Packet head = from_hex(
        "1343525950"
        "deadbeef");
    std::copy(head.begin(), head.end(), body.begin());
    const auto shell = std::get<DjiEncrypted>(parsed(framed(body)).body);
    BOOST_TEST(shell.marker == "CRYP");
    BOOST_CHECK((shell.session_hash == std::array<std::uint8_t, 4>{0xde, 0xad, 0xbe, 0xef}));
    BOOST_TEST(!shell.ciphertext_bytes.has_value());
  }
}

BOOST_AUTO_TEST_CASE(any_other_kind_with_a_right_crc_is_still_dji) {
  const DjiDroneId message = parsed(framed(Packet(0xa7, 0x42)));
  BOOST_TEST(message.kind == 0x42);
  BOOST_TEST(message.length == 0xa7);
  BOOST_TEST(std::holds_alternative<DjiUnknownKind>(message.body));
}

BOOST_AUTO_TEST_CASE(a_packet_of_zeros_is_no_packet) {
  BOOST_CHECK(rejected(Packet(176)) == DjiReject::length);
  Packet body(88);
  BOOST_CHECK(rejected(framed(body)) == DjiReject::sanity);
  body[0] = 0x10;
  body[1] = 2;
  BOOST_CHECK(rejected(framed(body)) == DjiReject::sanity);
  body[2] = 1;
  BOOST_TEST(parse_dji_droneid(framed(body)).has_value());
}

BOOST_AUTO_TEST_CASE(lengths_beyond_the_transport_block_are_rejected) {
  BOOST_TEST(parse_dji_droneid(framed(Packet(170, 0x42))).has_value());
  for (std::size_t length = 171; length < 256; ++length)
    BOOST_CHECK(rejected(framed(Packet(length, 0x42))) == DjiReject::length);
}

BOOST_AUTO_TEST_CASE(packets_cut_anywhere_are_rejected_by_length) {
  for (const Packet& packet : {kA, kC})
    for (std::size_t size = 0; size < packet.size(); ++size) {
      // A copy of just that size, so that reading past its end is seen by a sanitizer.
      const Packet cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
      BOOST_CHECK(rejected(cut) == DjiReject::length);
    }
}

BOOST_AUTO_TEST_CASE(telemetry_shorter_than_its_layout_is_rejected_by_length) {
  for (std::size_t size = 2; size < 88; ++size) {
    const Packet body(kC.begin() + 1, kC.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    BOOST_CHECK(rejected(framed(body)) == DjiReject::length);
  }
}

BOOST_AUTO_TEST_CASE(every_single_bit_error_is_rejected) {
  for (const Packet& packet : {kA, kB, kC, kD})
    for (std::size_t bit = 0; bit < 8 * packet.size(); ++bit) {
      Packet damaged = packet;
      damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      damaged.resize(176);
      BOOST_TEST(!parse_dji_droneid(damaged).has_value());
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_do_no_harm) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    Packet body(1 + random() % 170);
    for (auto& byte : body) byte = static_cast<std::uint8_t>(random());
    const std::uint8_t kinds[] = {0x10, 0x11, 0x13, body[0]};
    body[0] = kinds[random() % 4];
    if (body.size() > 1 && random() % 2 == 0) body[1] = static_cast<std::uint8_t>(random() % 4);
    (void)parse_dji_droneid(body);
    (void)parse_dji_wifi_body(body);
    const auto result = parse_dji_droneid(framed(body));
    BOOST_TEST((result.has_value() || result.error() != DjiReject::crc16));
  }
}

// Beacon element of a spoofer that imitates DJI's Wi-Fi aircraft (llorencroma/DJIDroneIDspoofer as captured
// by cyber-defence-campus/RemoteIDReceiver), after OUI and header.
BOOST_AUTO_TEST_CASE(the_body_of_a_wifi_element_is_the_same_message) {
  const Packet body = from_hex(
      "10024d06331f4b3652453057454e414839503851414c019f22003cf51f003700640034083c0f8403bcd03f3ca05b00000000"
      "18239500178472001784720018239500580600616c6573736100000000000000000000000000");
  BOOST_REQUIRE(body.size() == 88);
  const auto result = parse_dji_wifi_body(body);
  BOOST_REQUIRE(result.has_value());
  BOOST_TEST(result->length == 0x58);
  const auto& t = std::get<DjiTelemetry>(result->body);
  BOOST_TEST(t.sequence == 1613);
  BOOST_TEST(t.state_info == 0x1f33);
  BOOST_TEST(t.serial.value() == "K6RE0WENAH9P8QAL");
  BOOST_TEST(t.position.has_value());
  check_near(t.position->lon_deg, 13.0000056, 1e-6);
  check_near(t.position->lat_deg, 12.0000051, 1e-6);
  check_near(t.altitude_m, 55);
  check_near(t.height_m, 10);
  check_near(t.v_north_mps, 21);
  check_near(t.v_east_mps, 39);
  check_near(t.v_up_mps, 9);
  check_near(t.yaw_deg, -121);
  check_near(t.pilot->lat_deg, 56.000024, 1e-6);
  check_near(t.pilot->lon_deg, 43.000018, 1e-6);
  check_near(t.home->lat_deg, 56.000024, 1e-6);
  check_near(t.home->lon_deg, 43.000018, 1e-6);
  BOOST_TEST(t.product_type.value() == 88);
  BOOST_TEST(!t.time_ms.has_value());  // pitch and roll lie where version 2 has the time
  BOOST_TEST(!parse_dji_wifi_body({}).has_value());
}

BOOST_AUTO_TEST_CASE(product_types_have_names_where_listed) {
  BOOST_TEST(dji_product_name(1) == "Inspire 1");
  BOOST_TEST(dji_product_name(58) == "Mavic Air 2");
  BOOST_TEST(dji_product_name(112) == "Mini 5 Pro");
  for (const int unlisted : {0, 13, 29, 113, 240, 255})
    BOOST_TEST(dji_product_name(static_cast<std::uint8_t>(unlisted)).empty());
}
