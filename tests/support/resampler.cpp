#include "tests/support/resampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::synth {
namespace {

using dsp::cf32;

constexpr std::size_t kPhases = 256;  // linear interpolation between them errs by -108 dB

/// J. F. Kaiser's window design formulas.
struct KaiserDesign {
  double beta;
  std::size_t taps;  // even
};

KaiserDesign kaiser_design(double stop_db, double transition) {
  const double taps = (stop_db - 8) / (2.285 * 2 * std::numbers::pi * transition) + 1;
  return {0.1102 * (stop_db - 8.7), 2 * static_cast<std::size_t>(std::ceil(taps / 2))};
}

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; term > 1e-12 * sum; ++k) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

/// Windowed ideal low-pass at time t (samples); `half` is where the window ends.
double windowed_sinc(double t, double cutoff, double half, double beta) {
  if (std::abs(t) >= half) return 0;
  const double angle = 2 * std::numbers::pi * cutoff * t;
  const double sinc = std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
  const double r = t / half;
  return 2 * cutoff * sinc * bessel_i0(beta * std::sqrt(1 - r * r)) / bessel_i0(beta);
}

}  // namespace

Interpolator::Interpolator(double flat_edge) {
  const double transition = 0.5 - flat_edge;
  const auto design = kaiser_design(90, transition);
  taps_ = design.taps;
  const double cutoff = 0.5 - transition / 2;
  kernel_.reserve((kPhases + 1) * taps_);
  for (std::size_t phase = 0; phase <= kPhases; ++phase)
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      // Tap taps_/2 - 1 is the input sample at or before the instant.
      const double t = static_cast<double>(phase) / kPhases + static_cast<double>(taps_ / 2) - 1 -
                       static_cast<double>(tap);
      kernel_.push_back(
          static_cast<float>(windowed_sinc(t, cutoff, static_cast<double>(taps_) / 2, design.beta)));
    }
}

cf32 Interpolator::value_at(std::span<const cf32> in, double position) const {
  const double whole = std::floor(position);
  const double phase = (position - whole) * kPhases;
  const auto row = static_cast<std::size_t>(phase);
  const auto towards_next = static_cast<float>(phase - static_cast<double>(row));
  const auto begin = static_cast<std::ptrdiff_t>(whole) - static_cast<std::ptrdiff_t>(taps_ / 2) + 1;
  const auto size = static_cast<std::ptrdiff_t>(in.size());
  const auto from = std::max<std::ptrdiff_t>(0, -begin);
  const auto to = std::min(static_cast<std::ptrdiff_t>(taps_), size - begin);
  const float* a = &kernel_[row * taps_];
  const float* b = a + taps_;
  float re = 0, im = 0;
  for (std::ptrdiff_t tap = from; tap < to; ++tap) {
    const float weight = a[tap] + towards_next * (b[tap] - a[tap]);
    const cf32 x = in[static_cast<std::size_t>(begin + tap)];
    re += weight * x.real();
    im += weight * x.imag();
  }
  return {re, im};
}

void Interpolator::interpolate(std::span<const cf32> in, double first, double step,
                               std::span<cf32> out) const {
  for (std::size_t n = 0; n < out.size(); ++n) out[n] = value_at(in, first + static_cast<double>(n) * step);
}

FilteredSamples band_pass(std::span<const cf32> in, double low, double high, double transition) {
  const auto design = kaiser_design(80, transition);
  const std::size_t lead = design.taps / 2;
  std::vector<cf32> taps(2 * lead + 1);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double t = static_cast<double>(i) - static_cast<double>(lead);
    const double weight = windowed_sinc(t, (high - low) / 2, static_cast<double>(lead) + 1, design.beta);
    taps[i] = cf32(std::polar(1.0, std::numbers::pi * (low + high) * t) * weight);
  }
  FilteredSamples out{std::vector<cf32>(in.size() + 2 * lead), lead};
  for (std::size_t n = 0; n < in.size(); ++n) {
    const float re = in[n].real(), im = in[n].imag();
    for (std::size_t i = 0; i < taps.size(); ++i)
      out.samples[n + i] +=
          cf32(re * taps[i].real() - im * taps[i].imag(), re * taps[i].imag() + im * taps[i].real());
  }
  return out;
}

}  // namespace windhover::synth
