#pragma once
// The threads of a stream of samples, and the feed: who runs what, and every hand-over, on this page and the
// stream's.

#include <atomic>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "decoders/decoder.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/source.hpp"
#include "sensor/stream.hpp"

namespace windhover::sensor {

/// The caller of run() is the feed thread; all others are the stream's, see Stream.
class Sensor {
 public:
  /// Throws what Stream throws.
  Sensor(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
         const SensorOptions& options);

  /// Runs the stream to its end, or until `stop`. Events go to `feed` in stream order, in this thread.
  /// Rethrows what ended the source early.
  void run(FeedStage& feed, const std::atomic<bool>& stop);

 private:
  void start(std::vector<Stream::Job> jobs, std::vector<std::jthread>& threads);

  Evidence* evidence_;
  UtcTime feed_time_{};
  Stream stream_;
};

}  // namespace windhover::sensor
