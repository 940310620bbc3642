#pragma once
// Finds the root-600 symbol of DroneID bursts at any carrier offset.

#include <cstdint>
#include <span>

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

struct SearchHit {
  double lag = 0;  ///< where the correlation peaks, from the block's first sample; biased by the carrier
                   ///< offset (kChirpSamplesPerCarrier)
  float level =
      0;  ///< |correlation|² over its local mean: exponential with mean 1 on noise, at most about 600
};

/// Correlates blocks of kSearchBlock samples against the root-600 body. That symbol is a chirp, so one
/// template finds it up to ±1.25 MHz off with less than 2.5 dB loss, which leaves a level of about 90 at -4
/// dB Es/N0. The mean that levels are measured against is that of the correlation itself, hence power outside
/// the template's 9 MHz does not count; short packets and narrow signals that stand out are cut down first.
class BurstSearch {
 public:
  /// On noise one lag in 10^12 exceeds it; a burst that can be decoded stays far above.
  static constexpr float kThreshold = 28.0F;
  static constexpr std::size_t kMaxHits = 8;

  BurstSearch();

  /// block  kSearchBlock samples. lags: how many of the first kSearchLags may be used (the symbol must lie
  /// inside the samples that were really received). The result is valid until the next call, in order of lag.
  std::span<const SearchHit> search(std::span<const cf32> block, std::size_t lags);

 private:
  static constexpr std::size_t kCell = 192;  ///< lags that share one local mean
  static constexpr std::size_t kCells = kSearchLags / kCell;

  void whitened_spectrum();
  void correlate(std::span<const cf32> block);
  float local_mean(std::size_t cell, std::size_t cells) const;
  void add_hit(std::size_t lag, std::size_t lags, float level);

  const Reference& ref_;
  dsp::AlignedVector<cf32> in_, spectrum_;
  dsp::AlignedVector<float> powers_;
  std::array<float, kCells> cell_sums_{};
  std::array<SearchHit, kMaxHits> hits_{};
  std::size_t hit_count_ = 0;
};

}  // namespace windhover::decoders::ocusync
