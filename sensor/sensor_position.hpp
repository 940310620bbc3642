#pragma once
// Where the antenna stands, as the user tells it.

#include <optional>
#include <string_view>

namespace windhover::sensor {

/// WGS-84.
struct SensorPosition {
  double lat_deg = 0;
  double lon_deg = 0;
  std::optional<double> hae_m{};  ///< above the ellipsoid
};

/// "LAT,LON[,HAE]" in degrees and metres. Throws ConfigError for anything else.
SensorPosition parse_sensor_position(std::string_view text);

}  // namespace windhover::sensor
