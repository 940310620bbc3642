#pragma once
// A device's samples into a recording: one thread reads, the caller's writes.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sensor/recording_file.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

struct RecordOptions {
  std::optional<double> duration_s{};  ///< of the stream, holes included; else until `stop`
  std::chrono::milliseconds between_tellings{500};
  /// Before each write: tests make the disk slow, or full by throwing std::system_error.
  std::function<void(std::size_t octets)> before_write{};
};

struct RecordState {
  double seconds = 0;  ///< of the stream
  std::uint64_t octets = 0, gaps = 0, lost_samples = 0;
  std::uint64_t dropped_chunks = 0;  ///< that the disk was too slow for; they are in `gaps` too
};

struct RecordResult {
  RecordState state;
  std::optional<std::string> trouble;  ///< what ended it early; what came before is in the file
};

/// Until the duration is over, the source ends, the disk is full or `stop`. The disk may stand still for two
/// seconds. A device that does not come back ends it five seconds after its time. `file` is finished.
RecordResult record(Source& source, RecordingFile& file, const RecordOptions& options,
                    const std::atomic<bool>& stop, const std::function<void(const RecordState&)>& tell);

}  // namespace windhover::sensor
