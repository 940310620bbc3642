#include "sensor/snapshot_server.hpp"

#include <algorithm>
#include <utility>

#include "sensor/feed_protocol.hpp"

namespace windhover::sensor {
namespace {

constexpr std::int64_t kMostRequestPartBytes = 1024;
constexpr std::size_t kMostPrefixBytes = 256;
constexpr std::size_t kRequestParts = 3;  // client, word, prefix
constexpr std::size_t kMostJobs = 32;
constexpr int kSlice = 50;  // messages of one snapshot at a time
constexpr std::size_t kSlicesAtOnce = 4;
constexpr std::chrono::seconds kClientPatience{2};  // with a client that takes nothing of its snapshot

void set_options(zmq::socket_t& router) {
  never_stop_input(router);
  router.set(zmq::sockopt::sndhwm, 1000);
  // So that the socket tells when a client's queue is full instead of dropping the message.
  router.set(zmq::sockopt::router_mandatory, true);
}

}  // namespace

SnapshotServer::SnapshotServer(zmq::context_t& context, const ServerAddress& address, FeedIdentity identity)
    : socket_(context, zmq::socket_type::router, address, kMostRequestPartBytes, set_options),
      identity_(std::move(identity)),
      reader_(kRequestParts) {}

void SnapshotServer::serve(const LastValues& values, Instant now) {
  if (!socket_.try_open()) return;
  int budget = kMostPartsAtOnce;
  for (auto found = reader_.read(socket_.get(), budget); found != MessageReader::Found::nothing;
       found = reader_.read(socket_.get(), budget)) {
    if (found == MessageReader::Found::message)
      take_request(reader_.parts(), values, now);
    else
      ++bad_requests_;
  }
  if (budget == 0) {
    ++reopened_;
    return reopen();
  }
  std::size_t slices = std::min(jobs_.size(), kSlicesAtOnce);
  for (; slices > 0; --slices) {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    const std::size_t before = job.topics;
    const bool goes_on = send_slice(job, values);
    if (job.topics > before) job.last_progress = now;
    if (goes_on && now - job.last_progress < kClientPatience) jobs_.push_back(std::move(job));
  }
}

void SnapshotServer::reopen() {
  socket_.close();
  jobs_.clear();
  reader_ = MessageReader(kRequestParts);
}

void SnapshotServer::take_request(const std::vector<std::string>& parts, const LastValues& values,
                                  Instant now) {
  if (parts.size() == 2 && parts[1] == kPing) {
    send(parts[0], kPong, pong_json(identity_));
    return;
  }
  const bool is_request = parts.size() == kRequestParts && parts[1] == kSnapshotRequest &&
                          parts[2].size() <= kMostPrefixBytes && jobs_.size() < kMostJobs &&
                          std::ranges::find(jobs_, parts[0], &Job::client) == jobs_.end();
  if (is_request)
    jobs_.push_back({parts[0], parts[2], now, values.numbers()});
  else
    ++bad_requests_;
}

// Topics that come or change meanwhile have higher numbers than the job's, so the feed brings them as well.
bool SnapshotServer::send_slice(Job& job, const LastValues& values) {
  const auto& topics = values.topics();
  auto at = job.last_topic.empty() ? topics.lower_bound(job.prefix) : topics.upper_bound(job.last_topic);
  for (int i = 0; i < kSlice; ++i, ++at) {
    if (at == topics.end() || !at->first.starts_with(job.prefix)) {
      const std::string end = snapshot_end_json(identity_, job.prefix, job.topics, job.numbers);
      const Sent sent = send(job.client, kSnapshotEnd, end);
      if (sent == Sent::yes) ++snapshots_;
      return sent == Sent::queue_full;
    }
    if (!at->second.has_ended) {
      const Sent sent = send(job.client, at->first, at->second.json);
      if (sent != Sent::yes) return sent == Sent::queue_full;
      ++job.topics;
    }
    job.last_topic = at->first;
  }
  return true;
}

SnapshotServer::Sent SnapshotServer::send(const std::string& client, std::string_view first,
                                          std::string_view second) {
  const auto part = [&](std::string_view text, zmq::send_flags more) {
    return uninterrupted(
        [&] { return socket_.get().send(zmq::buffer(text), more | zmq::send_flags::dontwait).has_value(); });
  };
  try {
    // If there is room for the first part there is for all: queues count messages.
    if (!part(client, zmq::send_flags::sndmore)) return Sent::queue_full;
    part(first, zmq::send_flags::sndmore);
    part(second, zmq::send_flags::none);
  } catch (const zmq::error_t& error) {
    if (error.num() != EHOSTUNREACH) throw;
    return Sent::client_gone;
  }
  return Sent::yes;
}

}  // namespace windhover::sensor
