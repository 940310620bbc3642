#include "sensor/feed_sequence.hpp"

#include <algorithm>
#include <utility>

namespace windhover::sensor {
namespace {

// Bounds against a feed that sends without end.
constexpr std::size_t kMostHeld = 20'000;
constexpr std::size_t kMostHeldBytes = 64 << 20;
constexpr std::size_t kMostTopics = 20'000;
constexpr std::size_t kMostBoots = 1000;

}  // namespace

std::optional<FeedMessage> FeedSequence::read(std::string topic, std::string json) {
  auto heard = read_message(json);
  if (!heard) {
    ++counts_.garbled;
    return std::nullopt;
  }
  return FeedMessage{std::move(topic),         std::move(json),        std::move(heard->type),
                     std::move(heard->sensor), std::move(heard->boot), heard->seq};
}

bool FeedSequence::is_asked_for(std::string_view topic) const {
  return std::any_of(topics_.begin(), topics_.end(),
                     [&](const std::string& prefix) { return topic.starts_with(prefix); });
}

// Numbers count a kind. Who asks for single aircraft sees holes that are none: such a prefix goes on after
// wh1.<kind>.<node>.
bool FeedSequence::counts_losses_of(std::string_view topic) const {
  return std::any_of(topics_.begin(), topics_.end(), [&](const std::string& prefix) {
    const auto dots = std::count(prefix.begin(), prefix.end(), '.');
    return topic.starts_with(prefix) && (dots < 3 || (dots == 3 && prefix.back() == '.'));
  });
}

bool FeedSequence::is_repeat(const FeedMessage& message) {
  if (latest_.size() >= kMostTopics) latest_.clear();
  Last& last = latest_[message.topic];
  if (last.boot == message.boot && message.seq <= last.seq) return true;
  last = {message.boot, message.seq};
  return false;
}

bool FeedSequence::has_room(const FeedMessage& message) {
  held_bytes_ += message.json.size();
  if (held_.size() + snapshot_.size() < kMostHeld && held_bytes_ < kMostHeldBytes) return true;
  give_up_snapshot();
  return false;
}

void FeedSequence::take_live(std::string topic, std::string json) {
  auto message = read(std::move(topic), std::move(json));
  if (!message) return;
  if (waiting_ && has_room(*message))
    held_.push_back(std::move(*message));
  else
    deliver(std::move(*message));
}

void FeedSequence::deliver(FeedMessage message) {
  if (boots_.size() >= kMostBoots) boots_.clear();
  const auto [boot, is_new_sensor] = boots_.try_emplace(message.sensor, message.boot);
  if (boot->second != message.boot) {
    boot->second = message.boot;
    wants_snapshot_ = true;
  }
  if (!is_asked_for(message.topic)) return;
  if (counts_losses_of(message.topic))
    message.missing = watch_.missing_before({message.type, message.sensor, message.boot, message.seq, {}});
  counts_.lost += message.missing;
  if (message.missing > 0 && state_kinds_.contains(message.type)) wants_snapshot_ = true;
  if (is_repeat(message)) {
    ++counts_.repeats;
    return;
  }
  ++counts_.messages;
  ready_.push_back(std::move(message));
}

void FeedSequence::begin_snapshot() {
  waiting_ = true;
  snapshot_.clear();
}

void FeedSequence::take_snapshot(std::string topic, std::string json) {
  if (!waiting_) return;
  auto message = read(std::move(topic), std::move(json));
  if (message && has_room(*message)) snapshot_.push_back(std::move(*message));
}

void FeedSequence::end_snapshot(std::string_view json) {
  if (!waiting_) return;
  const auto end = read_snapshot_end(json);
  if (!end || end->topics != snapshot_.size()) return give_up_snapshot();
  ++counts_.snapshots;
  waiting_ = wants_snapshot_ = false;
  complete_ = true;
  boots_[end->sensor] = end->boot;
  state_kinds_ = end->seq;
  for (const auto& [kind, seq] : end->seq) watch_.expect_after({kind, end->sensor, end->boot, seq, {}});
  std::erase_if(snapshot_, [&](const FeedMessage& message) { return !is_asked_for(message.topic); });
  for (const FeedMessage& message : snapshot_) latest_[message.topic] = {message.boot, message.seq};
  ready_.push_back(FeedSnapshot{std::exchange(snapshot_, {})});
  held_bytes_ = 0;
  for (FeedMessage& message : std::exchange(held_, {})) {
    const auto at = state_kinds_.find(message.type);
    const bool is_in_snapshot =
        message.boot == end->boot && at != state_kinds_.end() && message.seq <= at->second;
    if (!is_in_snapshot) deliver(std::move(message));
  }
}

void FeedSequence::give_up_snapshot() {
  waiting_ = false;
  wants_snapshot_ = true;
  snapshot_.clear();
  held_bytes_ = 0;
  for (FeedMessage& message : std::exchange(held_, {})) deliver(std::move(message));
}

std::optional<FeedEvent> FeedSequence::next() {
  if (ready_.empty()) return std::nullopt;
  FeedEvent event = std::move(ready_.front());
  ready_.pop_front();
  return event;
}

}  // namespace windhover::sensor
