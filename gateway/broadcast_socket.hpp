#pragma once
// A ZeroMQ socket that binds and sends each message as a single frame to whoever has connected.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace windhover::gateway {

/// Made, used and closed by one thread (ZeroMQ's rule).
class BroadcastSocket {
 public:
  /// Throws ConfigError if the endpoint cannot be bound.
  explicit BroadcastSocket(const std::string& endpoint);
  ~BroadcastSocket();

  /// Never blocks. A subscriber whose queue is full loses the message; the others get it.
  void send(std::string_view message);
  /// Takes in who has come and gone; somebody who subscribes without end gets all disconnected. True if
  /// somebody has come: time to tell the present state.
  bool has_new_subscriber();
  bool has_subscribers() const;

  std::uint64_t sent() const;
  std::uint64_t full_queues() const;  ///< times that a subscriber's queue ran full
  /// The bound address, with the port that the system chose for "tcp://127.0.0.1:*".
  std::string endpoint() const;

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

}  // namespace windhover::gateway
