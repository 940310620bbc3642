#pragma once
// Compares parsed messages with the decoded fields of the vector files, field by field.

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "decoders/messages/open_drone_id.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

namespace windhover::odid_test {

using namespace decoders::messages;
using nlohmann::json;
using synth::from_hex;

inline std::optional<json> shared_json(std::string_view relative) {
  const auto path = synth::shared_path(relative);
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return json::parse(file);
}

inline OdidMessage message_of(std::string_view hex) {
  const auto parsed = parse_odid_message(from_hex(hex));
  BOOST_REQUIRE_MESSAGE(parsed.has_value(), "rejected: " << hex);
  return *parsed;
}

template <typename Kind>
Kind message_of(std::string_view hex) {
  const OdidMessage message = message_of(hex);
  BOOST_REQUIRE(std::holds_alternative<Kind>(message));
  return std::get<Kind>(message);
}

/// null and a missing key mean absent; numbers to the last decimal place on air.
inline void check_number(const std::optional<double>& got, const json& fields, const char* key) {
  const auto expected = fields.find(key);
  const bool known = expected != fields.end() && !expected->is_null();
  BOOST_TEST_CONTEXT(key) {
    BOOST_TEST(got.has_value() == known);
    if (got && known) BOOST_TEST(*got == expected->get<double>());
  }
}

inline void check_text(const std::optional<std::string>& got, const json& fields, const char* key) {
  BOOST_TEST_CONTEXT(key) BOOST_TEST(got.value_or("") == fields.at(key).get<std::string>());
  BOOST_TEST(got.has_value() == !fields.at(key).get<std::string>().empty());
}

inline std::optional<double> lat_of(const std::optional<GeoPosition>& at) {
  return at ? std::optional(at->lat_deg) : std::nullopt;
}
inline std::optional<double> lon_of(const std::optional<GeoPosition>& at) {
  return at ? std::optional(at->lon_deg) : std::nullopt;
}

inline constexpr double kHorizontal_m[] = {0, 18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1};
inline constexpr double kVertical_m[] = {0, 150, 45, 25, 10, 3, 1};
inline constexpr double kSpeed_mps[] = {0, 10, 3, 1, 0.3};

template <std::size_t n>
void check_accuracy(const std::optional<double>& got, const json& fields, const char* key,
                    const double (&bounds)[n]) {
  const auto code = fields.at(key).get<std::size_t>();
  BOOST_TEST_CONTEXT(key) {
    BOOST_REQUIRE(code < n);
    BOOST_TEST(got.has_value() == (code != 0));
    if (got) BOOST_TEST(*got == bounds[code]);
  }
}

inline void check_fields(const BasicId& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.id_type) == want.at("id_type").get<int>());
  BOOST_TEST(static_cast<int>(got.ua_type) == want.at("ua_type").get<int>());
  BOOST_TEST(to_hex(got.uas_id_bytes) == want.at("uas_id_hex").get<std::string>());
  if (want.contains("uas_id")) check_text(got.uas_id, want, "uas_id");
}

inline void check_fields(const Location& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.status) == want.at("status").get<int>());
  BOOST_TEST(static_cast<int>(got.height_reference) == want.at("height_type").get<int>());
  check_number(got.track_deg, want, "direction_deg");
  check_number(got.speed_mps, want, "speed_h_mps");
  check_number(got.vertical_mps, want, "speed_v_mps");
  check_number(lat_of(got.position), want, "lat");
  check_number(lon_of(got.position), want, "lon");
  check_number(got.pressure_altitude_m, want, "alt_baro_m");
  check_number(got.geodetic_altitude_m, want, "alt_geo_m");
  check_number(got.height_m, want, "height_m");
  check_accuracy(got.horizontal_accuracy_m, want, "h_acc", kHorizontal_m);
  check_accuracy(got.vertical_accuracy_m, want, "v_acc", kVertical_m);
  check_accuracy(got.pressure_accuracy_m, want, "baro_acc", kVertical_m);
  check_accuracy(got.speed_accuracy_mps, want, "speed_acc", kSpeed_mps);
  check_number(got.seconds_of_hour, want, "timestamp_s");
  check_number(got.time_accuracy_s, want, "ts_acc_s");
}

