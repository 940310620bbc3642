#pragma once
// The feed's second socket (ROUTER): the present state for whoever asks, in the words of feed_protocol.hpp.
// It never waits: answers go out a slice at a time, as fast as the client takes them. Shows ZeroMQ; for
// feed.cpp only.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "sensor/last_values.hpp"
#include "sensor/server_socket.hpp"
#include "sensor/snapshot_json.hpp"
#include "sensor/zmq_sockets.hpp"

namespace windhover::sensor {

class SnapshotServer {
 public:
  using Instant = LastValues::Instant;

  /// Throws ConfigError if the address cannot be bound.
  SnapshotServer(zmq::context_t& context, const ServerAddress& address, FeedIdentity identity);

  /// Takes in requests and sends on what is under way: bounded work, whatever clients do.
  void serve(const LastValues& values, Instant now);
  /// Disconnects everybody.
  void reopen();
  ServerSocket& socket() { return socket_; }
  std::uint64_t snapshots() const { return snapshots_; }
  /// Requests that were none, or too many at once; they get no answer.
  std::uint64_t bad_requests() const { return bad_requests_; }
  /// Times that all clients were disconnected because one asked without end.
  std::uint64_t reopened() const { return reopened_; }

 private:
  enum class Sent : std::uint8_t { yes, queue_full, client_gone };
  struct Job {
    std::string client, prefix;
    Instant last_progress;
    LastValues::Numbers numbers;  // when it began: what follows comes by the feed
    std::string last_topic{};     // sent
    std::size_t topics = 0;       // sent
  };

  void take_request(const std::vector<std::string>& parts, const LastValues& values, Instant now);
  /// False when there is nothing more to do for it.
  bool send_slice(Job& job, const LastValues& values);
  Sent send(const std::string& client, std::string_view first, std::string_view second);

  ServerSocket socket_;
  FeedIdentity identity_;
  MessageReader reader_;
  std::deque<Job> jobs_;
  std::uint64_t snapshots_ = 0, bad_requests_ = 0, reopened_ = 0;
};

}  // namespace windhover::sensor
