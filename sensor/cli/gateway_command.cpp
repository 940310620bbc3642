#include <iostream>

#include "gateway/gateway.hpp"
#include "sensor/cli/commands.hpp"
#include "sensor/cli/stop_signal.hpp"

namespace windhover::sensor {

int run_gateway(const GatewayCommand& command) {
  const std::atomic<bool>& stop = stop_on_signals();
  gateway::Gateway(command.options, std::cerr).run(stop);
  return 0;
}

}  // namespace windhover::sensor
