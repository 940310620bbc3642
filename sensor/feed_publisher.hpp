#pragma once
// The feed's first socket (XPUB): every message to everybody who has subscribed to it, without ever waiting
// for one of them. Shows ZeroMQ; for feed.cpp only.

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "sensor/last_values.hpp"
#include "sensor/server_socket.hpp"
#include "sensor/zmq_sockets.hpp"

namespace windhover::sensor {

class FeedPublisher {
 public:
  /// Throws ConfigError if the address cannot be bound. `queue_messages` for each subscriber.
  FeedPublisher(zmq::context_t& context, const ServerAddress& address, int queue_messages,
                std::chrono::milliseconds linger);

  /// Never blocks. A subscriber whose queue is full loses the message; the others get it.
  void publish(const OutgoingMessage& message);
  /// Takes in subscriptions and sends last values again to who has just come: bounded work.
  void serve(const LastValues& values, LastValues::Instant now);
  /// Disconnects everybody.
  void reopen();

  bool has_subscribers() const { return subscriptions_ > 0; }
  bool has_spectrum_subscribers() const { return spectrum_subscriptions_ > 0; }
  ServerSocket& socket() { return socket_; }
  /// Times that a subscriber's queue ran full, by the kind of the message that found no room. The subscriber
  /// then loses everything until it has caught up, which ZeroMQ does not count; by `seq` it knows itself.
  const std::map<std::string, std::uint64_t>& full_queues() const { return full_queues_; }
  std::uint64_t reopened() const { return reopened_; }

 private:
  bool read_subscriptions();  // false: there are more than anybody honest sends
  void take_subscription(std::string_view message);
  using Octets = std::span<const std::uint8_t>;
  bool send(std::string_view topic, std::string_view json, Octets levels);
  void send_to_those_with_room(std::string_view topic, std::string_view json, Octets levels = {});

  ServerSocket socket_;
  MessageReader reader_{1};
  Repeats repeats_;
  std::int64_t subscriptions_ = 0, spectrum_subscriptions_ = 0;
  std::int64_t subscription_bytes_ = 0;  // that the socket holds, if its clients are honest
  std::int64_t bytes_ever_ = 0;          // that it held at most, if they are not
  std::map<std::string, std::uint64_t> full_queues_;
  std::uint64_t reopened_ = 0;
};

}  // namespace windhover::sensor
