#include "dsp/energy_gate.hpp"

#include <algorithm>
#include <cmath>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

// A Hann window correlates neighbouring bins (2/3 and 1/6 in amplitude), so that the variance of a sum of bin
// powers is 1 + 2·(4/9 + 1/36) times that of independent ones.
constexpr double kHannVariance = 1.944;
constexpr double kBlockSigmas = 4.5;
constexpr double kMeanSigmas = 3.7;
constexpr double kSlowestStep = 0.005;

WINDHOVER_CLONES
void inner_hann_power(const cf32* bins, float* power, std::size_t from, std::size_t to) noexcept {
  const float* x = reinterpret_cast<const float*>(bins);
  for (std::size_t i = from; i < to; ++i) {
    const float re = 0.5f * x[2 * i] - 0.25f * (x[2 * i - 2] + x[2 * i + 2]);
    const float im = 0.5f * x[2 * i + 1] - 0.25f * (x[2 * i - 1] + x[2 * i + 3]);
    power[i] = re * re + im * im;
  }
}

WINDHOVER_CLONES
void sum_cells(const float* power, float* cells, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i)
    cells[i] = (power[4 * i] + power[4 * i + 1]) + (power[4 * i + 2] + power[4 * i + 3]);
}

float edge_power(cf32 before, cf32 at, cf32 after) { return std::norm(0.5f * at - 0.25f * (before + after)); }

}  // namespace

void hann_power(const cf32* bins, std::size_t n, float* power, float* cells) noexcept {
  const std::size_t half = n / 2;
  // Upper half of the FFT order = negative frequencies = lower half of the result.
  float* negative = power;
  float* positive = power + half;
  inner_hann_power(bins + half, negative, 1, half - 1);
  inner_hann_power(bins, positive, 1, half - 1);
  negative[0] = edge_power(bins[half - 1], bins[half], bins[half + 1]);
  negative[half - 1] = edge_power(bins[n - 2], bins[n - 1], bins[0]);
  positive[0] = edge_power(bins[n - 1], bins[0], bins[1]);
  positive[half - 1] = edge_power(bins[half - 2], bins[half - 1], bins[half]);
  sum_cells(power, cells, n / kBinsPerCell);
}

EnergyGate::EnergyGate(std::size_t first_cell, std::size_t cell_count)
    : first_(first_cell),
      end_(first_cell + cell_count),
      sigma_of_block_(std::sqrt(kHannVariance / static_cast<double>(cell_count * kBinsPerCell))),
      sigma_of_mean_(sigma_of_block_ / 2) {}

void EnergyGate::reset() noexcept {
  blocks_ = 0;
  quantile_ = 0;
}

bool EnergyGate::update(std::span<const double> prefix) noexcept {
  const double power = prefix[end_] - prefix[first_];
  if (power <= 0) return blocks_ < kSettleBlocks;  // digital silence says nothing about the noise
  if (blocks_ == 0) std::fill(std::begin(last_), std::end(last_), quantile_ = power);
  last_[blocks_ % 4] = power;
  ++blocks_;
  const double mean = (last_[0] + last_[1] + last_[2] + last_[3]) / 4;

  const double step = std::max(kSlowestStep, 0.5 / static_cast<double>(blocks_));
  const double reference = quantile_;
  quantile_ *= mean < quantile_ ? 1 - (1 - kQuantile) * step : 1 + kQuantile * step;

  if (blocks_ <= kSettleBlocks) return true;
  const double noise = reference * (1 + kQuantileSigmas * sigma_of_mean_);
  return mean > noise * (1 + kMeanSigmas * sigma_of_mean_) ||
         power > noise * (1 + kBlockSigmas * sigma_of_block_);
}

}  // namespace windhover::dsp
