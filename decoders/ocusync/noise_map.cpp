#include "decoders/ocusync/noise_map.hpp"

#include <algorithm>

namespace windhover::decoders::ocusync {
namespace {

/// Standard deviations that an excess must reach. There are some 300 cells, rows and columns to a burst.
constexpr float kSignificant = 4.5F;
/// How far the channel estimate may be off before its own error looks like interference.
constexpr float kModelError = 0.05F;

constexpr std::size_t group_of(std::size_t carrier, std::size_t group) {
  return std::min((carrier < kDc ? carrier : carrier - 1) / group, kCarriers / group - 1);
}

}  // namespace

void NoiseMap::Excess::add(const Excess& other) {
  sum += other.sum;
  variance += other.variance;
  count += other.count;
}

float NoiseMap::Excess::significant() const {
  return count > 0 && sum > kSignificant * std::sqrt(variance) ? sum / count : 0.0F;
}

void NoiseMap::start(float base) {
  base_ = base;
  present_.fill(false);
}

void NoiseMap::add(std::size_t symbol, std::size_t carrier, float excess, float expected, float variance) {
  points_[symbol][carrier] = {excess, variance, 1};
  ratio_[symbol][carrier] = (excess + expected) / expected;
}

void NoiseMap::add_known(std::size_t symbol, const Spectrum& received, const Spectrum& sent,
                         const Spectrum& channel, cf32 turn) {
  present_[symbol] = true;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    if (q == kDc) continue;
    const float expected = base_ + kModelError * power(channel[q]);
    const float noise = power(received[q] - times(times(channel[q], turn), sent[q]));
    add(symbol, q, noise - expected, expected, base_ * base_);
  }
}

void NoiseMap::add_unknown(std::size_t symbol, const Spectrum& received, const Spectrum& channel) {
  present_[symbol] = true;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    if (q == kDc) continue;
    const float signal = power(channel[q]);
    const float expected = base_ + (1 + kModelError) * signal;
    add(symbol, q, power(received[q]) - expected, expected, base_ * base_ + 2 * base_ * signal);
  }
}

/// The median over the symbols, which a packet on top of some of them does not move; for plain noise 0.7.
float NoiseMap::line_noise(std::size_t carrier) const {
  constexpr float kLine = 4.0F;  // five of nine exponential values exceed it together once in 10^6
  std::array<float, kSymbols> ratios{};
  std::size_t n = 0;
  float sum = 0;
  for (std::size_t s = 0; s < kSymbols; ++s)
    if (present_[s]) sum += ratios[n++] = ratio_[s][carrier];
  if (sum < kLine * static_cast<float>(n - n / 2)) return 0;  // so the median cannot reach it
  std::nth_element(ratios.begin(), ratios.begin() + n / 2, ratios.begin() + n);
  return ratios[n / 2] > kLine ? ratios[n / 2] * base_ : 0.0F;
}

void NoiseMap::find_lines() {
  for (std::size_t q = 0; q < kSpectrum; ++q) lines_[q] = q == kDc ? 0.0F : line_noise(q);
}

void NoiseMap::find_cells() {
  for (std::size_t s = 0; s < kSymbols; ++s) {
    if (!present_[s]) continue;
    cell_sums_[s].fill({});
    for (std::size_t q = 0; q < kSpectrum; ++q)
      if (q != kDc && lines_[q] == 0) cell_sums_[s][group_of(q, kGroup)].add(points_[s][q]);
    for (std::size_t g = 0; g < kGroups; ++g) cells_[s][g] = cell_sums_[s][g].significant();
  }
}

/// What is weaker but lasts longer, or is wider. Cells found before are left out: they have their own value
/// and would drag their whole row and column along.
void NoiseMap::find_columns_and_rows() {
  for (std::size_t g = 0; g < kGroups; ++g) {
    Excess sum;
    for (std::size_t s = 0; s < kSymbols; ++s)
      if (present_[s] && cells_[s][g] == 0) sum.add(cell_sums_[s][g]);
    columns_[g] = sum.significant();
  }
  for (std::size_t s = 0; s < kSymbols; ++s) {
    Excess sum;
    for (std::size_t g = 0; g < kGroups; ++g)
      if (present_[s] && cells_[s][g] == 0 && columns_[g] == 0) sum.add(cell_sums_[s][g]);
    rows_[s] = sum.significant();
  }
}

void NoiseMap::finish(std::array<std::array<float, kSpectrum>, kSymbols>& weights) {
  find_lines();
  find_cells();
  find_columns_and_rows();
  for (std::size_t s = 0; s < kSymbols; ++s) {
    if (!present_[s]) continue;
    for (std::size_t q = 0; q < kSpectrum; ++q) {
      const std::size_t g = group_of(q, kGroup);
      weights[s][q] = 1.0F / (base_ + std::max({rows_[s], columns_[g], cells_[s][g], lines_[q]}));
    }
  }
}

}  // namespace windhover::decoders::ocusync
