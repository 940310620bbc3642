#pragma once
// The one place where sample indices become UTC.

#include <cstdint>
#include <vector>

#include "dsp/types.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

/// Maps stream sample index → UTC by anchors: "sample i was taken at time t". An index is mapped by the
/// latest anchor at or before it, at the stream's rate; one before all anchors is mapped back from the first.
/// Integer arithmetic, rounded down to the nanosecond: no drift, and increasing indices of one anchor give
/// non-decreasing times. Without an anchor sample 0 is at 1970-01-01T00:00:00Z and known() is false.
/// Not thread-safe: one thread owns it.
class SampleClock {
 public:
  explicit SampleClock(dsp::Hertz rate) { set_rate(rate); }

  /// Of the whole stream; taken exactly to the microhertz. Throws std::invalid_argument unless it is within
  /// 1 µHz and 1 THz.
  void set_rate(dsp::Hertz rate);
  /// Recordings: one for each capture segment with a time. A second anchor at the same index replaces the
  /// first; one that says what is known already is not kept. Of very many the oldest are forgotten.
  void anchor(dsp::SampleIndex index, UtcTime time);

  static constexpr std::size_t kMostAnchors = 1 << 16;

  bool known() const { return !anchors_.empty(); }
  UtcTime at(dsp::SampleIndex index) const;

 private:
  struct Anchor {
    std::int64_t index;
    UtcTime time;
  };
  UtcTime from(const Anchor& anchor, std::int64_t index) const;

  std::int64_t rate_microhertz_ = 0;
  std::vector<Anchor> anchors_;  // by index
};

}  // namespace windhover::sensor
