#include <chrono>
#include <iostream>

#include "gateway/gateway.hpp"
#include "sensor/cli/commands.hpp"
#include "sensor/cli/stop_signal.hpp"
#include "sensor/service/notifier.hpp"

namespace windhover::sensor {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTurn{100};
constexpr std::chrono::seconds kBetweenNotices{2};

}  // namespace

int run_gateway(const GatewayCommand& command) {
  if (command.check_only) return 0;
  const std::atomic<bool>& stop = stop_on_signals();
  gateway::Gateway gateway(command.options, std::cerr);
  notify_ready("serving what " + command.options.feed + " tells");
  // Fed by its turns, not by samples: a gateway outlives its sensor.
  for (auto next = Clock::now(); !stop; gateway.turn(kTurn)) {
    if (Clock::now() < next) continue;
    notify_watchdog();
    next = Clock::now() + kBetweenNotices;
  }
  notify_stopping();
  return 0;
}

}  // namespace windhover::sensor
