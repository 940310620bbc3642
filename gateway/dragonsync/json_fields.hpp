#pragma once
// How values are put into what DragonSync reads: what is unknown is left out. For the .cpp files beside this
// one only.

#include <nlohmann/json.hpp>
#include <optional>

#include "gateway/options.hpp"

namespace windhover::gateway::dragonsync {

using Json = nlohmann::ordered_json;

template <typename Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

/// Where whatever has no place of its own is drawn.
inline Json sensor_location(const SensorPosition& sensor) {
  Json json{{"latitude", sensor.lat_deg}, {"longitude", sensor.lon_deg}};
  put(json, "geodetic_altitude", sensor.hae_m);
  return json;
}

}  // namespace windhover::gateway::dragonsync
