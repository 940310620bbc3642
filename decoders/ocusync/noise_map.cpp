#include "decoders/ocusync/noise_map.hpp"

#include <algorithm>

namespace windhover::decoders::ocusync {
namespace {

/// Standard deviations that an excess must reach. There are some 900 cells, carriers, rows and columns to a
/// burst.
constexpr float kSignificant = 4.5F;
/// How far the channel estimate may be off before its own error looks like interference.
constexpr float kModelError = 0.05F;

float significant(float sum, float variance) { return sum > kSignificant * std::sqrt(variance) ? sum : 0.0F; }

}  // namespace

void NoiseMap::add(std::size_t symbol, std::size_t carrier, float noise, float variance) {
  const std::size_t group = (carrier < kDc ? carrier : carrier - 1) / kGroup;
  cell_[symbol][group] += noise - base_;
  cell_variance_[symbol][group] += variance;
  line_[carrier] += noise - base_;
  line_variance_[carrier] += variance;
}

void NoiseMap::add_known(std::size_t symbol, const Spectrum& received, const Spectrum& sent,
                         const Spectrum& channel, cf32 turn) {
  present_[symbol] = true;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    if (q == kDc) continue;
    const float model = kModelError * power(channel[q]);
    const float noise = power(received[q] - times(times(channel[q], turn), sent[q]));
    add(symbol, q, noise - model, base_ * base_);
  }
}

void NoiseMap::add_unknown(std::size_t symbol, const Spectrum& received, const Spectrum& channel) {
  present_[symbol] = true;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    if (q == kDc) continue;
    const float signal = power(channel[q]);
    add(symbol, q, power(received[q]) - (1 + kModelError) * signal, base_ * base_ + 2 * base_ * signal);
  }
}

float NoiseMap::column_excess(std::size_t group) const {
  float sum = 0, variance = 0, symbols = 0;
  for (std::size_t s = 0; s < kSymbols; ++s) {
    sum += cell_[s][group];
    variance += cell_variance_[s][group];
    symbols += present_[s] ? 1.0F : 0.0F;
  }
  return significant(sum, variance) / (symbols * static_cast<float>(kGroup));
}

float NoiseMap::row_excess(std::size_t symbol) const {
  float sum = 0, variance = 0;
  for (std::size_t g = 0; g < kGroups; ++g) {
    sum += cell_[symbol][g];
    variance += cell_variance_[symbol][g];
  }
  return significant(sum, variance) / static_cast<float>(kCarriers);
}

void NoiseMap::finish(std::array<std::array<float, kSpectrum>, kSymbols>& weights) const {
  std::array<float, kGroups> columns;
  for (std::size_t g = 0; g < kGroups; ++g) columns[g] = column_excess(g);
  const auto symbols = static_cast<float>(std::count(present_.begin(), present_.end(), true));
  for (std::size_t s = 0; s < kSymbols; ++s) {
    if (!present_[s]) continue;
    const float row = row_excess(s);
    for (std::size_t q = 0; q < kSpectrum; ++q) {
      const std::size_t group = std::min((q < kDc ? q : q - 1) / kGroup, kGroups - 1);
      const float cell = significant(cell_[s][group], cell_variance_[s][group]) / static_cast<float>(kGroup);
      const float line = significant(line_[q], 2 * line_variance_[q]) / symbols;
      weights[s][q] = 1.0F / (base_ + std::max({row, columns[group], cell, line}));
    }
  }
}

}  // namespace windhover::decoders::ocusync
