#include "sensor/cli/live_service.hpp"

#include <iostream>

#include "sensor/cli/stop_signal.hpp"
#include "sensor/config_error.hpp"
#include "sensor/service/journal.hpp"
#include "sensor/service/notifier.hpp"

namespace windhover::sensor {

LiveService::LiveService(const RunCommand& command) : running_(command) {
  if (!command.config.file.empty()) asked_ = &reload_on_signal();
  set_position(command.output);
}

std::optional<SensorPosition> LiveService::locate() {
  return gpsd_ ? gpsd_->look(std::chrono::steady_clock::now()) : running_.output.position;
}

bool LiveService::reload_if_asked(Feed* feed) {
  if (asked_ == nullptr || !asked_->exchange(false)) return false;
  notify_reloading();
  try {
    take(parse_run_again(running_), feed);
  } catch (const ConfigError& error) {
    std::cerr << error_priority() << "not reloaded, all stays as it was: " << error.what() << '\n';
  }
  return true;
}

void LiveService::take(RunCommand command, Feed* feed) {
  std::string waiting;
  for (const std::string& key : changed_keys(running_.settings, command.settings)) {
    if (key == "feed.allow" || key == "position.fixed" || key == "position.gpsd") continue;
    waiting += (waiting.empty() ? "" : ", ") + key;
  }
  // May throw; the rest cannot.
  if (feed != nullptr && running_.output.curve_key && command.output.curve_key)
    feed->set_allowed(command.output.allow);
  running_.output.allow = command.output.allow;
  set_position(command.output);
  std::cerr << "reloaded: access list and position";
  if (!waiting.empty()) std::cerr << "; restart for what else has changed: " << waiting;
  std::cerr << '\n';
}

void LiveService::set_position(const OutputOptions& output) {
  running_.output.position = output.position;
  const bool asks = output.gpsd && !output.position;
  const bool same = gpsd_ && asks && running_.output.gpsd == output.gpsd;
  running_.output.gpsd = output.gpsd;
  if (same) return;  // its connection and fix go on
  gpsd_.reset();
  if (asks) gpsd_.emplace(*output.gpsd);
}

}  // namespace windhover::sensor
