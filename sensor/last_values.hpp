#pragma once
// The present state as the feed has told it: the last message of every topic that holds. What it keeps is
// bounded.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

class LastValues {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Value {
    std::string_view kind;
    std::uint64_t seq = 0;
    std::string json;
    Instant until{};
    bool has_ended = false;  ///< kept for its number only, as the last message of its kind
  };
  using Topics = std::map<std::string, Value, std::less<>>;
  using Numbers = std::map<std::string_view, std::uint64_t>;

  static constexpr std::size_t kMostTopics = 8192;
  static constexpr std::size_t kMostBytes = 32 << 20;

  /// A message that holds is kept instead of the last of its topic. One that does not ends it, if its kind is
  /// one that holds: such a kind's last message stays until the next, so that a subscriber who is told all
  /// last values learns its highest number. Beyond the bounds whatever would expire first is forgotten.
  void put(const OutgoingMessage& message, Instant now);
  void expire(Instant now);

  const Topics& topics() const { return topics_; }
  /// Of the last message of each kind that holds.
  const Numbers& numbers() const { return numbers_; }

 private:
  void erase(Topics::iterator at);
  void erase_ended(std::string_view kind);
  void make_room();

  Topics topics_;
  std::set<std::pair<Instant, std::string>> expiry_;  // the same topics
  std::size_t bytes_ = 0;
  Numbers numbers_;
  std::map<std::string_view, std::string> ended_;  // topic, by kind
};

/// Which last values are to be sent again because somebody has subscribed. ZeroMQ cannot send to one
/// subscriber alone, so the others get them too and know them by their numbers. Newest first: the newcomer
/// then knows the highest number at once, and what comes after it is no gap.
class Repeats {
 public:
  using Instant = LastValues::Instant;

  /// Somebody has subscribed to `prefix`.
  void want(std::string_view prefix);
  /// The next to send, nullptr if there is none now. All that are wanted are collected at most once a second,
  /// however many subscribe.
  const LastValues::Topics::value_type* next(const LastValues& values, Instant now);

 private:
  struct Wanted {
    std::uint64_t seq;
    std::string topic;
  };
  void collect(const LastValues& values);

  std::set<std::string> prefixes_;
  std::vector<Wanted> queue_;  // the next one last
  Instant next_collection_{};
};

}  // namespace windhover::sensor
