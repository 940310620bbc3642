#pragma once
// The subscriber's side of the feed: bodies back to what a table needs, and losses from the numbering. What
// arrives may be anything; nothing here throws.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sensor/aircraft_table.hpp"
#include "sensor/feed_sink.hpp"
#include "sensor/link_table.hpp"

namespace windhover::sensor {

struct HeardAircraft {
  std::string id;
  AircraftRow row;
};

struct HeardLink {
  std::string id;
  LinkRow row;
};

struct HeardStatus {
  std::optional<double> rate_hz, center_hz, stream_s;
  std::uint64_t gaps = 0, lost_samples = 0, drops = 0, frames = 0, rejects = 0;  ///< drops … over all kinds
};

struct HeardMessage {
  std::string type, sensor, boot;
  std::uint64_t seq = 0;
  std::variant<std::monostate, HeardAircraft, HeardLink, HeardStatus> body;
};

/// nullopt unless it is a JSON object of this schema with type, sensor, boot, seq and a valid time.
std::optional<HeardMessage> read_message(std::string_view json);

/// How far a snapshot goes: the body of WH1.END.
struct SnapshotEnd {
  std::string sensor, boot;
  std::size_t topics = 0;                    ///< messages that the snapshot has
  std::map<std::string, std::uint64_t> seq;  ///< by kind: what has a higher number follows the snapshot
};
std::optional<SnapshotEnd> read_snapshot_end(std::string_view json);

/// Finds holes in the numbering of each sensor, boot and kind.
class SeqWatch {
 public:
  /// How many messages are missing between the highest number so far and this one; 0 for the first one, and
  /// for last values that are sent again.
  std::uint64_t missing_before(const HeardMessage& message);
  /// What comes up to this number is known otherwise.
  void expect_after(const HeardMessage& message);

 private:
  struct Highest {
    std::uint64_t* seq;
    bool is_first;
  };
  Highest highest_of(const HeardMessage& message);

  std::map<std::string, std::uint64_t> highest_;
};

/// The present aircraft, links and status as the messages tell them.
class AircraftBoard {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// `now` is when the message arrived; ages grow from there.
  void apply(const HeardMessage& message, Instant now);
  /// In order of sensor and id.
  std::vector<AircraftRow> rows(Instant now) const;
  std::vector<LinkRow> links() const;
  /// Lines above the table: one for each sensor.
  std::vector<std::string> strips(Instant now) const;

 private:
  struct Aircraft {
    AircraftRow row;
    Instant heard;
  };
  struct Link {
    LinkRow row;
    Instant heard;
  };
  struct Sensor {
    HeardStatus status;
    Instant heard;
  };
  std::map<std::string, Aircraft> aircraft_;
  std::map<std::string, Link> links_;
  std::map<std::string, Sensor> sensors_;
};

/// Keeps the last state of every aircraft and link of a replay, for the tables at its end.
class BoardSink : public FeedSink {
 public:
  using FeedSink::FeedSink;
  void publish(const OutgoingMessage& message) override;
  std::vector<AircraftRow> rows() const { return board_.rows({}); }
  std::vector<LinkRow> links() const { return board_.links(); }

 private:
  AircraftBoard board_;
};

}  // namespace windhover::sensor
