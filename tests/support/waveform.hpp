#pragma once
// What every modulator of the generator returns.

#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

/// One transmission at the modulator's own rate, at carrier 0 and mean power 1.
struct Waveform {
  std::vector<dsp::cf32> samples;
  dsp::Hertz rate;
  /// Two-sided width that must come through a change of rate undistorted; less than `rate`, the rest is
  /// transition of the transmitter's filter.
  dsp::Hertz passband;
  /// Width over which signal-to-noise ratios of this signal are defined.
  dsp::Hertz noise_bandwidth;

  double duration_s() const { return static_cast<double>(samples.size()) / rate.value; }
};

}  // namespace windhover::synth
