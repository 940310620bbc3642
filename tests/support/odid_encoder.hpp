#pragma once
// Remote ID bytes from plain values, for scenes and tests: Open Drone ID messages, packs and their wrappers
// on Bluetooth and Wi-Fi, GB 46750, the French and the DJI vendor element. Written from the specification
// sheet apart from the parsers, so that one checks the other. Absent values are sent as "unknown". Values out
// of range throw std::invalid_argument: a scene that cannot be sent is a mistake in the scene.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/byte_vector.hpp"

namespace windhover::synth {

using OdidBytes = std::array<std::uint8_t, 25>;

/// Degrees, WGS-84.
struct LatLon {
  double lat_deg = 0;
  double lon_deg = 0;
};

/// `version` in all of these: 0 F3411-19, 1 prEN 4709-002 and GB 42590, 2 F3411-22a. Codes as on air.
struct BasicIdValues {
  std::uint8_t version = 2;
  std::uint8_t id_type = 1;
  std::uint8_t ua_type = 2;
  std::string id{};  ///< up to 20 bytes, text or binary
};

struct LocationValues {
  std::uint8_t version = 2;
  std::uint8_t status = 2;
  bool height_above_ground = false;
  std::optional<double> track_deg{}, speed_mps{}, vertical_mps{};
  std::optional<LatLon> position{};
  std::optional<double> pressure_altitude_m{}, geodetic_altitude_m{}, height_m{};
  /// The tightest class that still holds is sent.
  std::optional<double> horizontal_accuracy_m{}, vertical_accuracy_m{}, pressure_accuracy_m{},
      speed_accuracy_mps{};
  std::optional<double> seconds_of_hour{}, time_accuracy_s{};
};

struct SelfIdValues {
  std::uint8_t version = 2;
  std::uint8_t description_type = 0;
  std::string description{};
};

struct SystemValues {
  std::uint8_t version = 2;
  std::uint8_t operator_location_type = 0;
  std::uint8_t classification = 0;  ///< 1 EU, 2 China
  bool cgcs2000 = false;
  std::optional<LatLon> operator_position{};
  std::uint16_t area_count = 1;
  double area_radius_m = 0;
  std::optional<double> area_ceiling_m{}, area_floor_m{};
  std::uint8_t category_code = 0;
  std::uint8_t class_code = 0;
  std::optional<double> operator_altitude_m{};
  std::optional<std::int64_t> timestamp_s{};  ///< Unix
};

struct OperatorIdValues {
  std::uint8_t version = 2;
  std::uint8_t operator_id_type = 0;
  std::string operator_id{};
};

struct AuthValues {
  std::uint8_t version = 2;
  std::uint8_t auth_type = 1;
  std::optional<std::int64_t> timestamp_s{};  ///< Unix
  ByteVector data{};
  bool parity = false;  ///< DRIP: one more page that makes up for one lost
};

OdidBytes encode(const BasicIdValues& values);
OdidBytes encode(const LocationValues& values);
OdidBytes encode(const SelfIdValues& values);
OdidBytes encode(const SystemValues& values);
OdidBytes encode(const OperatorIdValues& values);
std::vector<OdidBytes> encode(const AuthValues& values);
ByteVector encode_pack(std::uint8_t version, std::span<const OdidBytes> messages);

/// AdvData of a legacy advertisement, 31 bytes.
ByteVector ble_legacy_adv_data(std::uint8_t counter, const OdidBytes& message);
/// AdvData of an extended advertisement; `body` is a message or a pack.
ByteVector ble_extended_adv_data(std::uint8_t counter, std::span<const std::uint8_t> body);
/// Element 221 of a beacon, with element number and length; `body` is a pack or GB 46750.
ByteVector wifi_odid_element(std::uint8_t counter, std::span<const std::uint8_t> body);
/// NAN service discovery frame from the category byte on.
ByteVector nan_discovery_body(std::uint8_t counter, std::span<const std::uint8_t> body);

struct Gb46750Values {
  std::uint8_t version_minor = 0;
  std::uint32_t items = 0x1fffff;  ///< bit n-1 = item n is sent
  std::string product_id{}, registration{};
  std::uint8_t category_code = 1, class_code = 1, station_type = 1;
  std::optional<LatLon> station_position{};
  std::optional<double> station_altitude_m{};
  std::optional<LatLon> position{};
  std::optional<double> track_deg{}, speed_mps{}, height_m{}, vertical_mps{}, geodetic_altitude_m{},
      pressure_altitude_m{};
  std::uint8_t status = 2, datum = 0;
  std::optional<double> horizontal_accuracy_m{}, vertical_accuracy_m{}, speed_accuracy_mps{};
  std::optional<std::int64_t> time_ms{};  ///< Unix
  std::uint8_t time_accuracy_code = 0;
};
/// The body after the counter.
ByteVector encode(const Gb46750Values& values);

/// Absent fields are not sent.
struct FrenchValues {
  std::uint8_t version = 1;
  std::string french_id{}, cta_2063_serial{};
  std::optional<LatLon> position{};
  std::optional<std::int16_t> altitude_m{}, height_m{};
  std::optional<LatLon> take_off_position{};
  std::optional<std::uint8_t> speed_mps{};
  std::optional<std::uint16_t> track_deg{};
};
ByteVector encode_french_fields(const FrenchValues& values);
/// Element 221 with element number and length.
ByteVector french_element(const FrenchValues& values);

/// Element 221 around a DJI DroneID payload from its kind byte on.
ByteVector dji_wifi_element(std::span<const std::uint8_t> payload);

}  // namespace windhover::synth
