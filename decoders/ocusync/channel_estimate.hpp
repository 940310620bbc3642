#pragma once
// Smooths a channel measured on all carriers with just as many degrees of freedom as it shows.

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

struct DelayProfile {
  double centroid_samples = 0;  ///< of the significant paths
  double peak_samples = 0;      ///< of the strongest path, to a fraction of a sample
};

class ChannelEstimate {
 public:
  ChannelEstimate();

  /// Delays of the channel `measured`, within ±72 samples. A delay of t turns carrier m by -2πmt/1024.
  DelayProfile profile(const Spectrum& measured);

  /// Projects `measured` (delays taken out, noise of variance `noise` on each carrier) on polynomials over
  /// frequency and keeps, each with its Wiener weight, those that stand out of the noise: one for a single
  /// path, twenty for echoes over a microsecond. Returns how many were kept.
  int smooth(const Spectrum& measured, float noise, Spectrum& smoothed);

 private:
  const Reference& ref_;
  dsp::AlignedVector<cf32> bins_, taps_;
};

}  // namespace windhover::decoders::ocusync
