#pragma once
// What follows from an aircraft's claims and the sensor's own position: worth no more than the claims.

#include <optional>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

/// On the ground or in the air: as the aircraft says; where it does not, by height above take-off or ground
/// and speed, and unknown between the bounds. Distances and directions if the sensor knows where it is.
/// Give it redacted claims, and it tells no more of people than they do.
Derived derived_of(const Claims& claims, const std::optional<SensorPosition>& sensor);

}  // namespace windhover::sensor