inline void check_fields(const Authentication& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.auth_type) == want.at("auth_type").get<int>());
  BOOST_TEST(int{got.page} == want.at("page").get<int>());
  BOOST_TEST(to_hex(got.data()) == want.at("data_hex").get<std::string>());
  BOOST_TEST(got.header.has_value() == want.contains("last_page"));
  if (!got.header) return;
  BOOST_TEST(int{got.header->last_page} == want.at("last_page").get<int>());
  BOOST_TEST(int{got.header->length_bytes} == want.at("length").get<int>());
  BOOST_TEST(got.header->timestamp_s.value() == want.at("unix").get<std::int64_t>());
}

inline void check_fields(const SelfId& got, const json& want) {
  BOOST_TEST(int{got.description_type} == want.at("desc_type").get<int>());
  check_text(got.description, want, "desc");
}

inline void check_classification(const System& got, const json& want) {
  const int region = want.at("classification").get<int>();
  const int category = want.at("category_eu").get<int>();
  const int code = want.at("class_eu").get<int>();
  BOOST_TEST(static_cast<int>(got.classification) == region);
  const bool has_category = region != 0 && category != 0;
  BOOST_TEST(got.category.has_value() == has_category);
  if (got.category) BOOST_TEST(static_cast<int>(*got.category) == category);
  const std::string_view china[] = {"micro", "light", "small", "other"};
  std::optional<std::string> name;
  if (region == 1 && code != 0) name = "C" + std::to_string(code - 1);
  if (region == 2) name = china[code];
  BOOST_TEST(got.aircraft_class.value_or("") == name.value_or(""));
}

inline void check_fields(const System& got, const json& want) {
  BOOST_TEST(static_cast<int>(got.operator_location_type) == want.at("op_loc_type").get<int>());
  check_classification(got, want);
  check_number(lat_of(got.operator_position), want, "op_lat");
  check_number(lon_of(got.operator_position), want, "op_lon");
  BOOST_TEST(int{got.area_count} == want.at("area_count").get<int>());
  BOOST_TEST(int{got.area_radius_m} == want.at("area_radius_m").get<int>());
  check_number(got.area_ceiling_m, want, "area_ceiling_m");
  check_number(got.area_floor_m, want, "area_floor_m");
  check_number(got.operator_altitude_m, want, "op_alt_geo_m");
  std::optional<double> unix_s;
  if (got.timestamp_s) unix_s = static_cast<double>(*got.timestamp_s);
  check_number(unix_s, want, "unix");
}

inline void check_fields(const OperatorId& got, const json& want) {
  BOOST_TEST(int{got.operator_id_type} == want.at("op_id_type").get<int>());
  check_text(got.operator_id, want, "op_id");
}

inline void check_message(const OdidMessage& got, const json& want) {
  BOOST_REQUIRE(got.index() == want.at("type").get<std::size_t>());
  std::visit(
      [&](const auto& message) {
        BOOST_TEST(int{message.version} == want.at("proto").get<int>());
        check_fields(message, want);
      },
      got);
}

inline void check_pack(const OdidPack& got, const json& want) {
  const json& messages = want.at("messages");
  BOOST_TEST(int{got.version} == want.at("pack_proto").get<int>());
  BOOST_TEST(got.rejects.total() == 0U);
  BOOST_REQUIRE(got.messages.size() == messages.size());
  BOOST_TEST(got.messages.size() == want.at("count").get<std::size_t>());
  for (std::size_t i = 0; i < messages.size(); ++i)
    BOOST_TEST_CONTEXT("message " << i) check_message(got.messages[i], messages[i]);
}

}  // namespace windhover::odid_test
