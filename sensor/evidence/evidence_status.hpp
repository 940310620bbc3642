#pragma once
// How the keeping of evidence fares.

#include <cstdint>
#include <string>

namespace windhover::sensor {

/// Counted since the program's start, but for what lies on the disk.
struct EvidenceStatus {
  std::uint64_t written = 0;           ///< snippets
  std::uint64_t removed = 0;           ///< of them and of older ones, for quota, age or a full disk
  std::uint64_t dropped_triggers = 0;  ///< that came too late or too fast to be looked at
  std::uint64_t limited_triggers = 0;  ///< left out because snippets came too often
  std::uint64_t dropped_messages = 0;  ///< missing in the annotations
  std::uint64_t lost_chunks = 0;       ///< blocks of samples that never reached the history
  std::uint64_t errors = 0;            ///< snippets that could not be written
  std::uint64_t snippets_on_disk = 0, bytes_on_disk = 0;
  bool failing = false;  ///< the last snippet could not be written
  std::string trouble;   ///< of the last error, one sentence; empty: none yet
  std::string last;      ///< file name of the last snippet's metadata; empty: none yet
};

}  // namespace windhover::sensor
