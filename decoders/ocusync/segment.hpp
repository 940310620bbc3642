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
  /// Which form of the spectrum: as received, or with its outliers taken down to the level of the rest. The
  /// second is for synchronisation; for the channel of a carrier only the first is right.
  enum class Form { linear, whitened };

  struct Band {
    int shift = 0;      ///< bin that becomes 0
    int flat_bins = 0;  ///< flat to ±flat_bins, raised cosine to zero at ±stop_bins
    int stop_bins = 0;
  };

  /// Wherever in its channel a burst lies.
  static constexpr Band kWholeBand{0, 4656, 5200};

  Segment();

  /// Takes the spectrum and removes continuous tones (a receiver's DC offset, spurs): a tone smears over many
  /// carriers of a symbol, so masking it later would cost far more. Marks what stands out otherwise and is
  /// narrower than the burst, see `whitened` and reliability(); what then still stands out in time, a packet
  /// as wide as the burst, is cut down to its level. whole: kWholeBand of the result, whitened.
  void load(const SegmentView& view, dsp::AlignedVector<cf32>& whole);

  /// Writes the samples of a band. The filter has no delay; at ±4.51 to ±5.3 MHz it rings over some 20
  /// samples.
  void take_band(const Band& band, Form form, dsp::AlignedVector<cf32>& out) const;

  bool has_outliers() const { return has_outliers_; }
  /// For the 601 carriers around bin `shift`: 1, or how far below that the interference on a carrier calls
  /// for.
  void reliability(int shift, std::span<float, kSpectrum> out) const;

 private:
  bool limit_pulses(const SegmentView& view, std::span<const cf32> whole);
  void transform(const SegmentView& view);
  bool remove_strongest_tone(const SegmentView& view);
  void find_outliers();
  float whitening(int bin) const;

  const Reference& ref_;
  dsp::AlignedVector<cf32> samples_, spectrum_;
  static constexpr std::size_t kBinCell = 32;     ///< 40 kHz
  static constexpr std::size_t kHalfBand = 4704;  ///< bins to either side of 0 that are whitened, ±5.88 MHz
  std::array<float, 2 * kHalfBand / kBinCell> gains_{};
  bool has_outliers_ = false;
  mutable dsp::AlignedVector<cf32> masked_;
};

}  // namespace windhover::decoders::ocusync
