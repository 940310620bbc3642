#pragma once
// Where the antenna is, from gpsd: its JSON protocol over TCP, as gpsd_json(5) describes it.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sensor/sensor_position.hpp"

namespace windhover::sensor {

struct GpsdAddress {
  std::string address = "127.0.0.1";  ///< numeric, IPv4 or IPv6
  std::uint16_t port = 2947;
  bool operator==(const GpsdAddress&) const = default;
};

/// "ADDRESS" or "ADDRESS:PORT", "[::1]:2947". Throws ConfigError.
GpsdAddress parse_gpsd_address(std::string_view text);

/// A position report, TPV, with at least a 2D fix; nothing for any other line, or one whose values cannot be.
std::optional<SensorPosition> parse_tpv(std::string_view line);

/// One connection, made anew for ever when it fails. It never waits; it is looked at as often as a position
/// is wanted, about once a second. What gpsd sends is not trusted: lines are bounded, and so is the work of
/// one look.
class GpsdPosition {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit GpsdPosition(GpsdAddress address);
  GpsdPosition(const GpsdPosition&) = delete;
  GpsdPosition& operator=(const GpsdPosition&) = delete;
  ~GpsdPosition();

  /// Reads what has come. The last fix with its age; nothing where that is more than 10 s.
  std::optional<SensorPosition> look(Instant now);

 private:
  void connect(Instant now);
  void read(Instant now);
  void take(std::string_view octets, Instant now);
  void hang_up(Instant now);

  GpsdAddress address_;
  int socket_ = -1;
  bool connected_ = false;
  std::string line_;  // what has come of it
  bool too_long_ = false;
  Instant next_try_{}, last_heard_{};
  std::optional<SensorPosition> fix_;
  Instant fixed_at_{};
};

}  // namespace windhover::sensor
