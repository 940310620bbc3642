#pragma once
// A subscriber that starts complete and stays so. It subscribes, asks the snapshot socket for the present
// state, and goes on with what followed it; when messages were lost or the sensor has started anew it asks
// again. Sensor and client may start in any order and come and go. The pattern is the zguide's Clone.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sensor/curve_keys.hpp"
#include "sensor/feed_endpoint.hpp"

namespace windhover::sensor {

struct FeedClientOptions {
  std::string endpoint = kDefaultFeedEndpoint;
  std::string snapshot_endpoint{};          ///< empty: snapshot_endpoint_of(endpoint)
  std::vector<std::string> topics{"wh1."};  ///< prefixes
  std::optional<CurveClientKeys> curve{};
};

/// One message of the feed as it was sent, with the head of its body.
struct FeedMessage {
  std::string topic;  ///< wh1.<kind>.<node>[.<id>]
  std::string json;
  std::string type, sensor, boot;
  std::uint64_t seq = 0;
  /// Messages of its kind that were lost just before it. What is state comes again by a snapshot, events such
  /// as frames do not.
  std::uint64_t missing = 0;
};

/// The last message of every live topic. It replaces what was known of this feed's state: what is not in it
/// is no longer there.
struct FeedSnapshot {
  std::vector<FeedMessage> messages;
};

using FeedEvent = std::variant<FeedMessage, FeedSnapshot>;

struct FeedClientCounts {
  std::uint64_t messages = 0;   ///< handed out, without those of snapshots
  std::uint64_t lost = 0;       ///< by their numbers
  std::uint64_t repeats = 0;    ///< last values sent again for another subscriber; not handed out
  std::uint64_t garbled = 0;    ///< no feed message, or of another schema
  std::uint64_t snapshots = 0;  ///< complete ones
};

/// Used by one thread. Memory is bounded whatever the other side sends.
class FeedClient {
 public:
  /// Throws ConfigError if an address or a key cannot be used. That nobody is there yet is no error.
  explicit FeedClient(const FeedClientOptions& options);
  ~FeedClient();

  /// The next event, waiting up to `wait` for it; nullopt after that, or early on a signal. While a snapshot
  /// is under way, at most two seconds, messages wait for it; without an answer they come as they are.
  std::optional<FeedEvent> next(std::chrono::milliseconds wait);
  /// A snapshot has come and nothing was lost since.
  bool is_complete() const;
  /// Something was heard within the last five seconds; a sensor tells its status every second.
  bool is_alive() const;
  const FeedClientCounts& counts() const;

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace windhover::sensor
