#pragma once
// A socket of the feed that binds, with its CURVE keys, and that can be closed and bound again to be rid of
// its clients. Shows ZeroMQ; for the .cpp files of the feed only.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sensor/zmq_sockets.hpp"

namespace windhover::sensor {

struct ServerAddress {
  std::string endpoint;
  std::optional<CurveKeyPair> curve{};  ///< then the context's ZAP handler decides who may connect
};

class ServerSocket {
 public:
  using SetOptions = std::function<void(zmq::socket_t&)>;

  /// `set` is for what is special to the socket, before it is bound. Throws ConfigError if it cannot be
  /// bound.
  ServerSocket(zmq::context_t& context, zmq::socket_type type, const ServerAddress& address,
               std::int64_t most_part_bytes, SetOptions set);

  /// Closes the socket and with it all connections. The system frees the address a little later: call
  /// try_open() until it succeeds.
  void close();
  bool is_open() const { return static_cast<bool>(socket_.handle()); }
  bool try_open();
  zmq::socket_t& get() { return socket_; }
  /// With the port that the system chose for "tcp://127.0.0.1:*"; it stays the same.
  const std::string& endpoint() const { return address_.endpoint; }

 private:
  void open();

  zmq::context_t& context_;
  zmq::socket_type type_;
  ServerAddress address_;
  std::int64_t most_part_bytes_;
  SetOptions set_;
  zmq::socket_t socket_;
};

}  // namespace windhover::sensor
