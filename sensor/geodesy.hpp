#pragma once
// Distances and directions on the WGS-84 ellipsoid.

#include <optional>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

/// Along the geodesic, metres. Both positions are valid and finite.
double distance_m(const Position& from, const Position& to);

/// What the sensor would see in a vacuum. Elevation and slant distance need both heights above the ellipsoid.
Sight sight(const SensorPosition& from, const Position& to, const std::optional<double>& hae_m);

}  // namespace windhover::sensor
