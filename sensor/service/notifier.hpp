#pragma once
// What the service manager is told, by sd_notify(3): nothing where there is none.

#include <string>

namespace windhover::sensor {

/// Each says whether a service manager was told.
bool notify_ready(const std::string& state);
/// `state`: one line for `systemctl status`.
bool notify_state(const std::string& state);
bool notify_watchdog();
bool notify_reloading();
bool notify_stopping();

}  // namespace windhover::sensor
