// Sentinels, limits, versions and hostile bytes of single Open Drone ID messages.

#include "decoders/messages/open_drone_id.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "odid_json.hpp"
#include "tests/support/odid_encoder.hpp"

using namespace windhover::odid_test;
namespace synth = windhover::synth;

namespace {

const auto kBasic = from_hex("02123135393646304131423243334434453546364737000000");
const auto kLocation = from_hex("122624160a42bf241b6ed1b4b69808ac0870084a53150e0200");
const auto kSelf = from_hex("32014c4f5354204c494e4b0000000000000000000000000000");
const auto kSystem = from_hex("4204208c241ba0e0b4b60100000000000013f907d51cac0100");

using Message = std::vector<std::uint8_t>;

template <typename Kind>
Kind parsed(const Message& bytes) {
  const auto result = parse_odid_message(bytes);
  BOOST_REQUIRE(result.has_value());
  return std::get<Kind>(*result);
}

Message altered(Message message, std::size_t at, std::initializer_list<int> bytes) {
  for (const int byte : bytes) message.at(at++) = static_cast<std::uint8_t>(byte);
  return message;
}

constexpr std::int64_t kSecond_ns = 1'000'000'000;
constexpr std::int64_t kHour_ns = 3600 * kSecond_ns;
constexpr std::int64_t kNoon_ns = 1'728'302'400 * kSecond_ns;  // 2024-10-07 12:00:00 UTC

}  // namespace

BOOST_AUTO_TEST_SUITE(open_drone_id)

BOOST_AUTO_TEST_CASE(the_last_degree_wraps_to_north_and_more_is_unknown) {
  const auto track = [](int flags, int raw) {
    return parsed<Location>(altered(kLocation, 1, {flags, raw})).track_deg;
  };
  BOOST_TEST(track(0x22, 179).value() == 359);
  BOOST_TEST(track(0x22, 180).value() == 0);
  BOOST_TEST(!track(0x22, 181).has_value());
  BOOST_TEST(!track(0x22, 255).has_value());
  BOOST_TEST(track(0x20, 0).value() == 0);
  BOOST_TEST(track(0x20, 181).value() == 181);
  BOOST_TEST(parsed<Location>(altered(kLocation, 1, {0x20, 181})).anomalies.has(Anomaly::reserved_value));
}

BOOST_AUTO_TEST_CASE(speed_scales_meet_and_their_last_code_is_unknown) {
  const auto at = [](int flags, int raw) { return parsed<Location>(altered(kLocation, 1, {flags, 0, raw})); };
  BOOST_TEST(at(0x20, 255).speed_mps.value() == 63.75);
  BOOST_TEST(at(0x21, 0).speed_mps.value() == 63.75);
  BOOST_TEST(at(0x21, 253).speed_mps.value() == 253.5);
  BOOST_TEST(!at(0x21, 253).speed_saturated);
  BOOST_TEST(at(0x21, 254).speed_mps.value() == 254.25);
  BOOST_TEST(at(0x21, 254).speed_saturated);
  BOOST_TEST(!at(0x21, 255).speed_mps.has_value());
}

BOOST_AUTO_TEST_CASE(implausible_speeds_are_kept_and_flagged) {
  const auto at = [](int flags, int raw) { return parsed<Location>(altered(kLocation, 1, {flags, 0, raw})); };
  BOOST_TEST(at(0x21, 75).speed_mps.value() == 120);
  BOOST_TEST(!at(0x21, 75).anomalies.has(Anomaly::implausible_speed));
  BOOST_TEST(at(0x21, 76).speed_mps.value() == 120.75);
  BOOST_TEST(at(0x21, 76).anomalies.has(Anomaly::implausible_speed));
}

BOOST_AUTO_TEST_CASE(vertical_speed_knows_unknown_saturated_and_invalid) {
  const auto at = [](int raw) { return parsed<Location>(altered(kLocation, 4, {raw & 0xff})); };
  BOOST_TEST(at(80).vertical_mps.value() == 40);
  BOOST_TEST(at(80).anomalies.empty());
  BOOST_TEST(at(81).anomalies.has(Anomaly::implausible_vertical_speed));
  BOOST_TEST(at(-124).vertical_mps.value() == -62);
  BOOST_TEST(at(-124).vertical_saturated);
  BOOST_TEST(!at(-123).vertical_saturated);
  BOOST_TEST(!at(126).vertical_mps.has_value());
  BOOST_TEST(at(126).anomalies.empty());
  for (const int raw : {125, 127, -125, -128}) {
    BOOST_TEST(!at(raw).vertical_mps.has_value());
    BOOST_TEST(at(raw).anomalies.has(Anomaly::reserved_value));
  }
}

