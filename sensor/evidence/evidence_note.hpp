#pragma once
// What the feed thread hands to the evidence thread.

#include <string>

#include "sensor/ring.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// A published message with its place in the stream, and whether it is a reason for a snippet.
struct EvidenceNote {
  double start_s = 0, duration_s = 0;  ///< from the start of the stream
  UtcTime time{};                      ///< of start_s
  double low_hz = 0, high_hz = 0;      ///< both 0: of no frequency
  std::string label;                   ///< a few words
  std::string json;                    ///< empty: it is a reason only
  std::string reason;                  ///< empty: it is none
};

/// With room for what comes while the disk stands still; the feed thread never waits for room.
using NoteRing = Ring<EvidenceNote>;
inline constexpr std::size_t kMostNotesWaiting = 4096;

}  // namespace windhover::sensor
