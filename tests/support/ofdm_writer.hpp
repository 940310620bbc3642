#pragma once
// Wi-Fi's OFDM symbols one behind the other, each fading into the next (IEEE 802.11 clause 17.3.2.5).

#include <cstddef>
#include <span>
#include <vector>

#include "tests/support/ofdm.hpp"

namespace windhover::synth {

/// Half of a transition, in samples: 50 ns at 40 MS/s. A PPDU's nominal first sample is this far into its
/// waveform.
inline constexpr std::size_t kWifiRamp = 2;

class OfdmWriter {
 public:
  /// A segment of `length` samples that repeats `body` with its period; the body's first sample comes
  /// after `prefix` samples. Each end is a raised cosine of 2 · kWifiRamp samples around the border.
  void append(std::span<const cf64> body, std::size_t prefix, std::size_t length, double scale);

  std::vector<dsp::cf32> samples() const;

 private:
  std::vector<cf64> sum_ = std::vector<cf64>(2 * kWifiRamp);
};

}  // namespace windhover::synth
