#pragma once
// Times that Remote ID messages claim, as UTC. Senders tell seconds of an hour, or fill in a clock that was
// never set: the reception says which hour is meant, and what cannot be true.

#include <cstdint>
#include <optional>

#include "decoders/messages/open_drone_id.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// Remote ID counts its own time from here; no reception is older.
inline constexpr UtcTime kRemoteIdEpoch = std::chrono::sys_days(std::chrono::year(2019) / 1 / 1);

/// When the values of a Location were true: within 30 minutes of the reception. Absent where the sender does
/// not tell, or where the stream's own date is not known, so that it counts from 1970.
std::optional<UtcTime> claimed_time(const decoders::messages::Location& location, UtcTime reception);

/// A Unix time of another message, if it can be true.
std::optional<UtcTime> claimed_time(const std::optional<std::int64_t>& unix_s, UtcTime reception);

}  // namespace windhover::sensor
