#include "sensor/claimed_times.hpp"

namespace windhover::sensor {
namespace {

std::int64_t unix_ns(UtcTime time) { return time.time_since_epoch().count(); }

}  // namespace

std::optional<UtcTime> claimed_time(const decoders::messages::Location& location, UtcTime reception) {
  if (!location.seconds_of_hour || reception < kRemoteIdEpoch) return std::nullopt;
  return UtcTime(std::chrono::nanoseconds(
      decoders::messages::resolve_hour_time(*location.seconds_of_hour, unix_ns(reception))));
}

std::optional<UtcTime> claimed_time(const std::optional<std::int64_t>& unix_s, UtcTime reception) {
  if (!unix_s) return std::nullopt;
  const auto plausible = decoders::messages::plausible_unix_time(*unix_s, unix_ns(reception));
  return plausible ? std::optional(UtcTime(std::chrono::seconds(*plausible))) : std::nullopt;
}

}  // namespace windhover::sensor
