#pragma once
// Where finished feed messages go: JSON lines in a file, a ZeroMQ socket, a table.

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace windhover::sensor {

struct OutgoingMessage {
  std::string_view kind;  ///< "frame", "aircraft", "status", "reject"
  std::string topic;      ///< wh1.<kind>.<node>[.<id>]
  std::string json;       ///< one line, no newline
};

/// Used by one thread: the one that made it.
class FeedSink {
 public:
  FeedSink() = default;
  FeedSink(const FeedSink&) = delete;
  FeedSink& operator=(const FeedSink&) = delete;
  virtual ~FeedSink() = default;
  virtual void publish(const OutgoingMessage& message) = 0;
  /// Messages that a reader may have missed; see Feed.
  virtual std::uint64_t full_queues() const { return 0; }
};

/// Writes each message as one line; "-" is standard output, which is flushed after each line.
class JsonlSink : public FeedSink {
 public:
  /// Throws ConfigError if the file cannot be written.
  explicit JsonlSink(const std::filesystem::path& path);
  void publish(const OutgoingMessage& message) override;
  /// Flushes; throws std::runtime_error if anything could not be written (full disk, closed pipe).
  void close();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  std::ostream* out_;
};

}  // namespace windhover::sensor
