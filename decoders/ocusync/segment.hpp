#pragma once
// The samples around one burst, held as one spectrum from which any carrier is taken out band-limited.

#include <span>

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

/// kSegment samples; [first_valid, end_valid) were received, the rest are zeros.
struct SegmentView {
  std::span<const cf32> iq;
  int first_valid = 0;
  int end_valid = 0;
};

/// One bin of a segment's spectrum, and how many of them a half carrier takes.
inline constexpr double kSegmentBinHz = kRate.value / static_cast<double>(kSegment);
inline constexpr int kBinsPerHalfCarrier = 6;
static_assert(kBinsPerHalfCarrier * kSegmentBinHz * 2 == kCarrierSpacingHz);

class Segment {
 public:
  Segment();

  /// Takes the spectrum and removes continuous tones (a receiver's DC offset, spurs) that stand out of it. A
  /// tone smears over many carriers of a symbol, so masking it later would cost far more.
  void load(const SegmentView& view);

  /// Writes the samples of the band around bin `shift`, moved to 0: flat to ±flat_bins, raised cosine to zero
  /// at ±stop_bins. The filter has no delay; at ±4.51 to ±5.3 MHz it rings over some 20 samples.
  void take_band(int shift, int flat_bins, int stop_bins, std::span<cf32> out) const;

 private:
  bool remove_strongest_tone(const SegmentView& view);

  const Reference& ref_;
  dsp::AlignedVector<cf32> samples_, spectrum_;
  mutable dsp::AlignedVector<cf32> masked_, result_;
};

}  // namespace windhover::decoders::ocusync
