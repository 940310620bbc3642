#include "decoders/links/fsk_timing.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "dsp/simd.hpp"

namespace windhover::decoders::links {
namespace {

constexpr std::size_t kBlock = 128;  // places at a time
constexpr std::size_t kFewestPatternLengths = 32;

/// Frequency pulse of a Gaussian filter of bandwidth · time 0.5 over one symbol, at t symbols from its
/// middle.
double pulse(double t) {
  const double scale = std::numbers::pi * 0.5 * std::sqrt(2 / std::numbers::ln2);
  return 0.5 * (std::erf(scale * (t + 0.5)) - std::erf(scale * (t - 0.5)));
}

/// Raises `most` to the correlation power with a pattern, or with its conjugate, at kBlock places.
WINDHOVER_CLONES void correlate(const float* re, const float* im, const cf32* pattern, std::size_t taps,
                                float* most) {
  float rr[kBlock]{}, ii[kBlock]{}, ri[kBlock]{}, ir[kBlock]{};
  for (std::size_t i = 0; i < taps; ++i) {
    const float a = pattern[i].real(), b = pattern[i].imag();
    for (std::size_t n = 0; n < kBlock; ++n) {
      rr[n] += re[n + i] * a;
      ii[n] += im[n + i] * b;
      ri[n] += re[n + i] * b;
      ir[n] += im[n + i] * a;
    }
  }
  for (std::size_t n = 0; n < kBlock; ++n) {
    const float p = (rr[n] + ii[n]) * (rr[n] + ii[n]) + (ir[n] - ri[n]) * (ir[n] - ri[n]);
    const float q = (rr[n] - ii[n]) * (rr[n] - ii[n]) + (ir[n] + ri[n]) * (ir[n] + ri[n]);
    const float larger = p > q ? p : q;
    most[n] = most[n] > larger ? most[n] : larger;
  }
}

}  // namespace

KeyingTiming::KeyingTiming()
    : re_(kMostSamples + kBlock + kMostTaps), im_(re_.size()), fit_(kMostSamples + kBlock) {}

/// Those that begin with a 1. Their neighbours may be anything: as if none were there. Returns the number of
/// samples of each.
std::size_t KeyingTiming::make_patterns(double samples_per_symbol, const Keying& keying) noexcept {
  const double index = 2 * keying.deviation_hz / keying.rate_hz;
  const auto taps = std::min(
      static_cast<std::size_t>(static_cast<double>(keying.pattern_bits) * samples_per_symbol), kMostTaps);
  for (std::size_t p = 0; p < std::size_t{1} << (keying.pattern_bits - 1); ++p) {
    double turn = 0;
    for (std::size_t n = 0; n < taps; ++n) {
      patterns_[p][n] = unit_phasor(turn);
      const double at = (static_cast<double>(n) + 0.5) / samples_per_symbol;
      double frequency = 0;
      for (std::size_t s = 0; s < keying.pattern_bits; ++s)
        frequency += ((2 * p + 1) >> s & 1 ? 1 : -1) * pulse(at - static_cast<double>(s) - 0.5);
      turn += std::numbers::pi * index * frequency / samples_per_symbol;
    }
  }
  return taps;
}

/// Into fit_: the logarithm tells good fits from very good ones.
void KeyingTiming::fit_patterns(std::size_t patterns, std::size_t taps, std::size_t count) noexcept {
  double energy = 0;
  for (std::size_t n = 0; n < taps; ++n) energy += static_cast<double>(re_[n] * re_[n] + im_[n] * im_[n]);
  for (std::size_t first = 0; first < count; first += kBlock) {
    std::array<float, kBlock> most{};
    for (std::size_t p = 0; p < patterns; ++p)
      correlate(&re_[first], &im_[first], patterns_[p].data(), taps, most.data());
    for (std::size_t n = first; n < first + kBlock; ++n) {
      const double share =
          energy > 0 ? static_cast<double>(most[n - first]) / (energy * static_cast<double>(taps)) : 0;
      fit_[n] = -std::log(1.01F - static_cast<float>(std::clamp(share, 0.0, 1.0)));
      energy += static_cast<double>(re_[n + taps] * re_[n + taps] + im_[n + taps] * im_[n + taps]) -
                static_cast<double>(re_[n] * re_[n] + im_[n] * im_[n]);
    }
  }
}

double KeyingTiming::evidence(const Excerpt& in, const Keying& keying) noexcept {
  const double per_symbol = in.rate_hz / keying.rate_hz;
  const std::size_t taps = make_patterns(per_symbol, keying);
  if (taps < 2 * keying.pattern_bits || in.iq.size() < kFewestPatternLengths * taps) return 0;
  const std::size_t count = std::min(in.iq.size() - taps, kMostSamples);
  cf32 turned_by{};
  for (std::size_t n = 1; n < in.iq.size(); ++n) turned_by += times_conj(in.iq[n], in.iq[n - 1]);
  Rotator carrier(0, -phase(turned_by));
  for (std::size_t n = 0; n < count + taps; ++n) {
    const cf32 x = times(in.iq[n], carrier.next());
    re_[n] = x.real();
    im_[n] = x.imag();
  }
  std::fill(re_.begin() + static_cast<std::ptrdiff_t>(count + taps), re_.end(), 0.0F);
  std::fill(im_.begin() + static_cast<std::ptrdiff_t>(count + taps), im_.end(), 0.0F);
  fit_patterns(std::size_t{1} << (keying.pattern_bits - 1), taps, count);
  double mean = 0;
  for (std::size_t n = 0; n < count; ++n) mean += static_cast<double>(fit_[n]) / static_cast<double>(count);
  // Neighbouring fits share samples, so chance is measured over pieces as long as a pattern.
  const auto piece =
      static_cast<std::size_t>(std::round(static_cast<double>(keying.pattern_bits) * per_symbol));
  Rotator rotator(0, -2 * std::numbers::pi / per_symbol);
  std::complex<double> total{}, part{};
  double scatter = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const std::complex<double> turned(rotator.next());
    part += (static_cast<double>(fit_[n]) - mean) * turned;
    if ((n + 1) % piece != 0) continue;
    total += part;
    scatter += std::norm(part);
    part = {};
  }
  return scatter > 0 ? std::norm(total) / scatter : 0;
}

}  // namespace windhover::decoders::links
