#include "sensor/feed.hpp"

#include <algorithm>
#include <string_view>
#include <zmq.hpp>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

using namespace std::chrono;

// A subscription is a topic prefix; nothing longer is taken in, whoever sends it.
constexpr std::int64_t kMostIncomingBytes = 4096;
// Subscriptions read at one go, so that a flood of them cannot hold the caller.
constexpr int kMostSubscriptionsAtOnce = 1000;
constexpr milliseconds kHeartbeat{5000};
constexpr milliseconds kHeartbeatTimeout{15000};

// With IPv6 on, 127.0.0.1 would be bound and shown as ::ffff:127.0.0.1.
bool is_ipv4_address(std::string_view endpoint) {
  constexpr std::string_view scheme = "tcp://";
  return endpoint.starts_with(scheme) && endpoint.size() > scheme.size() && endpoint[scheme.size()] >= '0' &&
         endpoint[scheme.size()] <= '9';
}

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

struct Feed::Socket {
  zmq::context_t context{1};
  zmq::socket_t xpub{context, zmq::socket_type::xpub};
  std::int64_t subscriptions = 0;
  std::uint64_t full_queues = 0;

  // The socket must be read: what nobody takes it keeps. Bytes that are no subscription are thrown away.
  void read_subscriptions() {
    zmq::message_t message;
    const auto receive = [&] { return xpub.recv(message, zmq::recv_flags::dontwait).has_value(); };
    for (int i = 0; i < kMostSubscriptionsAtOnce && uninterrupted(receive); ++i) {
      if (message.size() == 0) continue;
      const auto first = *static_cast<const std::uint8_t*>(message.data());
      if (first == 1) ++subscriptions;
      if (first == 0) --subscriptions;
    }
  }

  bool send(const std::string& text, zmq::send_flags flags) {
    return uninterrupted(
        [&] { return xpub.send(zmq::buffer(text), flags | zmq::send_flags::dontwait).has_value(); });
  }
};

Feed::Feed(const FeedOptions& options) : socket_(std::make_unique<Socket>()) {
  auto& xpub = socket_->xpub;
  xpub.set(zmq::sockopt::sndhwm, std::max(options.queue_messages, 1));
  xpub.set(zmq::sockopt::linger, static_cast<int>(options.linger.count()));
  xpub.set(zmq::sockopt::maxmsgsize, kMostIncomingBytes);
  xpub.set(zmq::sockopt::ipv6, !is_ipv4_address(options.endpoint));
  xpub.set(zmq::sockopt::tcp_keepalive, 1);
  xpub.set(zmq::sockopt::heartbeat_ivl, static_cast<int>(kHeartbeat.count()));
  xpub.set(zmq::sockopt::heartbeat_timeout, static_cast<int>(kHeartbeatTimeout.count()));
  xpub.set(zmq::sockopt::xpub_nodrop, true);  // see publish()
  try {
    xpub.bind(options.endpoint);
  } catch (const zmq::error_t& error) {
    throw ConfigError("cannot offer the feed at '" + options.endpoint + "' (" + error.what() +
                      "); give a free address of this machine such as " + kDefaultFeedEndpoint);
  }
}

Feed::~Feed() = default;

void Feed::publish(const OutgoingMessage& message) {
  socket_->read_subscriptions();
  if (socket_->send(message.topic, zmq::send_flags::sndmore)) {
    socket_->send(message.json, zmq::send_flags::none);
    return;
  }
  // Only with NODROP does the socket say that a queue is full, but then it would send to nobody. So: count,
  // and send again in the lossy way, which skips the full queues alone.
  ++socket_->full_queues;
  socket_->xpub.set(zmq::sockopt::xpub_nodrop, false);
  if (socket_->send(message.topic, zmq::send_flags::sndmore))
    socket_->send(message.json, zmq::send_flags::none);
  socket_->xpub.set(zmq::sockopt::xpub_nodrop, true);
}

std::uint64_t Feed::full_queues() const { return socket_->full_queues; }

bool Feed::wait_for_subscriber(milliseconds timeout) {
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    socket_->read_subscriptions();
    if (socket_->subscriptions > 0) return true;
    const auto left = duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    zmq::pollitem_t item{socket_->xpub, 0, ZMQ_POLLIN, 0};
    try {
      zmq::poll(&item, 1, left);
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
      return false;  // a signal: the caller knows what to do
    }
  }
}

std::string Feed::last_endpoint() const { return socket_->xpub.get(zmq::sockopt::last_endpoint); }

}  // namespace windhover::sensor
