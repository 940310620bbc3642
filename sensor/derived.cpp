#include "sensor/derived.hpp"

#include <cmath>

#include "sensor/geodesy.hpp"

namespace windhover::sensor {
namespace {

// Above either an aircraft flies; below both it does not. Between lie the errors of barometers on the ground
// and of satellite positions at rest, and hovering low.
constexpr double kSurelyFlying_m = 5, kSurelyFlying_mps = 3;
constexpr double kSurelyGround_m = 1, kSurelyGround_mps = 0.5;

std::optional<std::string_view> flight_state(const Claims& claims) {
  constexpr std::string_view in_air = "in_air", on_ground = "on_ground";
  if (claims.in_air) return *claims.in_air ? in_air : on_ground;
  const auto height_m = claims.height_above_ground_m ? claims.height_above_ground_m : claims.height_m;
  if (height_m && *height_m > kSurelyFlying_m) return in_air;
  if (claims.speed_mps && *claims.speed_mps > kSurelyFlying_mps) return in_air;
  const bool at_rest = height_m && std::abs(*height_m) < kSurelyGround_m && claims.speed_mps &&
                       *claims.speed_mps < kSurelyGround_mps;
  return at_rest ? std::optional(on_ground) : std::nullopt;
}

}  // namespace

Derived derived_of(const Claims& claims, const std::optional<SensorPosition>& sensor) {
  Derived derived;
  derived.flight_state = flight_state(claims);
  if (!sensor) return derived;
  if (claims.position) derived.aircraft = sight(*sensor, *claims.position, claims.geodetic_altitude_m);
  if (claims.pilot) derived.pilot = sight(*sensor, *claims.pilot, claims.pilot_altitude_m);
  return derived;
}

}  // namespace windhover::sensor
