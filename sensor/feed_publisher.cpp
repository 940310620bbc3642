#include "sensor/feed_publisher.hpp"

#include <algorithm>

namespace windhover::sensor {
namespace {

// A subscription is a topic prefix; nothing longer is taken in, whoever sends it.
constexpr std::int64_t kMostTopicBytes = 1024;
constexpr std::string_view kSpectrumTopics = "wh1.spectrum";
constexpr int kRepeatsAtOnce = 100;
// ZeroMQ keeps every subscription that it is sent, without a limit. Beyond this, which no honest clients
// reach, the socket is opened anew: everybody is disconnected, and comes back with what they really want.
constexpr std::int64_t kMostSubscriptionBytes = 16 << 20;
constexpr std::int64_t kBytesASubscription = 100;  // about, beside its text
// ZeroMQ passes on that somebody takes back what he never asked for. So this is of all that have come since
// the socket was opened, whatever is said to have gone again; a client that comes each minute takes weeks.
constexpr std::int64_t kMostBytesEver = 4 * kMostSubscriptionBytes;

}  // namespace

FeedPublisher::FeedPublisher(zmq::context_t& context, const ServerAddress& address, int queue_messages,
                             std::chrono::milliseconds linger)
    : socket_(context, zmq::socket_type::xpub, address, kMostTopicBytes, [=](zmq::socket_t& xpub) {
        xpub.set(zmq::sockopt::sndhwm, std::max(queue_messages, 1));
        never_stop_input(xpub);
        xpub.set(zmq::sockopt::linger, static_cast<int>(linger.count()));
        xpub.set(zmq::sockopt::xpub_verboser, true);  // each one that comes and goes is told
        xpub.set(zmq::sockopt::xpub_nodrop, true);    // see publish()
      }) {}

void FeedPublisher::publish(const OutgoingMessage& message) {
  if (!socket_.try_open() || send(message.topic, message.json, message.levels)) return;
  // ZeroMQ looks only now and then at what the other side has taken, and until then holds a queue for full
  // that is empty. Asking for events makes it look.
  (void)socket_.get().get(zmq::sockopt::events);
  if (send(message.topic, message.json, message.levels)) return;
  // Only with NODROP does the socket say that a queue is full, but then it would send to nobody. So: count,
  // and send again in the lossy way, which skips the full queues alone.
  ++full_queues_[std::string(message.kind)];
  send_to_those_with_room(message.topic, message.json, message.levels);
}

void FeedPublisher::serve(const LastValues& values, LastValues::Instant now) {
  if (!socket_.try_open()) return;
  if (!read_subscriptions() || subscription_bytes_ > kMostSubscriptionBytes || bytes_ever_ > kMostBytesEver)
    return reopen();
  for (int i = 0; i < kRepeatsAtOnce; ++i) {
    const auto* value = repeats_.next(values, now);
    if (value == nullptr) return;
    send_to_those_with_room(value->first, value->second.json);
  }
}

void FeedPublisher::reopen() {
  socket_.close();
  subscriptions_ = spectrum_subscriptions_ = subscription_bytes_ = bytes_ever_ = 0;
  reader_ = MessageReader(1);
  ++reopened_;
}

// The socket must be read: what nobody takes it keeps.
bool FeedPublisher::read_subscriptions() {
  int budget = kMostPartsAtOnce;
  for (auto found = reader_.read(socket_.get(), budget); found != MessageReader::Found::nothing;
       found = reader_.read(socket_.get(), budget))
    take_subscription(reader_.parts().front());
  return budget > 0;
}

// 1 and a prefix: subscribes; 0 and a prefix: no longer. All else is thrown away.
void FeedPublisher::take_subscription(std::string_view message) {
  if (message.empty() || (message[0] != '\0' && message[0] != '\1')) return;
  const bool comes = message[0] == '\1';
  const auto count = [&](std::int64_t& all, std::int64_t these) {
    all = std::max<std::int64_t>(0, all + (comes ? these : -these));
  };
  const std::int64_t bytes = static_cast<std::int64_t>(message.size()) + kBytesASubscription;
  count(subscriptions_, 1);
  if (message.substr(1).starts_with(kSpectrumTopics)) count(spectrum_subscriptions_, 1);
  count(subscription_bytes_, bytes);
  if (!comes) return;
  bytes_ever_ += bytes;
  repeats_.want(message.substr(1));
}

bool FeedPublisher::send(std::string_view topic, std::string_view json, Octets levels) {
  const auto part = [&](const auto& octets, zmq::send_flags more) {
    return uninterrupted([&] {
      return socket_.get().send(zmq::buffer(octets), more | zmq::send_flags::dontwait).has_value();
    });
  };
  if (!part(topic, zmq::send_flags::sndmore)) return false;
  if (levels.empty()) return part(json, zmq::send_flags::none);
  return part(json, zmq::send_flags::sndmore) &&
         part(std::string_view(reinterpret_cast<const char*>(levels.data()), levels.size()),
              zmq::send_flags::none);
}

void FeedPublisher::send_to_those_with_room(std::string_view topic, std::string_view json, Octets levels) {
  socket_.get().set(zmq::sockopt::xpub_nodrop, false);
  send(topic, json, levels);
  socket_.get().set(zmq::sockopt::xpub_nodrop, true);
}

}  // namespace windhover::sensor
