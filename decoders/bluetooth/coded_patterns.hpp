#pragma once
// Matched filters for the two patterns of LE Coded S=8. The phase of 0011 is the negative of 1100's and both
// end where they began, so with that phase θ(t) the transmission is cos θ ± j·sin θ: the cosine is a pilot
// without data, of about half the power, and the sine, in quadrature to it, is antipodal.

#include <array>
#include <cstdint>
#include <span>

#include "decoders/bluetooth/coded_block.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::bluetooth {

using dsp::cf32;

/// Samples that are held. Outside of them there is silence.
struct SampleView {
  std::span<const cf32> iq;
  std::int64_t first = 0;  ///< of iq[0]
  std::int64_t end() const { return first + static_cast<std::int64_t>(iq.size()); }
  cf32 at(std::int64_t n) const {
    return n < first || n >= end() ? cf32{} : iq[static_cast<std::size_t>(n - first)];
  }
};

/// An oscillator whose frequency changes at whole samples and whose phase never jumps.
struct Carrier {
  double radians = 0;  ///< at sample `origin`
  double step = 0;     ///< a sample
  std::int64_t origin = 0;

  double at(std::int64_t n) const { return radians + step * static_cast<double>(n - origin); }
  void retune(std::int64_t n, double new_step);
  /// out[k] = sample from + k, turned back.
  void turn_back(const SampleView& view, std::int64_t from, std::span<cf32> out) const;
};

struct PatternSums {
  cf32 pilot;   ///< carrier's phase
  cf32 data;    ///< +j of the pilot for 1100, -j for 0011
  cf32 timing;  ///< pilot times the samples by which the pattern is later than assumed
};

/// Filters for a pattern that starts `fraction` (0 … 1) of a sample before iq[0]; iq has kPatternSamples.
PatternSums correlate_pattern(const cf32* iq, double fraction);

/// What PatternSums::pilot and ::data are for amplitude 1.
struct PatternGains {
  float pilot = 0, data = 0;
};
PatternGains pattern_gains();
/// Builds the filters, which otherwise happens at their first use.
void prepare_patterns();

}  // namespace windhover::decoders::bluetooth
