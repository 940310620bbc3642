#pragma once
// With which gain samples were received, which of them were saturated, and what their levels are worth.

#include <deque>
#include <optional>
#include <span>

#include "dsp/block_assembler.hpp"
#include "dsp/types.hpp"

namespace windhover::sensor {

/// The gain of a run of samples.
struct GainState {
  std::optional<float> db{};  ///< absent: nobody knows, as of recordings
  bool settling = false;      ///< it was changed a moment ago: these may still be of the gain before
  bool operator==(const GainState&) const = default;
};

struct GainFrom {
  dsp::SampleIndex from{};
  GainState gain;
};

/// Power at the antenna socket.
struct AntennaLevel {
  float dbm = 0;
  float uncertainty_db = 0;
  bool operator==(const AntennaLevel&) const = default;
};

/// How one transmission was received.
struct Reception {
  bool saturated = false;  ///< samples at the end of the converter's range lie within it
  GainState gain{};
  std::optional<AntennaLevel> full_scale{};  ///< that reads 0 dBFS, where the receiver is calibrated
};

/// A level that can be compared with others of the same receiver: what the gain adds is taken off where it is
/// known. NaN while it settles.
float comparable_db(float rssi_dbfs, const Reception& reception);

/// What the channel workers tell of the blocks they have seen, by sample. Each tells all of its own, so what
/// comes twice is one; indices of one worker ascend.
class ReceptionLog {
 public:
  void note(std::span<const dsp::SampleSpan> saturated);
  void note(std::span<const GainFrom> gains);
  /// Of samples [first, end); full_scale stays open.
  Reception of(dsp::SampleIndex first, dsp::SampleIndex end) const;
  /// Nobody will ask for samples before.
  void forget_before(dsp::SampleIndex index);

 private:
  static constexpr std::size_t kMostSpans = 1U << 17;  // 2 s of them, one a block of 75 µs, and then some

  std::deque<dsp::SampleSpan> saturated_;  // ascending
  std::deque<GainFrom> gains_;             // ascending
};

}  // namespace windhover::sensor
