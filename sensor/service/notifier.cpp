#include "sensor/service/notifier.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>

namespace windhover::sensor {
namespace {

bool notify(const std::string& text) { return sd_notify(0, text.c_str()) > 0; }

// A line break would begin another assignment.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

}  // namespace

bool notify_ready(const std::string& state) { return notify("READY=1\nSTATUS=" + one_line(state)); }
bool notify_state(const std::string& state) { return notify("STATUS=" + one_line(state)); }
bool notify_watchdog() { return notify("WATCHDOG=1"); }
bool notify_stopping() { return notify("STOPPING=1"); }

bool notify_reloading() {
  // MONOTONIC_USEC tells systemd 253 and later which of several reloads this is.
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return notify("RELOADING=1\nMONOTONIC_USEC=" +
                std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

}  // namespace windhover::sensor
