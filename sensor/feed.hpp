#pragma once
// The feed over ZeroMQ: a socket that publishes, one that answers requests for the present state, and who may
// connect to them. None of them ever makes the sensor wait.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sensor/curve_keys.hpp"
#include "sensor/feed_endpoint.hpp"
#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

/// CURVE: the feed is encrypted, and only clients whose key is on the list are let in.
struct FeedAccess {
  CurveKeyPair keys;                           ///< the sensor's own
  std::vector<std::filesystem::path> allowed;  ///< certificates, or folders of them; see AccessList
};

struct FeedOptions {
  std::string endpoint = kDefaultFeedEndpoint;
  std::string snapshot_endpoint{};  ///< empty: snapshot_endpoint_of(endpoint)
  std::string node = "windhover", boot{};
  std::optional<FeedAccess> access{};
  /// Allows an address that other machines can reach although everybody who reaches it may read everything.
  bool insecure = false;
  PlaceDetail operator_position = PlaceDetail::full;
  int queue_messages = 1000;  ///< per subscriber; one that is slower than that loses messages
  /// How long close waits for what is still queued, so that the end of a short replay is delivered.
  std::chrono::milliseconds linger{500};
};

/// Made, used and closed by one thread (ZeroMQ's rule).
class Feed : public FeedSink {
 public:
  /// Throws ConfigError if an address cannot be bound, can be reached by other machines and is not protected,
  /// or if keys cannot be used.
  explicit Feed(const FeedOptions& options);
  ~Feed() override;

  /// Two frames: topic, JSON; of a spectrum a third, its levels. Never blocks. A subscriber whose queue is
  /// full loses the message; the others get it.
  void publish(const OutgoingMessage& message) override;
  /// Lets clients in, answers requests, sends last values to new subscribers: bounded work, to be called
  /// between messages and at least every few milliseconds.
  void serve() override;
  /// While there is a subscription that begins with wh1.spectrum: to ask for all else is not to ask for this.
  bool wants_spectrum() const override;
  std::optional<FeedHealth> health() const override;
  /// Who may connect from now on; those who may not any more are disconnected. Throws ConfigError for places
  /// that cannot be used, and for a feed without keys; nothing has changed then.
  void set_allowed(const std::vector<std::filesystem::path>& places);
  /// Serves until somebody has subscribed to anything; false if nobody has within `timeout`.
  bool wait_for_subscriber(std::chrono::milliseconds timeout);
  /// The bound addresses, with the port that the system chose for "tcp://127.0.0.1:*".
  std::string last_endpoint() const;
  std::string last_snapshot_endpoint() const;

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace windhover::sensor
