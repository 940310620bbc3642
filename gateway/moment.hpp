#pragma once
// Now, on both clocks. Whatever depends on time is handed one of these, so that tests need not wait.

#include <chrono>
#include <string>

#include "sensor/time.hpp"

namespace windhover::gateway {

using sensor::UtcTime;
using Instant = std::chrono::steady_clock::time_point;

struct Moment {
  Instant instant{};  ///< for ages and timers
  UtcTime utc{};      ///< for what is written into messages
};

inline double seconds_between(Instant from, Instant to) {
  return std::chrono::duration<double>(to - from).count();
}

/// RFC 3339 with milliseconds and Z, as CoT and DragonSync want it.
std::string utc_text(UtcTime time);

}  // namespace windhover::gateway
