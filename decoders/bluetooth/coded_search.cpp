#include "decoders/bluetooth/coded_search.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "dsp/simd.hpp"

namespace windhover::decoders::bluetooth {
namespace {

using dsp::cf32;

/// In noise a lag passes with probability exp(-threshold); 99 % of packets at -2 dB in 1 MHz have more.
constexpr float kThreshold = 8;
/// Two crystals of 50 ppm each, Core Specification Vol 6 Part A 3.1.
constexpr double kMaxCfoRad = 2 * std::numbers::pi * 260e3 / 2e6;
constexpr auto kSigns = block1_signs(0);

WINDHOVER_CLONES void multiply(const cf32* iq, std::size_t n, float* __restrict re, float* __restrict im) {
  const auto* x = reinterpret_cast<const float*>(iq);
  for (std::size_t k = 0; k < n; ++k) {
    const float ar = x[2 * k + 4], ai = x[2 * k + 5], br = x[2 * k], bi = x[2 * k + 1];
    re[k] = ar * br + ai * bi;
    im[k] = ai * br - ar * bi;
  }
}

/// Symbols 2, 3 of a pattern less symbols 0, 1: the products whose two samples lie within either half.
WINDHOVER_CLONES void contrast(const float* product, std::size_t n, float* __restrict out) {
  for (std::size_t k = 0; k < n; ++k)
    out[k] = product[k + 4] + product[k + 5] + product[k + 6] - product[k] - product[k + 1] - product[k + 2];
}

WINDHOVER_CLONES void correlate(const float* contrast, std::size_t lags, float* __restrict out) {
  constexpr std::size_t kTile = 64;
  for (std::size_t start = 0; start < lags; start += kTile) {
    float sum[kTile] = {};
    for (std::size_t p = 0; p < kAddressPatterns; ++p) {
      const float* x = contrast + start + p * kPatternSamples;
      const auto sign = static_cast<float>(-kSigns[p]);
      for (std::size_t k = 0; k < kTile; ++k) sum[k] += sign * x[k];
    }
    for (std::size_t k = 0; k < kTile; ++k) out[start + k] = sum[k];
  }
}

/// Running sums a pattern apart; double, as a strong burst must leave nothing behind.
WINDHOVER_CLONES void energies(const float* re, const float* im, std::size_t lags,
                               double* __restrict energy) {
  for (std::size_t k = 0; k < kPatternSamples; ++k) energy[k] = 0;
  for (std::size_t p = 0; p < kAddressPatterns; ++p)
    for (std::size_t k = 0; k < kPatternSamples; ++k) {
      const float r = re[p * kPatternSamples + k], i = im[p * kPatternSamples + k];
      energy[k] += static_cast<double>(r * r + i * i);
    }
  constexpr std::size_t kAll = kAddressPatterns * kPatternSamples;
  for (std::size_t n = kPatternSamples; n < lags; n += kPatternSamples)
    for (std::size_t k = 0; k < kPatternSamples; ++k) {
      const float* r = re + n + k - kPatternSamples;
      const float* i = im + n + k - kPatternSamples;
      energy[n + k] =
          energy[n + k - kPatternSamples] + (static_cast<double>(r[kAll] * r[kAll] + i[kAll] * i[kAll]) -
                                             static_cast<double>(r[0] * r[0] + i[0] * i[0]));
    }
}

WINDHOVER_CLONES void levels(const float* re, const float* im, const double* energy, std::size_t lags,
                             float* __restrict level) {
  for (std::size_t k = 0; k < lags; ++k)
    level[k] = (re[k] * re[k] + im[k] * im[k]) / (static_cast<float>(energy[k]) + 1e-30F);
}

WINDHOVER_CLONES float largest(const float* x, std::size_t n) {
  float most[16] = {};
  for (std::size_t k = 0; k + 16 <= n; k += 16)
    for (std::size_t j = 0; j < 16; ++j) most[j] = x[k + j] > most[j] ? x[k + j] : most[j];
  return *std::max_element(most, most + 16);
}

constexpr std::size_t kPadding = 64;

}  // namespace

CodedSearch::CodedSearch()
    : product_re_(kSpan + kPadding),
      product_im_(kSpan + kPadding),
      contrast_re_(kSpan + kPadding),
      contrast_im_(kSpan + kPadding),
      sum_re_(kMaxLags + kPadding),
      sum_im_(kMaxLags + kPadding),
      level_(kMaxLags + kPadding),
      energy_(kMaxLags + kPadding) {}

void CodedSearch::restart() { best_.reset(); }

void CodedSearch::search(std::span<const cf32> iq, std::int64_t first, std::size_t lags,
                         std::vector<CodedHit>& hits) {
  const std::size_t products = lags + kReach - kSamplesPerSymbol, contrasts = products - 6;
  multiply(iq.data(), products, product_re_.data(), product_im_.data());
  contrast(product_re_.data(), contrasts, contrast_re_.data());
  contrast(product_im_.data(), contrasts, contrast_im_.data());
  correlate(contrast_re_.data(), lags, sum_re_.data());
  correlate(contrast_im_.data(), lags, sum_im_.data());
  energies(contrast_re_.data(), contrast_im_.data(), lags, energy_.data());
  const std::size_t whole = (lags + 15) / 16 * 16;
  std::fill(energy_.begin() + static_cast<std::ptrdiff_t>(lags), energy_.end(), 1e30);
  levels(sum_re_.data(), sum_im_.data(), energy_.data(), whole, level_.data());
  if (largest(level_.data(), whole) > kThreshold)
    for (std::size_t k = 0; k < lags; ++k)
      if (level_[k] > kThreshold) consider(k, first + static_cast<std::int64_t>(k), hits);
  if (best_ && best_->block1 + kHoldOff < first + static_cast<std::int64_t>(lags)) finish(hits);
}

void CodedSearch::consider(std::size_t lag, std::int64_t at, std::vector<CodedHit>& hits) {
  if (best_ && best_->block1 + kHoldOff < at) finish(hits);
  if (best_ && best_->level >= level_[lag]) return;
  // The contrast of 0011 is +j, turned by the carrier's phase over one symbol.
  const double cfo_rad = std::atan2(-sum_re_[lag], sum_im_[lag]) / kSamplesPerSymbol;
  if (std::abs(cfo_rad) <= kMaxCfoRad) best_ = CodedHit{at, cfo_rad, level_[lag]};
}

void CodedSearch::finish(std::vector<CodedHit>& hits) {
  if (best_) hits.push_back(*best_);
  best_.reset();
}

}  // namespace windhover::decoders::bluetooth
