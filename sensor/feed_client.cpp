#include "sensor/feed_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/feed_protocol.hpp"
#include "sensor/feed_sequence.hpp"
#include "sensor/zmq_sockets.hpp"

namespace windhover::sensor {
namespace {

using namespace std::chrono;
using Clock = steady_clock;

constexpr std::int64_t kMostPartBytes = 4 << 20;
constexpr int kMessagesAhead = 10'000;  // that may wait here before they are lost
constexpr std::size_t kMostParts = 3;   // topic, body, and the rows of a spectrum
constexpr int kPartsAtOnce = 2000;
constexpr milliseconds kSnapshotPatience{2000};
constexpr milliseconds kSnapshotRetry{500};  // after one that was not answered
constexpr seconds kLongestSilence{5};
constexpr milliseconds kBetweenSilenceLooks{500};  // at how long it has lasted
constexpr const char* kLifeSign = "wh1.status.";   // whatever else is asked for: every second

std::string common_prefix(const std::vector<std::string>& topics) {
  std::string common = topics.empty() ? std::string() : topics.front();
  for (const std::string& topic : topics) {
    const auto differ = std::mismatch(common.begin(), common.end(), topic.begin(), topic.end());
    common.erase(differ.first, common.end());
  }
  return common;
}

}  // namespace

struct FeedClient::Sockets {
  struct Request {
    Request(zmq::socket_t socket, Clock::time_point until) : dealer(std::move(socket)), deadline(until) {}
    zmq::socket_t dealer;  // one each, so that no answer is taken for that to another
    MessageReader reader{kMostParts};
    Clock::time_point deadline;
  };

  explicit Sockets(const FeedClientOptions& wanted) : options(wanted), sequence(wanted.topics) {
    if (options.snapshot_endpoint.empty()) options.snapshot_endpoint = snapshot_endpoint_of(options.endpoint);
    subscribe();
    manage_request();
  }

  void subscribe() {
    sub = zmq::socket_t(context, zmq::socket_type::sub);
    live = MessageReader(kMostParts);
    sub.set(zmq::sockopt::rcvhwm, kMessagesAhead);
    connect(sub, options.endpoint);
    for (const std::string& topic : options.topics) sub.set(zmq::sockopt::subscribe, topic);
    sub.set(zmq::sockopt::subscribe, kLifeSign);
    subscribed = Clock::now();
  }

  // ZeroMQ connects again by itself after a loss, but not after it was refused: perhaps we are on the list
  // now.
  void renew_if_silent() {
    if (Clock::now() - std::max(last_heard, subscribed) > kLongestSilence) subscribe();
  }

  void connect(zmq::socket_t& socket, const std::string& endpoint) {
    set_common_options(socket, endpoint, kMostPartBytes);
    try {
      if (options.curve) set_curve_client(socket, *options.curve);
      socket.connect(endpoint);
    } catch (const zmq::error_t& error) {
      throw ConfigError("'" + endpoint + "' is no feed address (" + error.what() + "); give one such as " +
                        kDefaultFeedEndpoint);
    }
  }

  void manage_request() {
    const auto now = Clock::now();
    if (request && now >= request->deadline) {
      sequence.give_up_snapshot();
      end_request(now + kSnapshotRetry);
    }
    if (request || !sequence.wants_snapshot() || now < next_request) return;
    request.emplace(zmq::socket_t(context, zmq::socket_type::dealer), now + kSnapshotPatience);
    connect(request->dealer, options.snapshot_endpoint);
    const std::string prefix = common_prefix(options.topics);
    request->dealer.send(zmq::buffer(kSnapshotRequest), zmq::send_flags::sndmore);
    request->dealer.send(zmq::buffer(prefix), zmq::send_flags::none);
    sequence.begin_snapshot();
  }

  void end_request(Clock::time_point next) {
    request.reset();
    next_request = next;
  }

  // False on a signal.
  bool wait(milliseconds longest) {
    longest = std::min(longest, kBetweenSilenceLooks);
    const auto now = Clock::now();
    const auto until = [&](Clock::time_point due) { return std::max(ceil<milliseconds>(due - now), 0ms); };
    if (request) longest = std::min(longest, until(request->deadline));
    if (!request && sequence.wants_snapshot()) longest = std::min(longest, until(next_request));
    std::array<zmq::pollitem_t, 2> items{{{sub.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, 0, ZMQ_POLLIN, 0}}};
    if (request) items[1].socket = request->dealer.handle();
    try {
      zmq::poll(items.data(), request ? 2 : 1, longest);
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
      return false;
    }
    return true;
  }

  void receive() {
    int budget = kPartsAtOnce;
    for (auto found = live.read(sub, budget); found != MessageReader::Found::nothing;
         found = live.read(sub, budget)) {
      last_heard = Clock::now();
      auto& parts = live.parts();
      if (parts.size() < 2) parts.resize(2);  // told as garbled
      sequence.take_live(std::move(parts[0]), std::move(parts[1]));
    }
    budget = kPartsAtOnce;
    while (request && request->reader.read(request->dealer, budget) == MessageReader::Found::message)
      take_answer(request->reader.parts());
  }

  void take_answer(std::vector<std::string>& parts) {
    if (parts.size() < 2) return;
    if (parts[0] != kSnapshotEnd) return sequence.take_snapshot(std::move(parts[0]), std::move(parts[1]));
    sequence.end_snapshot(parts[1]);
    end_request(Clock::now() + kSnapshotRetry);
  }

  FeedClientOptions options;
  FeedSequence sequence;
  zmq::context_t context{1};
  zmq::socket_t sub;
  MessageReader live{kMostParts};
  Clock::time_point subscribed{}, last_heard{};
  std::optional<Request> request;
  Clock::time_point next_request{};
};

FeedClient::FeedClient(const FeedClientOptions& options) : sockets_(std::make_unique<Sockets>(options)) {}

FeedClient::~FeedClient() = default;

std::optional<FeedEvent> FeedClient::next(milliseconds wait) {
  const auto deadline = Clock::now() + wait;
  for (;;) {
    if (auto event = sockets_->sequence.next()) return event;
    sockets_->renew_if_silent();
    sockets_->manage_request();
    const auto left = std::max(ceil<milliseconds>(deadline - Clock::now()), 0ms);
    if (!sockets_->wait(left)) return std::nullopt;
    sockets_->receive();
    if (left.count() == 0) return sockets_->sequence.next();
  }
}

bool FeedClient::is_alive() const { return Clock::now() - sockets_->last_heard < kLongestSilence; }

bool FeedClient::is_complete() const { return sockets_->sequence.is_complete(); }

const FeedClientCounts& FeedClient::counts() const { return sockets_->sequence.counts(); }

}  // namespace windhover::sensor