BOOST_AUTO_TEST_CASE(positions_that_cannot_be_are_absent_and_the_rest_stays) {
  const auto at = [](std::int32_t lat, std::int32_t lon) {
    Message message = kLocation;
    for (unsigned i = 0; i < 4; ++i) {
      message[5 + i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(lat) >> 8 * i);
      message[9 + i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(lon) >> 8 * i);
    }
    return parsed<Location>(message);
  };
  BOOST_TEST(at(900000000, -1800000000).position.has_value());
  for (const auto& bad : {at(900000001, 0), at(-900000001, 0), at(0, 1800000001), at(0, -1800000001),
                          at(INT32_MIN, INT32_MIN), at(INT32_MAX, INT32_MAX)}) {
    BOOST_TEST(!bad.position.has_value());
    BOOST_TEST(bad.anomalies.has(Anomaly::position_out_of_range));
    BOOST_TEST(bad.height_m.value() == 80);
  }
  BOOST_TEST(!at(0, 0).position.has_value());
  BOOST_TEST(at(0, 0).anomalies.empty());
  BOOST_TEST(at(0, 1).position.value().lon_deg == 1e-7);
  BOOST_TEST(at(-1, 0).position.value().lat_deg == -1e-7);
}

BOOST_AUTO_TEST_CASE(implausible_altitudes_are_kept_and_flagged) {
  const auto at = [](double metres) {
    synth::LocationValues values;
    values.geodetic_altitude_m = metres;
    const auto bytes = synth::encode(values);
    return parsed<Location>({bytes.begin(), bytes.end()});
  };
  BOOST_TEST(at(-430).anomalies.empty());
  BOOST_TEST(at(9000).anomalies.empty());
  BOOST_TEST(at(-430.5).anomalies.has(Anomaly::implausible_altitude));
  BOOST_TEST(at(9000.5).anomalies.has(Anomaly::implausible_altitude));
  BOOST_TEST(at(9000.5).geodetic_altitude_m.value() == 9000.5);
  BOOST_TEST(at(-999.5).geodetic_altitude_m.value() == -999.5);
}

BOOST_AUTO_TEST_CASE(accuracy_codes_become_bounds_and_come_back) {
  for (int code = 0; code < 16; ++code) {
    const auto at = parsed<Location>(altered(kLocation, 19, {code << 4 | code, code << 4 | code}));
    BOOST_TEST(at.horizontal_accuracy_m.has_value() == (code >= 1 && code <= 12));
    BOOST_TEST(at.vertical_accuracy_m.has_value() == (code >= 1 && code <= 6));
    BOOST_CHECK(at.pressure_accuracy_m == at.vertical_accuracy_m);
    BOOST_TEST(at.speed_accuracy_mps.has_value() == (code >= 1 && code <= 4));
    BOOST_TEST(at.anomalies.has(Anomaly::reserved_value) == (code > 4));

    synth::LocationValues values;
    values.horizontal_accuracy_m = at.horizontal_accuracy_m;
    values.vertical_accuracy_m = at.vertical_accuracy_m;
    values.pressure_accuracy_m = at.pressure_accuracy_m;
    values.speed_accuracy_mps = at.speed_accuracy_mps;
    const auto again = synth::encode(values);
    const int horizontal = code <= 12 ? code : 0, vertical = code <= 6 ? code : 0,
              speed = code <= 4 ? code : 0;
    BOOST_TEST(int{again[19]} == (vertical << 4 | horizontal));
    BOOST_TEST(int{again[20]} == (vertical << 4 | speed));
  }
}

