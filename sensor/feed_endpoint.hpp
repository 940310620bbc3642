#pragma once
// Addresses of the feed as ZeroMQ writes them: tcp://HOST:PORT, ipc://PATH.

#include <string>
#include <string_view>

namespace windhover::sensor {

inline constexpr const char* kDefaultFeedEndpoint = "tcp://127.0.0.1:7301";

/// Where the snapshot socket of a feed lies unless told otherwise: the next TCP port, or PATH.snapshot. A
/// port that the system chooses (*) stays one. Throws ConfigError if there is no such place.
std::string snapshot_endpoint_of(std::string_view endpoint);

/// True if nobody but processes of this machine can reach what is bound there: 127.0.0.0/8, [::1], the
/// interface lo, ipc. What is not understood counts as reachable from outside.
bool is_local_endpoint(std::string_view endpoint);

/// With IPv6 on, a socket that is bound to 127.0.0.1 shows it as ::ffff:127.0.0.1; so it is on for others
/// only.
bool is_ipv4_endpoint(std::string_view endpoint);

}  // namespace windhover::sensor
