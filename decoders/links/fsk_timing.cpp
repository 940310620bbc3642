#include "decoders/links/fsk_timing.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr std::size_t kSymbols = 3;  // of a pattern

/// Frequency pulse of a Gaussian filter of bandwidth · time 0.5 over one symbol, at t symbols from its
/// middle.
double pulse(double t) {
  const double scale = std::numbers::pi * 0.5 * std::sqrt(2 / std::numbers::ln2);
  return 0.5 * (std::erf(scale * (t + 0.5)) - std::erf(scale * (t - 0.5)));
}

}  // namespace

KeyingTiming::KeyingTiming() : fit_(kMostSamples) {}

/// Returns the number of samples of each.
std::size_t KeyingTiming::make_patterns(double samples_per_symbol, double index) noexcept {
  const auto taps = std::min(static_cast<std::size_t>(kSymbols * samples_per_symbol), kMostTaps);
  for (std::size_t p = 0; p < kPatterns; ++p) {
    double turn = 0;
    for (std::size_t n = 0; n < taps; ++n) {
      patterns_[p][n] = unit_phasor(turn);
      const double at = (static_cast<double>(n) + 0.5) / samples_per_symbol;
      double frequency = 0;
      // Its neighbours may be anything: as if none were there.
      for (std::size_t s = 0; s < kSymbols; ++s)
        frequency += ((p >> s & 1) != 0 ? 1 : -1) * pulse(at - static_cast<double>(s) - 0.5);
      turn += std::numbers::pi * index * frequency / samples_per_symbol;
    }
  }
  return taps;
}

double KeyingTiming::evidence(const Excerpt& in, const Keying& keying) noexcept {
  const double per_symbol = in.rate_hz / keying.rate_hz;
  const std::size_t taps = make_patterns(per_symbol, 2 * keying.deviation_hz / keying.rate_hz);
  if (taps < 2 * kSymbols || in.iq.size() < 32 * taps) return 0;
  const std::size_t count = std::min(in.iq.size() - taps, kMostSamples);
  double mean = 0;
  for (std::size_t n = 0; n < count; ++n) {
    float energy = 0, most = 0;
    for (std::size_t i = 0; i < taps; ++i) energy += power(in.iq[n + i]);
    for (const auto& pattern : patterns_) {
      cf32 sum{};
      for (std::size_t i = 0; i < taps; ++i) sum += times_conj(in.iq[n + i], pattern[i]);
      most = std::max(most, power(sum));
    }
    fit_[n] = energy > 0 ? most / energy : 0;
    mean += static_cast<double>(fit_[n]) / static_cast<double>(count);
  }
  // Neighbouring fits share samples, so chance is measured over pieces as long as a pattern.
  const auto piece = static_cast<std::size_t>(std::round(kSymbols * per_symbol));
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
