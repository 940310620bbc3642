#include "dsp/column_levels.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

constexpr double kHannPower = 0.375;  // mean square of the window

WINDHOVER_CLONES
void accumulate(const float* cells, float* sums, float* peaks, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    sums[i] += cells[i];
    peaks[i] = peaks[i] < cells[i] ? cells[i] : peaks[i];
  }
}

std::uint8_t octet_of(double power) noexcept {
  if (!(power > 0)) return 0;
  const double steps = (10 * std::log10(power) - ColumnLevels::kLeast_dbfs) / ColumnLevels::kStep_db;
  return static_cast<std::uint8_t>(std::lround(std::clamp(steps, 0.0, 255.0)));
}

}  // namespace

ColumnLevels::ColumnLevels(const BankGeometry& geometry)
    : full_scale_(kHannPower * static_cast<double>(geometry.fft_size) *
                  static_cast<double>(geometry.fft_size)),
      sums_(geometry.fft_size / kBinsPerCell),
      peaks_(sums_.size()) {}

// A bin reaches half of its width to both sides.
Hertz ColumnLevels::low() const {
  const double band_hz = static_cast<double>(sums_.size()) * width().value;
  return {-(band_hz + kBinHz) / 2};
}

void ColumnLevels::add(std::span<const float> cells) noexcept {
  accumulate(cells.data(), sums_.data(), peaks_.data(), sums_.size());
  ++spectra_;
}

void ColumnLevels::clear() noexcept {
  std::ranges::fill(sums_, 0.0f);
  std::ranges::fill(peaks_, 0.0f);
  spectra_ = 0;
}

void ColumnLevels::write(std::span<std::uint8_t> levels) const noexcept {
  const double spectra = std::max<std::uint32_t>(1, spectra_);
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    levels[i] = octet_of(static_cast<double>(sums_[i]) / (full_scale_ * spectra));
    levels[sums_.size() + i] = octet_of(static_cast<double>(peaks_[i]) / full_scale_);
  }
}

}  // namespace windhover::dsp
