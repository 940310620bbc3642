#pragma once
// The sensor's own place and health as DragonSync reads them on port 4225: one JSON object. Its serial_number
// names the kit, "wardragon-" and that, in everything that DragonSync sends later.

#include <optional>
#include <string>

#include "gateway/host_stats.hpp"
#include "gateway/moment.hpp"
#include "gateway/options.hpp"

namespace windhover::gateway::dragonsync {

struct SensorStatus {
  UtcTime time{};
  std::string kit;  ///< as parse_kit() gives it
  std::optional<SensorPosition> position;
  HostStats host;
  std::optional<double> cpu_percent;
};

std::string sensor_status(const SensorStatus& status);

}  // namespace windhover::gateway::dragonsync
