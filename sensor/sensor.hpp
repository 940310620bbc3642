#pragma once
// The threads of all streams of samples, and the feed: who runs what, and every hand-over, on this page and
// the streams'.

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "decoders/decoder.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/source.hpp"
#include "sensor/stream.hpp"

namespace windhover::sensor {

/// One source's part in a sensor.
struct SensorInput {
  std::unique_ptr<Source> source;
  SensorOptions options{};
};

/// The caller of run() is the feed thread; all others are the streams', see Stream.
class Sensor {
 public:
  /// Throws what Stream throws.
  Sensor(std::unique_ptr<Source> source, std::span<const decoders::DecoderEntry> registry,
         const SensorOptions& options);
  /// At least one; all of them live, with names that differ and Evidence of their own if there are several.
  /// Workers that are not chosen are as many for all together as for one.
  Sensor(std::vector<SensorInput> inputs, std::span<const decoders::DecoderEntry> registry);

  /// Runs the streams to their end, or until `stop`. Events go to `feed` in this thread, those of one stream
  /// in its order, streams as they become ready. One that fails leaves the others alone. Rethrows the first
  /// of what ended a source early, when all have ended.
  void run(FeedStage& feed, const std::atomic<bool>& stop);

 private:
  void add(SensorInput input, std::span<const decoders::DecoderEntry> registry);
  static void start(Stream& stream, std::vector<Stream::Job> jobs, std::vector<std::jthread>& threads);
  bool look(FeedStage& feed);
  void finish(FeedStage& feed);

  std::vector<Evidence*> evidence_;
  UtcTime feed_time_{};
  std::vector<std::string> names_;  // by stream
  std::vector<std::unique_ptr<Stream>> streams_;
};

}  // namespace windhover::sensor
