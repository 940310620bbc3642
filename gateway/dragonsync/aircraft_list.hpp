#pragma once
// One aircraft as DragonSync reads it on port 4224: a JSON list of one-key objects, all of one aircraft, with
// its whole state each time. DragonSync replaces what it knew by what a message holds, takes "Unknown" and
// null for 0, and drops a message with an empty string in it; so what is unknown is left out. Source:
// DragonSync's telemetry_parser.py and dragonsync.py (read, and run at ef69b25).

#include <optional>
#include <string>

#include "gateway/feed_values.hpp"
#include "gateway/options.hpp"

namespace windhover::gateway::dragonsync {

struct ListContext {
  std::optional<SensorPosition> sensor;
  std::optional<double> full_scale_dbm;
};

std::string aircraft_list(const Aircraft& aircraft, const ListContext& context);

}  // namespace windhover::gateway::dragonsync
