#include "decoders/ocusync/burst_search.hpp"

#include <algorithm>

#include "decoders/ocusync/outliers.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

/// A peak must be the largest this far around: half the length that a correlation peak with echoes takes.
constexpr std::size_t kPeakReach = 64;

WINDHOVER_CLONES void powers_of(const cf32* in, float* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = power(in[i]);
}

WINDHOVER_CLONES void multiply(cf32* x, const cf32* by, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) x[i] = times(x[i], by[i]);
}

WINDHOVER_CLONES float capped_sum(const float* x, std::size_t n, float cap) {
  std::array<float, 16> lanes{};
  for (std::size_t i = 0; i + 16 <= n; i += 16)
    for (std::size_t j = 0; j < 16; ++j) lanes[j] += x[i + j] < cap ? x[i + j] : cap;
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

/// Bins within the template's band: 4.56 MHz to either side of 0.
constexpr std::size_t kBandBins = 1216;
constexpr std::size_t kBinCell = 8;      ///< 30 kHz
constexpr std::size_t kSampleCell = 32;  ///< 2 µs
constexpr float kOutlier = 4.0F;

/// Where a parabola through three powers peaks, from the middle one.
double vertex(float before, float at, float after) {
  const double curvature = 2.0 * at - before - after;
  return curvature > 0 ? std::clamp(0.5 * (after - before) / curvature, -0.5, 0.5) : 0.0;
}

}  // namespace

BurstSearch::BurstSearch()
    : ref_(reference()), in_(kSearchBlock), spectrum_(kSearchBlock), powers_(kSearchBlock) {}

void BurstSearch::whitened_spectrum() {
  std::array<float, 2 * kBandBins / kBinCell> gains;
  ref_.search_forward.execute(in_.data(), spectrum_.data());
  const std::span<cf32> bins = spectrum_;
  limit_outliers({bins.first(kBandBins), bins.last(kBandBins), kBinCell}, kOutlier, gains);
}

void BurstSearch::correlate(std::span<const cf32> block) {
  std::copy(block.begin(), block.end(), in_.begin());
  whitened_spectrum();
  // Pulses are looked for where narrow signals no longer make them.
  ref_.search_inverse.execute(spectrum_.data(), in_.data());
  std::array<float, kSearchBlock / kSampleCell> gains;
  if (limit_outliers({in_, {}, kSampleCell}, kOutlier, gains)) whitened_spectrum();
  multiply(spectrum_.data(), ref_.search_filter.data(), kSearchBlock);
  ref_.search_inverse.execute(spectrum_.data(), in_.data());
  powers_of(in_.data(), powers_.data(), kSearchLags);
}

float BurstSearch::local_mean(std::size_t cell, std::size_t cells) const {
  const std::size_t from = cell < 3 ? 0 : cell - 3;
  const std::size_t to = std::min(cell + 4, cells);
  float sum = 0;
  for (std::size_t c = from; c < to; ++c) sum += cell_sums_[c];
  return sum / static_cast<float>((to - from) * kCell);
}

void BurstSearch::add_hit(std::size_t lag, std::size_t lags, float level) {
  const std::size_t from = lag < kPeakReach ? 0 : lag - kPeakReach;
  const std::size_t to = std::min(lag + kPeakReach + 1, lags);
  for (std::size_t i = from; i < to; ++i)
    if (powers_[i] > powers_[lag] || (powers_[i] == powers_[lag] && i < lag)) return;
  const double shift =
      lag > 0 && lag + 1 < lags ? vertex(powers_[lag - 1], powers_[lag], powers_[lag + 1]) : 0.0;
  const SearchHit hit{static_cast<double>(lag) + shift, level};
  if (hit_count_ < kMaxHits) {
    hits_[hit_count_++] = hit;
    return;
  }
  const auto weakest =
      std::min_element(hits_.begin(), hits_.end(), [](auto& a, auto& b) { return a.level < b.level; });
  if (weakest->level >= level) return;
  std::move(weakest + 1, hits_.end(), weakest);
  hits_.back() = hit;
}

std::span<const SearchHit> BurstSearch::search(std::span<const cf32> block, std::size_t lags) {
  hit_count_ = 0;
  correlate(block);
  // A part of a cell at the end counts with its neighbour.
  const std::size_t cells = std::clamp<std::size_t>(lags / kCell, 1, kCells);
  for (std::size_t c = 0; c < cells; ++c) {
    const float* cell = powers_.data() + c * kCell;
    cell_sums_[c] = capped_sum(cell, kCell, 1e30F);
  }
  for (std::size_t c = 0; c < cells; ++c) {
    const float mean = local_mean(c, cells);
    const float threshold = kThreshold * mean;
    const std::size_t end = c + 1 == cells ? lags : (c + 1) * kCell;
    for (std::size_t lag = c * kCell; lag < end; ++lag)
      if (powers_[lag] > threshold) add_hit(lag, lags, powers_[lag] / mean);
  }
  return {hits_.data(), hit_count_};
}

}  // namespace windhover::decoders::ocusync
