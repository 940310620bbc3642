#pragma once
// An aircraft of a scene that flies straight on and tells it by Open Drone ID messages.

#include <optional>
#include <string>
#include <vector>

#include "tests/support/emitters.hpp"
#include "tests/support/odid_encoder.hpp"

namespace windhover::synth {

/// What is absent is not sent, or sent as unknown.
struct OdidAircraft {
  BasicIdValues id;
  std::uint8_t status = 2;  ///< airborne
  LatLon start;             ///< at the start of the scene
  std::optional<double> altitude_m, height_m, speed_mps, track_deg, vertical_mps;
  std::optional<LatLon> operator_position;
  std::optional<double> operator_altitude_m;
  std::string self_id, operator_id;
  std::optional<AuthValues> authentication;  ///< its time is the scene's start
};

OdidAircraft read_odid_aircraft(SceneObject config);

/// Where it is at t_s, straight on from its start.
LatLon position_at(const OdidAircraft& aircraft, double t_s);

struct OdidContent {
  OdidBytes bytes{};
  TruthMessage truth;  ///< as precise as the bytes are
};

/// What it sends at t_s: Basic ID, Location, System, and where there is such text Self ID and Operator ID;
/// last the pages of its authentication. With times where `start` is known.
std::vector<OdidContent> odid_messages(const OdidAircraft& aircraft, double t_s,
                                       const std::optional<SceneTime>& start);

}  // namespace windhover::synth
