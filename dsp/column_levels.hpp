#pragma once
// Levels of the band in columns of equal width over a number of spectra, as a waterfall shows them.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/aligned.hpp"
#include "dsp/energy_gate.hpp"
#include "dsp/filter_bank.hpp"

namespace windhover::dsp {

/// Fed with the Hann cells (energy_gate.hpp) of each block, each of which is a column. Powers are those
/// within the column, dBFS; all columns together hold the power of the band. After construction nothing is
/// allocated.
class ColumnLevels {
 public:
  // A level's octet v stands for kLeast_dbfs + v · kStep_db; the ends for all beyond them.
  static constexpr double kLeast_dbfs = -125, kStep_db = 0.5;

  explicit ColumnLevels(const BankGeometry& geometry);

  std::size_t columns() const { return sums_.size(); }
  static constexpr Hertz width() { return {static_cast<double>(kBinsPerCell) * kBinHz}; }
  Hertz low() const;  ///< lower edge of the first, from the tuned centre

  /// cells  fft_size / 4 of them, of one block
  void add(std::span<const float> cells) noexcept;
  void clear() noexcept;
  std::uint32_t spectra() const { return spectra_; }  ///< added since the last clear()

  /// levels  2 · columns() octets: first each column's mean over the spectra, then each one's highest
  void write(std::span<std::uint8_t> levels) const noexcept;

 private:
  double full_scale_;  // of a cell
  AlignedVector<float> sums_, peaks_;
  std::uint32_t spectra_ = 0;
};

}  // namespace windhover::dsp
