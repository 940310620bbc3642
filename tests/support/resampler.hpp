#pragma once
// From a modulator's samples to any other instants: other rates, fractional starts, clock offsets.

#include <cstddef>
#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

/// Evaluates samples between samples with a Kaiser-windowed sinc: flat up to `flat_edge` cycles a sample, 90
/// dB down from 0.5 on. What is below flat_edge comes out as if computed for the instant.
class Interpolator {
 public:
  explicit Interpolator(double flat_edge);

  /// One per edge and thread, kept: its table takes longer to make than a burst to interpolate.
  static const Interpolator& with(double flat_edge);

  /// out[n] = in(first + n·step), counted in input samples; `in` is zero outside its span.
  void interpolate(std::span<const dsp::cf32> in, double first, double step, std::span<dsp::cf32> out) const;

  /// How far, in input samples, an input sample is felt.
  std::size_t reach() const { return taps_ / 2; }

 private:
  dsp::cf32 weighted_sum(const dsp::cf32* in, double fraction) const;
  std::size_t taps_;
  /// One row for each phase, and one more to interpolate towards; every weight twice, for re and im.
  std::vector<float> kernel_;
};

/// Samples that have grown at both ends by a filter's length.
struct FilteredSamples {
  std::vector<dsp::cf32> samples;
  std::size_t lead = 0;  ///< samples before what was the first
};

/// Keeps low … high (cycles a sample, 6 dB points), 80 dB down beyond `transition`. A receiver's anti-alias
/// filter.
FilteredSamples band_pass(std::span<const dsp::cf32> in, double low, double high, double transition);

}  // namespace windhover::synth
