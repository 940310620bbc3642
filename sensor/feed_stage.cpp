#include "sensor/feed_stage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <utility>

#include "sensor/claims.hpp"
#include "sensor/feed_json.hpp"

namespace windhover::sensor {
namespace {

// A strong burst between two channels is decoded in both; the estimates of its start and carrier then differ
// by far less than this, and no transmitter repeats itself so soon on one carrier.
constexpr double kSameStart_s = 150e-6;
constexpr double kSameCarrier_hz = 100e3;
// How far apart in stream time the copies may be handed over, and how many frames are remembered for that.
constexpr double kRemembered_s = 0.25;
constexpr std::size_t kMostRemembered = 1024;

double carrier_hz(const decoders::RfFacts& rf) { return rf.centre.value + static_cast<double>(rf.cfo_hz); }

}  // namespace

std::string new_boot_id() {
  std::random_device random;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
  return text.data();
}

FeedStage::FeedStage(FeedStageOptions options, std::vector<FeedSink*> sinks)
    : options_(std::move(options)), sinks_(std::move(sinks)), tracker_(options_.tracker) {}

void FeedStage::on_frame(const TimedFrame& frame, UtcTime now) {
  advance(now);
  if (is_duplicate(frame)) {
    ++counts_.duplicates;
    return;
  }
  ++counts_.frames[std::string(frame.frame.protocol)];
  const auto authentications = authentications_.take(frame);
  const FrameMessage message{head("frame", frame.at.time), tracker_.on_frame(frame, now, authentications),
                             frame, authentications};
  send("frame", message.aircraft_id, to_json(message));
  advance(now);
}

void FeedStage::on_reject(const TimedReject& reject, UtcTime now) {
  advance(now);
  ++counts_.rejects[std::string(reject.attempt.protocol)][std::string(to_string(reject.attempt.reason))];
  if (options_.publish_rejects)
    send("reject", {}, to_json(RejectMessage{head("reject", reject.at.time), reject}));
}

void FeedStage::on_others(const OthersHeard& others) {
  counts_.others[std::string(others.decoder)] += others.count;
}

void FeedStage::on_status(const StreamStatus& stream, UtcTime now) {
  advance(now);
  tell_status(stream, now);
}

void FeedStage::advance(UtcTime now) {
  tracker_.advance(now, due_);
  tell(due_);
}

void FeedStage::finish(const StreamStatus& stream, UtcTime now) {
  tracker_.finish(now, due_);
  tell(due_);
  tell_status(stream, now);
  recent_.clear();  // the next stream counts its seconds anew
}

bool FeedStage::is_duplicate(const TimedFrame& frame) {
  const double start_s = frame.at.start_s;
  const double carrier = carrier_hz(frame.frame.rf);
  while (!recent_.empty() &&
         (recent_.size() >= kMostRemembered || recent_.front().start_s < start_s - kRemembered_s))
    recent_.pop_front();
  const bool heard_before = std::any_of(recent_.begin(), recent_.end(), [&](const RecentFrame& other) {
    return std::abs(other.start_s - start_s) < kSameStart_s &&
           std::abs(other.carrier_hz - carrier) < kSameCarrier_hz && other.protocol == frame.frame.protocol &&
           other.payload == frame.frame.payload;
  });
  if (!heard_before) recent_.push_back({start_s, carrier, frame.frame.protocol, frame.frame.payload});
  return heard_before;
}

void FeedStage::tell(std::vector<AircraftMessage>& aircraft) {
  for (AircraftMessage& message : aircraft) {
    message.head = head("aircraft", message.head.time);
    send("aircraft", message.id, to_json(message));
  }
  aircraft.clear();
}

void FeedStage::tell_status(const StreamStatus& stream, UtcTime now) {
  counts_.aircraft = tracker_.size();
  counts_.authentications = authentications_.counters();
  counts_.aircraft_evicted = tracker_.evicted();
  counts_.full_queues = 0;
  for (const FeedSink* sink : sinks_) counts_.full_queues += sink->full_queues();
  send("status", {}, to_json(StatusMessage{head("status", now), WINDHOVER_VERSION, stream, counts_}));
}

MessageHead FeedStage::head(std::string_view kind, UtcTime time) {
  return {options_.node, options_.boot, ++last_seq_[kind], time};
}

void FeedStage::send(std::string_view kind, std::string_view id, std::string json) {
  OutgoingMessage message{kind, "wh1.", std::move(json)};
  message.topic.append(kind).append(1, '.').append(topic_part(options_.node));
  if (!id.empty()) message.topic.append(1, '.').append(id);
  for (FeedSink* sink : sinks_) sink->publish(message);
}

}  // namespace windhover::sensor
