#pragma once
// Where finished feed messages go: JSON lines in a file, a ZeroMQ socket, a table.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

struct OutgoingMessage {
  std::string_view kind;  ///< "frame", "aircraft", "status", …, a literal
  std::string topic;      ///< wh1.<kind>.<node>[.<id>]
  std::string json;       ///< one line, no newline
  std::uint64_t seq = 0;  ///< as in the body
  /// How long it is the present state of its topic unless another follows. 0: it is an event, or ends that
  /// state.
  std::chrono::seconds holds_for{0};
  std::string id{};  ///< the end of the topic, where there is one
  UtcTime time{};    ///< as in the body
  /// A third part, of `spectrum` alone; for the call.
  std::span<const std::uint8_t> levels{};
};

/// Used by one thread: the one that made it.
class FeedSink {
 public:
  /// How precisely this sink may say where people are.
  explicit FeedSink(PlaceDetail operator_position = PlaceDetail::full)
      : operator_position_(operator_position) {}
  FeedSink(const FeedSink&) = delete;
  FeedSink& operator=(const FeedSink&) = delete;
  virtual ~FeedSink() = default;
  virtual void publish(const OutgoingMessage& message) = 0;
  /// What follows is told while the feed tells of this device's stream; of the first one at the start.
  virtual void from(std::size_t /*device*/) {}
  /// The same as the `status` that is published next, for those who need no JSON.
  virtual void on_status(const StatusMessage&) {}
  /// What the `frame` that is published next tells of, before anything was taken out of it.
  virtual void on_frame(const TimedFrame&) {}
  /// Sees to whoever reads: called between messages and while there are none. Does not wait.
  virtual void serve() {}
  /// Whether `spectrum` messages go here: rows are made only while somebody wants them.
  virtual bool wants_spectrum() const { return false; }
  /// Of sinks that have readers.
  virtual std::optional<FeedHealth> health() const { return std::nullopt; }
  PlaceDetail operator_position() const { return operator_position_; }

 private:
  PlaceDetail operator_position_;
};

/// Writes each message as one line; "-" is standard output, which is flushed after each line.
class JsonlSink : public FeedSink {
 public:
  /// Throws ConfigError if the file cannot be written.
  explicit JsonlSink(const std::filesystem::path& path, PlaceDetail operator_position = PlaceDetail::full);
  void publish(const OutgoingMessage& message) override;
  /// Flushes; throws std::runtime_error if anything could not be written (full disk, closed pipe).
  void close();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  std::ostream* out_;
};

}  // namespace windhover::sensor
