#include "dsp/energy_gate.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

// A Hann window correlates neighbouring bins (2/3 and 1/6 in amplitude), so that the variance of a sum of bin
// powers is 1 + 2·(4/9 + 1/36) times that of independent ones.
constexpr double kHannVariance = 1.944;
constexpr double kBlockSigmas = 4.5;
constexpr double kMeanSigmas = 3.7;
constexpr double kSlowestStep = 0.005;
constexpr std::uint64_t kSteadyBlocks = 100;  // 0.5 / kSlowestStep

// Squares of the windowed real and imaginary parts, interleaved as they come: no shuffling.
WINDHOVER_CLONES
void windowed_squares(const cf32* bins, float* squares, std::size_t n) noexcept {
  const float* x = reinterpret_cast<const float*>(bins);
  for (std::size_t i = 2; i < 2 * n - 2; ++i) {
    const float windowed = 0.5f * x[i] - 0.25f * (x[i - 2] + x[i + 2]);
    squares[i] = windowed * windowed;
  }
}

using Four = float __attribute__((vector_size(16)));

Four load(const float* x) {
  Four four;
  std::memcpy(&four, x, sizeof four);
  return four;
}

// Eight squares to a cell; four cells at a time, added up and transposed in registers. Compilers leave this
// to scalar code.
void sum_cells(const float* squares, float* cells, std::size_t n) noexcept {
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4, squares += 32) {
    const Four a = load(squares) + load(squares + 4), b = load(squares + 8) + load(squares + 12);
    const Four c = load(squares + 16) + load(squares + 20), d = load(squares + 24) + load(squares + 28);
    const Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    const Four sums =
        __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    std::memcpy(cells + i, &sums, sizeof sums);
  }
  for (; i < n; ++i, squares += 8) cells[i] = std::accumulate(squares, squares + 8, 0.0f);
}

void edge_squares(cf32 before, cf32 at, cf32 after, float* squares) noexcept {
  const cf32 windowed = 0.5f * at - 0.25f * (before + after);
  squares[0] = windowed.real() * windowed.real();
  squares[1] = windowed.imag() * windowed.imag();
}

}  // namespace

void hann_cells(const cf32* bins, std::size_t n, float* scratch, float* cells) noexcept {
  const std::size_t half = n / 2;
  // Upper half of the FFT order = negative frequencies = lower half of the result.
  float* negative = scratch;
  float* positive = scratch + n;
  windowed_squares(bins + half, negative, half);
  windowed_squares(bins, positive, half);
  edge_squares(bins[half - 1], bins[half], bins[half + 1], negative);
  edge_squares(bins[n - 2], bins[n - 1], bins[0], negative + n - 2);
  edge_squares(bins[n - 1], bins[0], bins[1], positive);
  edge_squares(bins[half - 2], bins[half - 1], bins[half], positive + n - 2);
  sum_cells(scratch, cells, n / kBinsPerCell);
}

void prefix_sums(std::span<const float> cells, std::span<double> prefix) noexcept {
  // Four at a time: one addition waits for the one before only once in four cells.
  double sum = prefix[0] = 0;
  std::size_t i = 0;
  for (; i + 4 <= cells.size(); i += 4) {
    const double one = static_cast<double>(cells[i]);
    const double two = one + static_cast<double>(cells[i + 1]);
    const double three = two + static_cast<double>(cells[i + 2]);
    const double four = three + static_cast<double>(cells[i + 3]);
    prefix[i + 1] = sum + one;
    prefix[i + 2] = sum + two;
    prefix[i + 3] = sum + three;
    prefix[i + 4] = sum += four;
  }
  for (; i < cells.size(); ++i) prefix[i + 1] = sum += static_cast<double>(cells[i]);
}

EnergyGate::EnergyGate(std::size_t first_cell, std::size_t cell_count)
    : first_(first_cell), end_(first_cell + cell_count) {
  const double sigma_of_block = std::sqrt(kHannVariance / static_cast<double>(cell_count * kBinsPerCell));
  const double sigma_of_mean = sigma_of_block / 2;
  noise_of_quantile_ = 1 + kQuantileSigmas * sigma_of_mean;
  mean_threshold_ = noise_of_quantile_ * (1 + kMeanSigmas * sigma_of_mean);
  block_threshold_ = noise_of_quantile_ * (1 + kBlockSigmas * sigma_of_block);
}

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

  const double step = blocks_ < kSteadyBlocks ? 0.5 / static_cast<double>(blocks_) : kSlowestStep;
  const double reference = quantile_;
  quantile_ *= mean < quantile_ ? 1 - (1 - kQuantile) * step : 1 + kQuantile * step;

  return blocks_ <= kSettleBlocks || mean > reference * mean_threshold_ ||
         power > reference * block_threshold_;
}

}  // namespace windhover::dsp
