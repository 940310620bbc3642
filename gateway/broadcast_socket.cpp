#include "gateway/broadcast_socket.hpp"

#include <cerrno>
#include <utility>
#include <zmq.hpp>

#include "sensor/config_error.hpp"

namespace windhover::gateway {
namespace {

constexpr int kQueueMessages = 1000;  // per subscriber
constexpr int kLinger_ms = 200;
constexpr std::int64_t kMostIncomingBytes = 4096;  // a subscription is a prefix
// Those of one round. What honest subscribers never reach: beyond, all are disconnected and may come back.
constexpr int kMostSubscriptionsAtOnce = 5000;

// A signal may interrupt any call on a socket; it says nothing about the message.
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

}  // namespace

struct BroadcastSocket::Socket {
  zmq::context_t context{1};
  zmq::socket_t xpub;
  std::string endpoint;
  std::uint64_t sent = 0, full_queues = 0;
  std::int64_t subscriptions = 0;

  explicit Socket(std::string wanted) : endpoint(std::move(wanted)) { open(); }

  void open() {
    zmq::socket_t socket{context, zmq::socket_type::xpub};
    socket.set(zmq::sockopt::sndhwm, kQueueMessages);
    // libzmq 4.3 ends the program when a client hangs up whose input was stopped by a full queue.
    socket.set(zmq::sockopt::rcvhwm, 0);
    socket.set(zmq::sockopt::linger, kLinger_ms);
    socket.set(zmq::sockopt::maxmsgsize, kMostIncomingBytes);
    socket.set(zmq::sockopt::ipv6, endpoint.find('[') != std::string::npos);
    socket.set(zmq::sockopt::tcp_keepalive, 1);
    socket.set(zmq::sockopt::xpub_verboser,
               true);                             // every subscriber shows, not the first and the last alone
    socket.set(zmq::sockopt::xpub_nodrop, true);  // see send()
    socket.bind(endpoint);
    endpoint = socket.get(zmq::sockopt::last_endpoint);
    xpub = std::move(socket);
  }

  // The system frees the address of a socket that was closed a little later.
  bool try_open() {
    if (xpub.handle() != nullptr) return true;
    try {
      open();
    } catch (const zmq::error_t& error) {
      if (error.num() != EADDRINUSE) throw;
    }
    return xpub.handle() != nullptr;
  }

  void close() {
    xpub.set(zmq::sockopt::linger, 0);
    xpub.close();
    subscriptions = 0;
  }

  bool try_send(std::string_view message) {
    return uninterrupted(
        [&] { return xpub.send(zmq::buffer(message), zmq::send_flags::dontwait).has_value(); });
  }
};

BroadcastSocket::BroadcastSocket(const std::string& endpoint) {
  try {
    socket_ = std::make_unique<Socket>(endpoint);
  } catch (const zmq::error_t& error) {
    throw sensor::ConfigError("cannot publish at '" + endpoint + "' (" + error.what() +
                              "); give a free address of this machine");
  }
}

BroadcastSocket::~BroadcastSocket() = default;

void BroadcastSocket::send(std::string_view message) {
  if (!socket_->try_open()) return;
  ++socket_->sent;
  if (socket_->try_send(message)) return;
  // Only with NODROP does the socket say that a queue is full, but then it sends to nobody. So: count, and
  // send again in the lossy way, which skips the full queues alone.
  ++socket_->full_queues;
  socket_->xpub.set(zmq::sockopt::xpub_nodrop, false);
  socket_->try_send(message);
  socket_->xpub.set(zmq::sockopt::xpub_nodrop, true);
}

bool BroadcastSocket::has_new_subscriber() {
  if (!socket_->try_open()) return false;
  bool any = false;
  zmq::message_t message;
  const auto receive = [&] { return socket_->xpub.recv(message, zmq::recv_flags::dontwait).has_value(); };
  for (int i = 0; uninterrupted(receive); ++i) {
    if (i == kMostSubscriptionsAtOnce) {
      socket_->close();
      return false;
    }
    if (message.size() == 0) continue;
    const auto first = *static_cast<const std::uint8_t*>(message.data());
    if (first == 1) ++socket_->subscriptions;
    if (first == 0) --socket_->subscriptions;
    any |= first == 1;
  }
  return any;
}

bool BroadcastSocket::has_subscribers() const { return socket_->subscriptions > 0; }

std::uint64_t BroadcastSocket::sent() const { return socket_->sent; }
std::uint64_t BroadcastSocket::full_queues() const { return socket_->full_queues; }
std::string BroadcastSocket::endpoint() const { return socket_->endpoint; }

}  // namespace windhover::gateway
