#include "sensor/geodesy.hpp"

#include <GeographicLib/Geodesic.hpp>
#include <GeographicLib/LocalCartesian.hpp>
#include <cmath>
#include <numbers>

namespace windhover::sensor {

double distance_m(const Position& from, const Position& to) {
  double distance = 0;
  GeographicLib::Geodesic::WGS84().Inverse(from.lat_deg, from.lon_deg, to.lat_deg, to.lon_deg, distance);
  return distance;
}

Sight sight(const SensorPosition& from, const Position& to, const std::optional<double>& hae_m) {
  double distance = 0, azimuth = 0, azimuth_there = 0;
  GeographicLib::Geodesic::WGS84().Inverse(from.lat_deg, from.lon_deg, to.lat_deg, to.lon_deg, distance,
                                           azimuth, azimuth_there);
  Sight seen;
  seen.distance_m = distance;
  if (distance > 0) seen.bearing_deg = azimuth < 0 ? azimuth + 360 : azimuth;
  if (!from.hae_m || !hae_m) return seen;
  double east = 0, north = 0, up = 0;
  GeographicLib::LocalCartesian(from.lat_deg, from.lon_deg, *from.hae_m)
      .Forward(to.lat_deg, to.lon_deg, *hae_m, east, north, up);
  const double level = std::hypot(east, north);
  seen.slant_m = std::hypot(level, up);
  if (*seen.slant_m > 0) seen.elevation_deg = std::atan2(up, level) * 180 / std::numbers::pi;
  return seen;
}

}  // namespace windhover::sensor
