#pragma once
// The gateway: a subscriber of a sensor's feed that hands what it hears to other programs. It may be started
// before the sensor and survives it; killed and started anew, it has the whole state again from the feed.

#include <atomic>
#include <chrono>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "gateway/moment.hpp"
#include "gateway/options.hpp"

namespace windhover::gateway {

class Gateway {
 public:
  /// Binds and connects all that `options` ask for; says so on `log`, one line each, and later what changes.
  /// Throws ConfigError for what cannot be had.
  Gateway(const GatewayOptions& options, std::ostream& log);
  ~Gateway();

  /// Until `stop` is set.
  void run(const std::atomic<bool>& stop);
  /// One turn of run(): waits for the feed, for at most `patience`, and does what is due.
  void turn(std::chrono::milliseconds patience);

  /// "" without HTTP.
  std::string url() const;
  /// As bound; empty strings without DragonSync.
  DragonSyncOptions dragonsync() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace windhover::gateway
