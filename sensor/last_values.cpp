#include "sensor/last_values.hpp"

#include <algorithm>
#include <utility>

namespace windhover::sensor {
namespace {

constexpr std::chrono::seconds kEndedStays{60};
constexpr std::chrono::seconds kBetweenCollections{1};
constexpr std::size_t kMostPrefixes = 64;  // more are taken for all

std::size_t size_of(const LastValues::Topics::value_type& entry) {
  return entry.first.size() + entry.second.json.size();
}

}  // namespace

void LastValues::put(const OutgoingMessage& message, Instant now) {
  const bool ends = message.holds_for.count() <= 0;
  if (ends && !numbers_.contains(message.kind)) return;
  numbers_[message.kind] = message.seq;
  erase_ended(message.kind);
  if (const auto old = topics_.find(message.topic); old != topics_.end()) erase(old);
  const Instant until = now + (ends ? kEndedStays : message.holds_for);
  const auto [at, added] =
      topics_.emplace(message.topic, Value{message.kind, message.seq, message.json, until, ends});
  expiry_.emplace(until, message.topic);
  bytes_ += size_of(*at);
  if (ends) ended_[message.kind] = message.topic;
  make_room();
}

void LastValues::expire(Instant now) {
  while (!expiry_.empty() && expiry_.begin()->first <= now) erase(topics_.find(expiry_.begin()->second));
}

void LastValues::make_room() {
  while (topics_.size() > kMostTopics || bytes_ > kMostBytes) erase(topics_.find(expiry_.begin()->second));
}

void LastValues::erase(Topics::iterator at) {
  bytes_ -= size_of(*at);
  expiry_.erase({at->second.until, at->first});
  topics_.erase(at);
}

void LastValues::erase_ended(std::string_view kind) {
  const auto ended = ended_.find(kind);
  if (ended == ended_.end()) return;
  const auto at = topics_.find(ended->second);
  if (at != topics_.end() && at->second.has_ended) erase(at);
  ended_.erase(ended);
}

void Repeats::want(std::string_view prefix) {
  if (prefixes_.size() < kMostPrefixes)
    prefixes_.emplace(prefix);
  else
    prefixes_ = {""};
}

const LastValues::Topics::value_type* Repeats::next(const LastValues& values, Instant now) {
  if (queue_.empty() && !prefixes_.empty() && now >= next_collection_) {
    next_collection_ = now + kBetweenCollections;
    collect(values);
  }
  while (!queue_.empty()) {
    const Wanted wanted = std::move(queue_.back());
    queue_.pop_back();
    const auto at = values.topics().find(wanted.topic);
    // A newer one has gone out since, to the newcomer too.
    if (at != values.topics().end() && at->second.seq == wanted.seq) return &*at;
  }
  return nullptr;
}

void Repeats::collect(const LastValues& values) {
  std::set<std::pair<std::uint64_t, std::string>> wanted;  // topics that two prefixes ask for once
  for (const std::string& prefix : std::exchange(prefixes_, {}))
    for (auto at = values.topics().lower_bound(prefix);
         at != values.topics().end() && at->first.starts_with(prefix); ++at)
      wanted.emplace(at->second.seq, at->first);
  for (const auto& [seq, topic] : wanted) queue_.push_back({seq, topic});
}

}  // namespace windhover::sensor
