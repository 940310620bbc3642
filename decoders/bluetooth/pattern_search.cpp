#include "decoders/bluetooth/pattern_search.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include "dsp/simd.hpp"

namespace windhover::decoders::bluetooth {
namespace {

WINDHOVER_CLONES void turns_kernel(const float* iq, std::size_t n, float* __restrict re,
                                   float* __restrict im) {
  for (std::size_t i = 0; i < n; ++i) {
    const float* at = iq + 2 * i;
    const float ar = at[0] + at[2], ai = at[1] + at[3];
    const float br = at[4] + at[6], bi = at[5] + at[7];
    const float dr = br * ar + bi * ai, di = bi * ar - br * ai;
    const float scale = 1.0F / std::sqrt(dr * dr + di * di + 1e-37F);
    re[i] = dr * scale;
    im[i] = di * scale;
  }
}

// Blocks small enough to stay in registers while all taps pass. re and im: sums of the turns times the
// conjugate of (cosine + j·sine).
WINDHOVER_CLONES void correlate_kernel(const float* in_re, const float* in_im, const float* cosines,
                                       const float* sines, std::size_t taps, std::size_t n,
                                       float* __restrict re, float* __restrict im) {
  constexpr std::size_t kBlock = 32;
  for (std::size_t i = 0; i < n; i += kBlock) {
    float sum_re[kBlock] = {}, sum_im[kBlock] = {};
    for (std::size_t k = 0; k < taps; ++k) {
      const float *r = in_re + i + 2 * k, *q = in_im + i + 2 * k;
      const float c = cosines[k], s = sines[k];
      for (std::size_t j = 0; j < kBlock; ++j) {
        sum_re[j] += c * r[j] + s * q[j];
        sum_im[j] += c * q[j] - s * r[j];
      }
    }
    for (std::size_t j = 0; j < kBlock; ++j) re[i + j] = sum_re[j];
    for (std::size_t j = 0; j < kBlock; ++j) im[i + j] = sum_im[j];
  }
}

constexpr std::size_t kKernelBlock = 32;
constexpr std::size_t padded(std::size_t n) { return (n + kKernelBlock - 1) / kKernelBlock * kKernelBlock; }

}  // namespace

void symbol_turns(std::span<const cf32> iq, SplitSamples& out) {
  const std::size_t n = iq.size() < 4 ? 0 : iq.size() - 3;
  out.resize(n);
  turns_kernel(reinterpret_cast<const float*>(iq.data()), n, out.re.data(), out.im.data());
}

PatternSearch PatternSearch::of_symbols(std::span<const std::uint8_t> symbols) {
  PatternSearch search;
  const KnownSymbols known(symbols);
  const auto at = [&](double symbol) {  // waveform at that time, in symbols
    const double step = std::clamp(symbol * KnownSymbols::kSteps, 0.0,
                                   static_cast<double>(KnownSymbols::kSteps * symbols.size()));
    return std::polar(1.0F, static_cast<float>(kNominalIndex) * known.phase(static_cast<std::size_t>(step)));
  };
  for (std::size_t k = 0; k < symbols.size(); ++k) {
    // Two samples around each of the symbol's ends.
    const auto start = static_cast<double>(k);
    const cf32 before = at(start - 0.25) + at(start + 0.25), after = at(start + 0.75) + at(start + 1.25);
    const cf32 turn = after * std::conj(before);
    search.cosines_.push_back(turn.real() / std::abs(turn));
    search.sines_.push_back(turn.imag() / std::abs(turn));
  }
  return search;
}

void PatternSearch::correlate(const SplitSamples& turns, SplitSamples& sums) const {
  const std::size_t n = turns.size() < reach() ? 0 : turns.size() - reach() + 1;
  if (n == 0) return sums.resize(0);
  // The kernel works in whole blocks: what it reads and writes beyond the end is thrown away.
  padded_.resize(padded(n) + reach());
  std::copy(turns.re.begin(), turns.re.end(), padded_.re.begin());
  std::copy(turns.im.begin(), turns.im.end(), padded_.im.begin());
  sums.resize(padded(n));
  correlate_kernel(padded_.re.data(), padded_.im.data(), cosines_.data(), sines_.data(), sines_.size(),
                   padded(n), sums.re.data(), sums.im.data());
  sums.resize(n);
}

}  // namespace windhover::decoders::bluetooth