BOOST_AUTO_TEST_CASE(stamps_beyond_the_hour_are_absent) {
  const auto at = [](int raw) { return parsed<Location>(altered(kLocation, 21, {raw & 255, raw >> 8})); };
  BOOST_TEST(at(0).seconds_of_hour.value() == 0);
  BOOST_TEST(at(36000).seconds_of_hour.value() == 3600);
  BOOST_TEST(!at(36001).seconds_of_hour.has_value());
  BOOST_TEST(at(36001).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(!at(0xffff).seconds_of_hour.has_value());
  BOOST_TEST(at(0xffff).anomalies.empty());
}

BOOST_AUTO_TEST_CASE(the_hour_is_the_one_nearest_to_the_reception) {
  // Received at 12:10: 12:05 and 12:39 are of this hour, 11:59 and 11:41 of the one before.
  const std::int64_t ten_past = kNoon_ns + 600 * kSecond_ns;
  BOOST_TEST(resolve_hour_time(300, ten_past) == kNoon_ns + 300 * kSecond_ns);
  BOOST_TEST(resolve_hour_time(39 * 60, ten_past) == kNoon_ns + 39 * 60 * kSecond_ns);
  BOOST_TEST(resolve_hour_time(3599.9, ten_past) == kNoon_ns - kSecond_ns / 10);
  BOOST_TEST(resolve_hour_time(41 * 60, ten_past) == kNoon_ns - 19 * 60 * kSecond_ns);
}

BOOST_AUTO_TEST_CASE(the_hour_wraps_both_ways) {
  // The sender's clock may run ahead: received at 11:59:59.9, stamped 0.2 s of the next hour.
  BOOST_TEST(resolve_hour_time(0.2, kNoon_ns - kSecond_ns / 10) == kNoon_ns + kSecond_ns / 5);
  BOOST_TEST(resolve_hour_time(3599.9, kNoon_ns) == kNoon_ns - kSecond_ns / 10);
  BOOST_TEST(resolve_hour_time(3600, kNoon_ns) == kNoon_ns);
  BOOST_TEST(resolve_hour_time(0, kNoon_ns) == kNoon_ns);
  BOOST_TEST(resolve_hour_time(3600, kNoon_ns - 1) == kNoon_ns);
  BOOST_TEST(resolve_hour_time(0, -1) == 0);
}

BOOST_AUTO_TEST_CASE(every_stamp_lies_within_half_an_hour_of_every_reception) {
  for (std::int64_t reception_s = 0; reception_s < 3600; reception_s += 37)
    for (int tenth = 0; tenth <= 36000; tenth += 101) {
      const std::int64_t reception_ns = kNoon_ns + reception_s * kSecond_ns;
      const std::int64_t time_ns = resolve_hour_time(tenth / 10.0, reception_ns);
      BOOST_REQUIRE(std::abs(time_ns - reception_ns) <= kHour_ns / 2);
      BOOST_REQUIRE((time_ns - kNoon_ns - tenth * (kSecond_ns / 10)) % kHour_ns == 0);
    }
}

BOOST_AUTO_TEST_CASE(system_times_that_cannot_be_are_unset) {
  constexpr std::int64_t day_s = 86400;
  BOOST_TEST(plausible_unix_time(1'728'302'400, kNoon_ns).value() == 1'728'302'400);
  BOOST_TEST(plausible_unix_time(1'728'302'400 + day_s, kNoon_ns).has_value());
  BOOST_TEST(!plausible_unix_time(1'728'302'401 + day_s, kNoon_ns).has_value());
  BOOST_TEST(plausible_unix_time(1'609'459'200, kNoon_ns).has_value());
  BOOST_TEST(!plausible_unix_time(1'609'459'199, kNoon_ns).has_value());
  BOOST_TEST(!plausible_unix_time(1'574'357'589, kNoon_ns).has_value());
}

BOOST_AUTO_TEST_CASE(no_version_is_refused) {
  for (int version = 0; version < 16; ++version) {
    const Message message = altered(kSystem, 0, {0x40 | version});
    const auto system = parsed<System>(message);
    BOOST_TEST(int{system.version} == version);
    // A field that old versions reserve is used when it is filled.
    BOOST_TEST(system.operator_altitude_m.value() == 20.5);
    BOOST_TEST(system.timestamp_s.value() == 1574357589);
  }
}

BOOST_AUTO_TEST_CASE(class_and_category_count_only_with_a_classification) {
  const auto system = [](int classification, int byte17) {
    return parsed<System>(altered(altered(kSystem, 1, {classification << 2}), 17, {byte17}));
  };
  BOOST_TEST(!system(0, 0x13).category.has_value());
  BOOST_TEST(!system(0, 0x13).aircraft_class.has_value());
  BOOST_TEST(system(0, 0x13).anomalies.empty());
  BOOST_CHECK(system(1, 0x31).category == OperationCategory::certified);
  BOOST_TEST(system(1, 0x11).aircraft_class.value() == "C0");
  BOOST_TEST(system(1, 0x17).aircraft_class.value() == "C6");
  BOOST_TEST(!system(1, 0x10).aircraft_class.has_value());
  BOOST_TEST(!system(1, 0x18).aircraft_class.has_value());
  BOOST_TEST(system(1, 0x18).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(!system(1, 0x43).category.has_value());
  BOOST_TEST(system(1, 0x43).anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(system(2, 0x10).aircraft_class.value() == "micro");
  BOOST_TEST(system(2, 0x13).aircraft_class.value() == "other");
  BOOST_TEST(!system(2, 0x14).aircraft_class.has_value());
  BOOST_TEST(!system(3, 0x11).category.has_value());
  BOOST_TEST(system(3, 0x11).anomalies.has(Anomaly::reserved_value));
}

BOOST_AUTO_TEST_CASE(the_datum_bit_means_something_in_china_only) {
  const auto china = parsed<System>(altered(kSystem, 1, {0x80 | 2 << 2}));
  BOOST_TEST(china.cgcs2000);
  BOOST_TEST(!china.anomalies.has(Anomaly::reserved_bits));
  const auto europe = parsed<System>(altered(kSystem, 1, {0x80 | 1 << 2}));
  BOOST_TEST(!europe.cgcs2000);
  BOOST_TEST(europe.anomalies.has(Anomaly::reserved_bits));
}

BOOST_AUTO_TEST_CASE(text_is_cut_at_nul_stripped_of_spaces_and_made_printable) {
  const auto text = [](std::string_view content) {
    Message message = kSelf;
    std::fill(message.begin() + 2, message.end(), 0);
    std::copy(content.begin(), content.end(), message.begin() + 2);
    return parsed<SelfId>(message);
  };
  BOOST_TEST(text("Aerial work            ").description.value() == "Aerial work");
  BOOST_TEST(text("  padded both sides  ").description.value() == "padded both sides");
  BOOST_TEST(text(std::string_view("one\0two", 7)).description.value() == "one");
  BOOST_TEST(text("one").anomalies.empty());
  BOOST_TEST(!text("                       ").description.has_value());
  BOOST_TEST(!text("").description.has_value());
  BOOST_TEST(text("\xe6\x97 <\x1b[31m\x7f").description.value() == "?? <?[31m?");
  BOOST_TEST(text("\xe6").anomalies.has(Anomaly::unprintable_text));
}

BOOST_AUTO_TEST_CASE(spaces_pad_a_serial_number) {
  const auto basic = parsed<BasicId>(altered(kBasic, 19, {0x20, 0x20, 0x20}));
  BOOST_TEST(basic.uas_id.value() == "1596F0A1B2C3D4E5F");
}

BOOST_AUTO_TEST_CASE(an_id_of_type_none_shows_if_it_is_text) {
  // sxjack senders of version 0.
  const auto basic = message_of<BasicId>("00004d46473141303132333435363738390000000000000000");
  BOOST_CHECK(basic.id_type == IdType::none);
  BOOST_TEST(basic.uas_id.value() == "MFG1A0123456789");
  const auto binary = message_of<BasicId>("00004d46ff3141303132333435363738390000000000000000");
  BOOST_TEST(!binary.uas_id.has_value());
}

BOOST_AUTO_TEST_CASE(session_ids_of_every_kind) {
  // A real sender (transmitter-linux) puts text where the kind of session should stand.
  const auto text = message_of<BasicId>("02424644333435344237373845353635433234423730000000");
  BOOST_TEST(text.uas_id.value() == "FD3454B778E565C24B70");
  BOOST_TEST(int{text.session_type.value()} == 0x46);
  BOOST_TEST(text.anomalies.has(Anomaly::malformed_id));
  const auto hashed = message_of<BasicId>("024202a1b2c3d4e5f607000000000000000000000000000000");
  BOOST_TEST(hashed.uas_id.value() == "a1b2c3d4e5f60700");
  const auto own = message_of<BasicId>("0242e1010203000000000000000000000000000000000000ff");
  BOOST_TEST(own.uas_id.value() == "010203");
  BOOST_TEST(own.anomalies.has(Anomaly::reserved_bits));
  BOOST_TEST(!own.anomalies.has(Anomaly::reserved_value));
  const auto stranger = message_of<BasicId>("0242012001004ffe000105a29b3ff42226c04e000000000000");
  BOOST_TEST(stranger.anomalies.has(Anomaly::malformed_id));
  const auto empty = message_of<BasicId>("02420000000000000000000000000000000000000000000000");
  BOOST_TEST(!empty.uas_id.has_value());
  BOOST_TEST(!empty.session_type.has_value());
  for (const char* kind : {"01", "02", "e1", "fe"}) {
    const auto kind_alone = std::string("0242") + kind + std::string(44, '0');
    BOOST_TEST(!message_of<BasicId>(kind_alone).uas_id.has_value());
  }
}

BOOST_AUTO_TEST_CASE(reserved_id_types_are_opaque) {
  const auto binary = message_of<BasicId>("0272ff00aa0000000000000000000000000000000000000000");
  BOOST_TEST(binary.uas_id.value() == "ff00aa");
  BOOST_TEST(binary.anomalies.has(Anomaly::reserved_value));
  BOOST_TEST(to_string(binary.id_type) == "reserved");
}

BOOST_AUTO_TEST_CASE(ipv6_addresses_are_shortened_once_and_at_the_longest_run) {
  const auto text = [](std::string_view hex) {
    const auto bytes = from_hex(hex);
    return ipv6_text(std::span(bytes).first<16>());
  };
  BOOST_TEST(text("20010030028014050000000000000001") == "2001:30:280:1405::1");
  BOOST_TEST(text("00000000000000000000000000000000") == "::");
  BOOST_TEST(text("20010000000000010000000000000000") == "2001:0:0:1::");
  BOOST_TEST(text("00000000000100020003000400050006") == "::1:2:3:4:5:6");
  BOOST_TEST(text("20010000000100020003000400050006") == "2001:0:1:2:3:4:5:6");
}

BOOST_AUTO_TEST_CASE(reserved_bits_are_ignored_and_noted) {
  BOOST_TEST(parsed<Location>(altered(kLocation, 1, {0x2e})).anomalies.has(Anomaly::reserved_bits));
  BOOST_TEST(parsed<Location>(altered(kLocation, 23, {0x12})).time_accuracy_s.value() == 0.2);
  BOOST_TEST(parsed<Location>(altered(kLocation, 23, {0x12})).anomalies.has(Anomaly::reserved_bits));
  BOOST_TEST(parsed<Location>(altered(kLocation, 24, {1})).anomalies.has(Anomaly::reserved_bits));
  BOOST_TEST(parsed<BasicId>(altered(kBasic, 24, {1})).anomalies.has(Anomaly::reserved_bits));
  BOOST_TEST(parsed<Location>(altered(kLocation, 1, {0x56})).anomalies.has(Anomaly::reserved_value));
}

BOOST_AUTO_TEST_CASE(short_messages_and_unassigned_types_are_refused) {
  for (std::size_t size = 0; size < 25; ++size)
    BOOST_CHECK(parse_odid_message(Bytes(kLocation).first(size)).error() == OdidReject::too_short);
  for (int type = 6; type < 15; ++type)
    BOOST_CHECK(parse_odid_message(altered(kLocation, 0, {type << 4})).error() == OdidReject::unknown_type);
  BOOST_CHECK(parse_odid_message(altered(kLocation, 0, {0xf2})).error() == OdidReject::nested_pack);
}

BOOST_AUTO_TEST_CASE(a_longer_message_is_read_from_its_first_bytes) {
  Message longer = kLocation;
  longer.insert(longer.end(), 40, 0xff);
  BOOST_CHECK(parsed<Location>(longer) == parsed<Location>(kLocation));
}

BOOST_AUTO_TEST_CASE(random_bytes_never_give_values_out_of_range) {
  std::mt19937 random(7);
  std::size_t messages = 0;
  for (int i = 0; i < 200'000; ++i) {
    Message bytes(25);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const auto result = parse_odid_message(bytes);
    if (!result) continue;
    ++messages;
    if (const auto* at = std::get_if<Location>(&*result)) {
      BOOST_REQUIRE(!at->track_deg || (*at->track_deg >= 0 && *at->track_deg < 360));
      BOOST_REQUIRE(!at->seconds_of_hour || *at->seconds_of_hour <= 3600);
      BOOST_REQUIRE(!at->position || std::abs(at->position->lat_deg) <= 90);
      BOOST_REQUIRE(!at->position || std::abs(at->position->lon_deg) <= 180);
    }
  }
  BOOST_TEST(messages > 50'000U);
}

BOOST_AUTO_TEST_SUITE_END()
