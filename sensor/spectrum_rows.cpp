#include "sensor/spectrum_rows.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor {
namespace {

// Longer than the feed thread is ever away, but for a machine that is too slow.
constexpr std::size_t kRows = 16;

}  // namespace

SpectrumRows::SpectrumRows(const dsp::BankGeometry& geometry, double original_samples, Overrun overrun)
    : geometry_(geometry),
      original_samples_(original_samples),
      length_(std::llround(kRow_s * geometry.rate.value)),
      levels_(geometry),
      ring_({kRows, 1, 1, overrun}, [this] {
        SpectrumRowSlot slot;
        slot.row.levels.resize(2 * levels_.columns());
        return slot;
      }) {}

void SpectrumRows::restart(dsp::SampleIndex from) noexcept {
  not_before_ = std::max(not_before_, from);
  if (levels_.spectra() > 0) levels_.clear();
}

void SpectrumRows::push(const dsp::AssembledBlock& block, std::span<const float> cells, dsp::Hertz centre,
                        std::uint64_t spectrum) {
  // Partly zeros: they would look like a signal.
  const auto answered = static_cast<std::size_t>(block.end_valid - block.first_valid);
  if (block.gap || answered != geometry_.hop || block.first_valid < not_before_) return;
  if (levels_.spectra() > 0 && block.first_valid - first_ >= length_) finish(centre, spectrum);
  if (levels_.spectra() == 0) {
    first_ = end_ = block.first_valid;
    gap_ = false;
  }
  gap_ |= block.first_valid != end_;
  end_ = block.end_valid;
  levels_.add(cells);
  if (end_ - first_ >= length_) finish(centre, spectrum);
}

void SpectrumRows::finish(dsp::Hertz centre, std::uint64_t spectrum) {
  if (SpectrumRowSlot* slot = ring_.acquire(); slot != nullptr) {
    slot->spectrum = spectrum;
    slot->now = end_;
    TimedSpectrum& row = slot->row;
    row.center_hz = centre.value;
    row.low_hz = (centre + levels_.low()).value;
    row.column_hz = dsp::ColumnLevels::width().value;
    row.spectra = levels_.spectra();
    row.gap = gap_;
    levels_.write(row.levels);
    row.at = {std::llround(static_cast<double>(first_.value) * original_samples_),
              static_cast<double>(first_.value) / geometry_.rate.value,
              static_cast<double>(end_ - first_) / geometry_.rate.value,
              {}};
    ring_.publish();
  }
  levels_.clear();
}

}  // namespace windhover::sensor
