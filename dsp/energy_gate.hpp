#pragma once
// Is anything there? Power of Hann-windowed spectra against a tracked noise floor. Gates save work; the
// thresholds come from the statistics of the channel's time-bandwidth product, never from a level in dB.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/types.hpp"

namespace windhover::dsp {

inline constexpr std::size_t kBinsPerCell = 4;

/// bins     one spectrum of the bank, n bins in FFT order, n a multiple of 4
/// scratch  2n values
/// cells    n/4 sums, lowest frequency first, of four bins' power each, after a Hann window: that is a
/// convolution of
///          the bins with (−¼, ½, −¼), no second transform
void hann_cells(const cf32* bins, std::size_t n, float* scratch, float* cells) noexcept;

/// prefix  cells.size() + 1 running sums: prefix[i] = cells[0] + … + cells[i−1]
void prefix_sums(std::span<const float> cells, std::span<double> prefix) noexcept;

/// Watches one range of cells.
class EnergyGate {
 public:
  /// Cells [first, first + count) of the band; count > 0.
  EnergyGate(std::size_t first_cell, std::size_t cell_count);

  /// prefix  the block's, as prefix_sums() makes them
  /// True when the block, or the mean of the last four, stands out of the floor, and always while the floor
  /// is not known yet.
  bool update(std::span<const double> prefix) noexcept;

  /// Forgets the floor: after a retune or a gain step.
  void reset() noexcept;

  /// Mean noise power of the range, in the units of the cells' sum; 0 before the first block.
  double floor() const noexcept { return quantile_ * noise_of_quantile_; }

 private:
  // The floor follows the lower decile of the four-block mean: it stays on the noise while the channel is
  // busy up to 90 % of the time.
  static constexpr double kQuantile = 0.1;
  static constexpr double kQuantileSigmas = 1.28;  // how far it lies below the mean
  static constexpr std::uint64_t kSettleBlocks = 400;

  std::size_t first_, end_;
  double noise_of_quantile_, mean_threshold_, block_threshold_;  // times the quantile
  double quantile_ = 0;
  double last_[4] = {};
  std::uint64_t blocks_ = 0;
};

}  // namespace windhover::dsp
