#include "sensor/peak_watch.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/energy_gate.hpp"

namespace windhover::sensor {
namespace {

// Once in some thousand blocks of a flat signal; what it costs is a search for a moment.
constexpr double kBlockSigmas = 4;
constexpr double kMeanSigmas = 3.5;

// Cells of four Hann-weighted bins are not independent: variance of their mean, times their number of bins.
constexpr double kVariance = 35.0 / 18;

}  // namespace

PeakWatch::Cells PeakWatch::around(std::size_t band_cells, std::int64_t centre, std::int64_t half_width) {
  const auto last = static_cast<std::int64_t>(band_cells) - 1;
  const std::int64_t first = std::clamp<std::int64_t>(centre - half_width, 0, last);
  return {static_cast<std::size_t>(first),
          static_cast<std::size_t>(std::clamp<std::int64_t>(centre + half_width, first + 1, last + 1))};
}

PeakWatch::PeakWatch(std::size_t band_cells, std::int64_t centre_cell, std::int64_t half_width,
                     std::int64_t gap)
    : middle_(around(band_cells, centre_cell, half_width)) {
  constexpr std::array kGaps{-3, -1, 1, 3};
  for (std::size_t i = 0; i < gaps_.size(); ++i)
    gaps_[i] = around(band_cells, centre_cell + kGaps[i] * gap, half_width / 2);
  const auto variance = [](double cells) { return kVariance / (cells * dsp::kBinsPerCell); };
  const double of_gap = variance(static_cast<double>(half_width));
  const double of_ratio = of_gap + variance(2 * static_cast<double>(half_width));
  block_margin_ = 1 + kBlockSigmas * std::sqrt(of_ratio);
  mean_margin_ = 1 + kMeanSigmas * std::sqrt(of_ratio) / 2;
  gap_block_margin_ = 1 + kBlockSigmas * std::sqrt(of_gap);
  gap_mean_margin_ = 1 + kMeanSigmas * std::sqrt(of_gap) / 2;
}

// Of both gaps on a side the lower one: a neighbouring channel's signal lies between them and spills little
// into either, and a wide signal may leave one out, as OFDM does around its centre. Of the sides the louder
// one: beyond the edge of a wide signal, and on its slope, all is quieter on the other.
PeakWatch::Level PeakWatch::level(std::span<const double> prefix) const noexcept {
  std::array<double, 4> gaps;
  for (std::size_t i = 0; i < gaps.size(); ++i) gaps[i] = gaps_[i].mean(prefix);
  return {middle_.mean(prefix), std::max(std::min(gaps[0], gaps[1]), std::min(gaps[2], gaps[3]))};
}

bool PeakWatch::stands_out(std::span<const double> prefix, std::uint64_t block, double noise) noexcept {
  in_a_row_ = block == next_block_ ? in_a_row_ + 1 : 1;
  next_block_ = block + 1;
  const Level now = last_[block % 4] = level(prefix);
  if (in_a_row_ < 4) return now.gap < gap_block_margin_ * noise || now.middle > block_margin_ * now.gap;
  Level mean;
  for (const Level& each : last_) {
    mean.middle += each.middle / 4;
    mean.gap += each.gap / 4;
  }
  const bool wide = now.gap > gap_block_margin_ * noise || mean.gap > gap_mean_margin_ * noise;
  return !wide || now.middle > block_margin_ * now.gap || mean.middle > mean_margin_ * mean.gap;
}

}  // namespace windhover::sensor
