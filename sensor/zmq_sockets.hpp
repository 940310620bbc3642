#pragma once
// What the feed's sockets have in common. For the .cpp files that own sockets only: it shows ZeroMQ.

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "sensor/curve_keys.hpp"
#include "sensor/feed_endpoint.hpp"

namespace windhover::sensor {

/// A signal may interrupt any call on a socket; it says nothing about the message.
template <typename Call>
auto uninterrupted(Call call) {
  for (;;) {
    try {
      return call();
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }
}

// A dead peer is TCP's to find, not that of ZeroMQ's heartbeats: libzmq 4.3 (and its main branch as of 2025)
// ends the whole program by an assertion when a heartbeat, its own or the peer's, is due on a connection that
// was lost while its input was stopped because a queue was full.
inline constexpr int kProbe_s = 5, kProbes = 2, kPatience_ms = 15'000;

/// Before bind or connect. A peer that sends a part longer than `most_part_bytes`, does not finish its
/// handshake or acknowledges nothing for 15 s is disconnected; closing waits for nobody.
inline void set_common_options(zmq::socket_t& socket, const std::string& endpoint,
                               std::int64_t most_part_bytes) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::maxmsgsize, most_part_bytes);
  socket.set(zmq::sockopt::ipv6, !is_ipv4_endpoint(endpoint));
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, kProbe_s);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, kProbe_s);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, kProbes);
  socket.set(zmq::sockopt::tcp_maxrt, kPatience_ms);
  socket.set(zmq::sockopt::handshake_ivl, 5000);
}

/// For a socket that strangers connect to. Its input must never be stopped, see above: a client that sends
/// its own heartbeats and hangs up would end the program. So the queue has no limit, and the owner reads all
/// of it each time, up to kMostPartsAtOnce: what honest clients never reach. Beyond, the socket is opened
/// anew.
inline void never_stop_input(zmq::socket_t& socket) { socket.set(zmq::sockopt::rcvhwm, 0); }
inline constexpr int kMostPartsAtOnce = 5000;

inline void set_curve_client(zmq::socket_t& socket, const CurveClientKeys& keys) {
  socket.set(zmq::sockopt::curve_serverkey, keys.server_public_key);
  socket.set(zmq::sockopt::curve_publickey, keys.own.public_key);
  socket.set(zmq::sockopt::curve_secretkey, keys.own.secret_key);
}

/// Takes messages of several parts from a socket without waiting, a bounded number of parts at a time: a
/// message that is not finished goes on at the next call, and parts beyond the most are dropped.
class MessageReader {
 public:
  enum class Found { nothing, message, too_long };

  explicit MessageReader(std::size_t most_parts) : most_parts_(most_parts) {}

  /// Each part that is read takes one off `budget`; with none left, nothing is found.
  Found read(zmq::socket_t& socket, int& budget) {
    zmq::message_t part;
    const auto receive = [&] { return socket.recv(part, zmq::recv_flags::dontwait).has_value(); };
    while (budget > 0 && uninterrupted(receive)) {
      --budget;
      if (count_++ == 0) parts_.clear();
      if (count_ <= most_parts_) parts_.push_back(part.to_string());
      if (part.more()) continue;
      const bool whole = count_ <= most_parts_;
      count_ = 0;
      return whole ? Found::message : Found::too_long;
    }
    return Found::nothing;
  }
  /// Of the message found last.
  std::vector<std::string>& parts() { return parts_; }

 private:
  std::size_t most_parts_;
  std::size_t count_ = 0;
  std::vector<std::string> parts_;
};

}  // namespace windhover::sensor
