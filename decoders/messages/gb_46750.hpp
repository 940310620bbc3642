#pragma once
// Chinese broadcast identification GB 46750-2025: bytes to values. Carried like Open Drone ID (vendor element
// FA 0B BC, type 0D, counter) and told apart by its first bytes. Layout of the public implementations; one
// public sample decodes to its end with plausible values; the text of the standard was not read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decoders/messages/anomalies.hpp"
#include "decoders/messages/field_reader.hpp"
#include "decoders/messages/odid_reject.hpp"
#include "decoders/messages/open_drone_id.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::messages {

enum class Gb46750Class : std::uint8_t { micro, light, small, medium, large };
enum class Gb46750Station : std::uint8_t { take_off, control_station };
enum class Gb46750Status : std::uint8_t {
  none,
  on_ground,
  airborne,
  emergency,
  remote_id_failure,
  remote_id_failure_and_emergency,
};
enum class Gb46750Datum : std::uint8_t { wgs84, cgcs2000 };

/// What was not sent or was marked unknown is absent.
struct Gb46750 {
  std::uint8_t version_minor = 0;  ///< of major version 1
  std::optional<std::string> product_id;
  std::optional<std::string> registration;  ///< the last 8 characters of the mark
  std::optional<OperationCategory> category;
  std::optional<Gb46750Class> ua_class;
  std::optional<Gb46750Station> station_type;
  std::optional<GeoPosition> station_position;
  std::optional<double> station_altitude_m;
  std::optional<GeoPosition> position;
  std::optional<double> track_deg;  ///< clockwise from true north, [0, 360)
  std::optional<double> speed_mps;
  std::optional<double> height_m;
  std::optional<double> vertical_mps;  ///< up is positive
  std::optional<double> geodetic_altitude_m;
  std::optional<double> pressure_altitude_m;
  std::optional<Gb46750Status> status;
  std::optional<Gb46750Datum> datum;
  std::optional<double> horizontal_accuracy_m, vertical_accuracy_m, speed_accuracy_mps;  ///< upper bounds
  std::optional<std::int64_t> time_ms;                                                   ///< Unix
  std::optional<std::uint8_t> time_accuracy_code;
  std::uint8_t unknown_items = 0;  ///< announced, of later versions, not read
  Anomalies anomalies;
  bool operator==(const Gb46750&) const = default;
};

std::string_view to_string(Gb46750Class ua_class);
std::string_view to_string(Gb46750Station station);
std::string_view to_string(Gb46750Status status);
std::string_view to_string(Gb46750Datum datum);

/// `body` starts after the counter. Rejects with `not_mine` unless it begins with FF and major version 1,
/// `too_short`, `bad_size` when the announced items do not fit into the announced length, `sanity` when no
/// item is announced. Bytes after the last item are ignored.
Result<Gb46750, OdidReject> parse_gb_46750(Bytes body);

}  // namespace windhover::decoders::messages
