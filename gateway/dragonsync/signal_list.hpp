#pragma once
// A radio link as DragonSync reads it on port 4226: a JSON list of one-key objects, drawn at the sensor.
// Links that nothing ties to a drone are none of its business; a link of an aircraft that tells its identity
// is confirmed, one that only looks like a drone's is "energy", which DragonSync drops unless told otherwise.

#include <string>

#include "gateway/dragonsync/aircraft_list.hpp"

namespace windhover::gateway::dragonsync {

/// Of a link for which is_signal() holds.
std::string signal_list(const Link& link, const ListContext& context);

}  // namespace windhover::gateway::dragonsync
