#pragma once
// How a subscriber joins what comes live with the answer to its request for a snapshot. No socket, no clock:
// the same messages in the same order give the same events.

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/feed_client.hpp"
#include "sensor/feed_reader.hpp"

namespace windhover::sensor {

class FeedSequence {
 public:
  /// More may come than the topics ask for; that is dropped, but for what it says about a new start.
  explicit FeedSequence(std::vector<std::string> topics) : topics_(std::move(topics)) {}

  /// After the constructor, a loss that a snapshot can mend, or a new start of the sensor.
  bool wants_snapshot() const { return wants_snapshot_; }
  bool is_complete() const { return complete_ && !wants_snapshot_; }
  const FeedClientCounts& counts() const { return counts_; }

  void take_live(std::string topic, std::string json);
  /// A snapshot has been asked for: live messages wait for its end.
  void begin_snapshot();
  void take_snapshot(std::string topic, std::string json);
  /// `json` is the body of WH1.END.
  void end_snapshot(std::string_view json);
  /// It does not come: what waited comes as it is, and a snapshot is still wanted.
  void give_up_snapshot();

  std::optional<FeedEvent> next();

 private:
  struct Last {
    std::string boot;
    std::uint64_t seq = 0;
  };

  std::optional<FeedMessage> read(std::string topic, std::string json);
  bool is_asked_for(std::string_view topic) const;
  bool counts_losses_of(std::string_view topic) const;
  bool is_repeat(const FeedMessage& message);
  void deliver(FeedMessage message);
  bool has_room(const FeedMessage& message);

  std::vector<std::string> topics_;
  bool wants_snapshot_ = true, complete_ = false, waiting_ = false;
  FeedClientCounts counts_;
  SeqWatch watch_;
  std::map<std::string, Last, std::less<>> latest_;        // by topic
  std::map<std::string, std::string, std::less<>> boots_;  // by sensor
  std::map<std::string, std::uint64_t> state_kinds_;       // of the last snapshot, with its numbers
  std::vector<FeedMessage> snapshot_;
  std::deque<FeedMessage> held_;
  std::size_t held_bytes_ = 0;  // of both
  std::deque<FeedEvent> ready_;
};

}  // namespace windhover::sensor
