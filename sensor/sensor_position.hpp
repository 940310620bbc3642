#pragma once
// Where the antenna stands, as the user or a GNSS receiver tells it.

#include <optional>
#include <string_view>

namespace windhover::sensor {

/// WGS-84.
struct SensorPosition {
  double lat_deg = 0;
  double lon_deg = 0;
  std::optional<double> hae_m{};  ///< above the ellipsoid
  // Of a measured position; absent for one that the user told, which is taken as it is.
  std::optional<double> uncertainty_m{};  ///< horizontal
  std::optional<double> vertical_uncertainty_m{};
  std::optional<double> age_s{};  ///< since the fix
};

/// "LAT,LON[,HAE]" in degrees and metres. Throws ConfigError for anything else.
SensorPosition parse_sensor_position(std::string_view text);

}  // namespace windhover::sensor
