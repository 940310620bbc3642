#pragma once
// ZAP (ZeroMQ RFC 27): the sockets of a context ask here, at inproc://zeromq.zap.01, whether a client may
// connect. Shows ZeroMQ; for feed.cpp only.

#include <cstdint>

#include "sensor/access_list.hpp"
#include "sensor/zmq_sockets.hpp"

namespace windhover::sensor {

inline constexpr const char* kZapDomain = "windhover";

/// Lets in CURVE clients of our domain whose key is on the list, and nobody else. Exists before the first
/// socket with kZapDomain is bound and is served by the same thread; until it is, clients wait in their
/// handshake.
class ZapHandler {
 public:
  ZapHandler(zmq::context_t& context, const AccessList& allowed);

  /// Answers what has been asked, a bounded number.
  void serve();
  std::uint64_t refused() const { return refused_; }
  zmq::socket_t& socket() { return socket_; }

 private:
  void answer(const std::vector<std::string>& request);

  const AccessList& allowed_;
  zmq::socket_t socket_;
  MessageReader reader_;
  std::uint64_t refused_ = 0;
};

}  // namespace windhover::sensor
