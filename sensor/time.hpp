#pragma once
// Time is a type: everything that leaves the sensor is UTC at microsecond resolution.

#include <chrono>
#include <string>

namespace windhover::sensor {

using UtcTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339 with microseconds and Z, as the feed writes it.
std::string to_rfc3339(UtcTime time);

/// Reads RFC 3339 / SigMF core:datetime (Z or offset, any fraction); throws std::invalid_argument.
UtcTime parse_rfc3339(const std::string& text);

/// Of any one clock; negative when `to` is the earlier one.
template <typename Instant>
double seconds_between(Instant from, Instant to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace windhover::sensor
