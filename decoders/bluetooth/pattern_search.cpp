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

// Response to the pattern 1100: its symbols are a whole symbol, two samples, apart.
WINDHOVER_CLONES void coded_bit_kernel(const float* turns, std::size_t n, float* __restrict out) {
  for (std::size_t i = 0; i < n; ++i) out[i] = turns[i] + turns[i + 2] - turns[i + 4] - turns[i + 6];
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

WINDHOVER_CLONES void coded_kernel(const float* in_re, const float* in_im, const float* signs,
                                   std::size_t taps, std::size_t n, float* __restrict re,
                                   float* __restrict im) {
  constexpr std::size_t kBlock = 32;
  for (std::size_t i = 0; i < n; i += kBlock) {
    float sum_re[kBlock] = {}, sum_im[kBlock] = {};
    for (std::size_t k = 0; k < taps; ++k) {
      const float *r = in_re + i + 8 * k, *q = in_im + i + 8 * k;
      const float s = signs[k];
      for (std::size_t j = 0; j < kBlock; ++j) {
        sum_re[j] += s * q[j];
        sum_im[j] -= s * r[j];
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

PatternSearch PatternSearch::of_coded_bits(std::span<const std::uint8_t> bits) {
  PatternSearch search;
  search.coded_ = true;
  for (const std::uint8_t bit : bits) search.sines_.push_back(bit != 0 ? 1.0F : -1.0F);
  return search;
}

void PatternSearch::correlate(const SplitSamples& turns, SplitSamples& sums) const {
  const std::size_t n = turns.size() < reach() ? 0 : turns.size() - reach() + 1;
  if (n == 0) return sums.resize(0);
  // The kernels work in whole blocks: what they read and write beyond the end is thrown away.
  const SplitSamples* in = &turns;
  if (coded_) {
    const std::size_t bits = turns.size() - 6;
    patterns_.resize(padded(n) + reach());
    coded_bit_kernel(turns.re.data(), bits, patterns_.re.data());
    coded_bit_kernel(turns.im.data(), bits, patterns_.im.data());
    in = &patterns_;
  } else if (turns.size() < padded(n) + reach()) {
    patterns_.resize(padded(n) + reach());
    std::copy(turns.re.begin(), turns.re.end(), patterns_.re.begin());
    std::copy(turns.im.begin(), turns.im.end(), patterns_.im.begin());
    in = &patterns_;
  }
  sums.resize(padded(n));
  if (coded_)
    coded_kernel(in->re.data(), in->im.data(), sines_.data(), sines_.size(), padded(n), sums.re.data(),
                 sums.im.data());
  else
    correlate_kernel(in->re.data(), in->im.data(), cosines_.data(), sines_.data(), sines_.size(), padded(n),
                     sums.re.data(), sums.im.data());
  sums.resize(n);
}

}  // namespace windhover::decoders::bluetooth
