#pragma once
// What the gateway does, as values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/feed_values.hpp"
#include "sensor/curve_keys.hpp"
#include "sensor/feed_endpoint.hpp"

namespace windhover::gateway {

/// Endpoints that DragonSync and its relatives connect to.
struct DragonSyncOptions {
  std::string aircraft = "tcp://127.0.0.1:4224";
  std::string status = "tcp://127.0.0.1:4225";
  std::string signals = "tcp://127.0.0.1:4226";
};

struct CotTarget {
  std::string address;  ///< IPv4 or IPv6, numeric; multicast or of one host
  std::uint16_t port = 0;
};

/// CoT types of aircraft: affiliation unknown, military air track as TAK draws drones.
struct AircraftTypes {
  std::string rotorcraft = "a-u-A-M-H-Q";  ///< also of what is not known
  std::string fixed_wing = "a-u-A-M-F-Q";
};

struct CotOptions {
  std::vector<CotTarget> targets;
  std::string interface;  ///< name of that which multicast leaves by; empty: the system chooses
  int multicast_ttl = 1;
  AircraftTypes types;
};

struct HttpOptions {
  std::string address = "127.0.0.1";  ///< numeric
  std::uint16_t port = 7380;          ///< 0: the system chooses
};

struct GatewayOptions {
  std::string feed = sensor::kDefaultFeedEndpoint;
  std::optional<sensor::CurveClientKeys> curve;
  std::string snapshot;                    ///< of the feed's state; empty: beside the feed
  std::string kit = "windhover";           ///< name of this sensor towards DragonSync and TAK
  std::optional<SensorPosition> position;  ///< of the sensor, before what the feed says
  std::optional<double> full_scale_dbm;    ///< power at the antenna that the feed calls 0 dBFS
  std::optional<DragonSyncOptions> dragonsync;
  std::optional<CotOptions> cot;
  std::optional<HttpOptions> http = HttpOptions{};
};

// What users write, to values; each throws ConfigError with one sentence that says what to write instead.

/// "52.3,4.9" or "52.3,4.9,12".
using sensor::parse_sensor_position;
/// "ADDRESS" or "ADDRESS:PORT": PORT and the two after it.
DragonSyncOptions parse_dragonsync(std::string_view text);
/// "udp://239.2.3.1:6969", "udp://[ff02::1]:6969".
CotTarget parse_cot_target(std::string_view text);
/// Letters, digits, '-' and '.', such as a-u-A-M-H-Q.
std::string parse_cot_type(std::string_view text);
/// "127.0.0.1:7380", "[::1]:7380".
HttpOptions parse_http(std::string_view text);
/// 1 to 64 characters of A-Z a-z 0-9 . _ -, which is what DragonSync and TAK take.
std::string parse_kit(std::string_view text);

/// The host's name as far as it can be a kit's, "windhover" otherwise.
std::string host_kit();

}  // namespace windhover::gateway
