#include "sensor/feed.hpp"

#include <algorithm>
#include <array>

#include "sensor/access_list.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed_publisher.hpp"
#include "sensor/last_values.hpp"
#include "sensor/snapshot_server.hpp"
#include "sensor/zap_handler.hpp"

namespace windhover::sensor {
namespace {

using namespace std::chrono;

ServerAddress address_of(const FeedOptions& options, const std::string& endpoint) {
  if (!is_local_endpoint(endpoint) && !options.access && !options.insecure)
    throw ConfigError(
        "other machines can reach '" + endpoint +
        "'; protect it with --curve-key and --allow, or say --insecure-feed if everybody on that "
        "network may read the feed");
  return {endpoint, options.access ? std::optional(options.access->keys) : std::nullopt};
}

std::string snapshot_endpoint(const FeedOptions& options) {
  return options.snapshot_endpoint.empty() ? snapshot_endpoint_of(options.endpoint)
                                           : options.snapshot_endpoint;
}

}  // namespace

struct Feed::Sockets {
  /// Exists only with an access list, and then before the sockets that ask it.
  struct Gate {
    Gate(zmq::context_t& context, const std::vector<std::filesystem::path>& places)
        : allowed(places), zap(context, allowed) {}
    AccessList allowed;
    ZapHandler zap;
  };

  explicit Sockets(const FeedOptions& options)
      : gate(options.access ? std::make_unique<Gate>(context, options.access->allowed) : nullptr),
        publisher(context, address_of(options, options.endpoint), options.queue_messages, options.linger),
        snapshots(context, address_of(options, snapshot_endpoint(options)), {options.node, options.boot}) {}

  void serve() {
    const auto now = steady_clock::now();
    if (gate) gate->zap.serve();
    // ZeroMQ asks only when a client connects. So whoever is taken off the list is thrown out with all
    // others, who are let in again.
    if (gate && gate->allowed.refresh(now)) disconnect_all();
    values.expire(now);
    publisher.serve(values, now);
    snapshots.serve(values, now);
  }

  void disconnect_all() {
    publisher.reopen();
    snapshots.reopen();
  }

  // False on a signal: the caller knows what to do.
  bool wait(milliseconds longest) {
    std::array<zmq::pollitem_t, 3> items{{{publisher.socket().get().handle(), 0, ZMQ_POLLIN, 0},
                                          {snapshots.socket().get().handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, 0, ZMQ_POLLIN, 0}}};
    if (gate) items[2].socket = gate->zap.socket().handle();
    try {
      zmq::poll(items.data(), gate ? 3 : 2, longest);
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
      return false;
    }
    return true;
  }

  zmq::context_t context{1};
  std::unique_ptr<Gate> gate;
  FeedPublisher publisher;
  SnapshotServer snapshots;
  LastValues values;
};

Feed::Feed(const FeedOptions& options)
    : FeedSink(options.operator_position), sockets_(std::make_unique<Sockets>(options)) {}

Feed::~Feed() = default;

void Feed::publish(const OutgoingMessage& message) {
  sockets_->values.put(message, steady_clock::now());
  sockets_->publisher.publish(message);
}

void Feed::serve() { sockets_->serve(); }

bool Feed::wants_spectrum() const { return sockets_->publisher.has_spectrum_subscribers(); }

std::optional<FeedHealth> Feed::health() const {
  FeedHealth health;
  health.full_queues = sockets_->publisher.full_queues();
  health.topics = sockets_->values.topics().size();
  health.snapshots = sockets_->snapshots.snapshots();
  health.bad_requests = sockets_->snapshots.bad_requests();
  health.refused_clients = sockets_->gate ? sockets_->gate->zap.refused() : 0;
  health.reopened = sockets_->publisher.reopened() + sockets_->snapshots.reopened();
  return health;
}

void Feed::set_allowed(const std::vector<std::filesystem::path>& places) {
  if (!sockets_->gate) throw ConfigError("a feed without keys has no list of those who may subscribe");
  if (sockets_->gate->allowed.replace(places)) sockets_->disconnect_all();
}

bool Feed::wait_for_subscriber(milliseconds timeout) {
  constexpr milliseconds kBetweenLooks{100};  // at sockets that are not open
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    sockets_->serve();
    if (sockets_->publisher.has_subscribers()) return true;
    const auto left = ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0 || !sockets_->wait(std::min(left, kBetweenLooks))) return false;
  }
}

std::string Feed::last_endpoint() const { return sockets_->publisher.socket().endpoint(); }

std::string Feed::last_snapshot_endpoint() const { return sockets_->snapshots.socket().endpoint(); }

}  // namespace windhover::sensor
