#pragma once
// The feed's ZeroMQ socket: an XPUB that binds and never makes the sensor wait.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "sensor/feed_endpoint.hpp"
#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

struct FeedOptions {
  std::string endpoint = kDefaultFeedEndpoint;
  int queue_messages = 1000;  ///< per subscriber; one that is slower than that loses messages
  /// How long close waits for what is still queued, so that the end of a short replay is delivered.
  std::chrono::milliseconds linger{500};
};

/// Made, used and closed by one thread (ZeroMQ's rule). Two frames a message: topic, JSON.
class Feed : public FeedSink {
 public:
  /// Throws ConfigError if the endpoint cannot be bound.
  explicit Feed(const FeedOptions& options);
  ~Feed() override;

  /// Never blocks. A subscriber whose queue is full loses the message; the others get it.
  void publish(const OutgoingMessage& message) override;
  /// Times that a subscriber's queue ran full. It loses everything from then until it has caught up (`seq`
  /// tells it how much), which counts once.
  std::uint64_t full_queues() const override;
  /// False if nobody has subscribed to anything within `timeout`.
  bool wait_for_subscriber(std::chrono::milliseconds timeout);
  /// The bound address, with the port that the system chose for "tcp://127.0.0.1:*".
  std::string last_endpoint() const;

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace windhover::sensor
