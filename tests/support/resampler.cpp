#include "tests/support/resampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>

namespace windhover::synth {
namespace {

using dsp::cf32;

constexpr std::size_t kInterpolatorPhases = 256;  // linear interpolation between them errs by -108 dB
constexpr std::size_t kLanes = 8;

/// J. F. Kaiser's window design formulas.
struct KaiserDesign {
  double beta;
  std::size_t taps;  // a multiple of 4
};

KaiserDesign kaiser_design(double stop_db, double transition) {
  const double taps = (stop_db - 8) / (2.285 * 2 * std::numbers::pi * transition) + 1;
  return {0.1102 * (stop_db - 8.7), 4 * static_cast<std::size_t>(std::ceil(taps / 4))};
}

double bessel_i0(double x) {
  const double quarter_square = x * x / 4;
  double sum = 1, term = 1;
  for (double k = 1; term > 1e-12 * sum; ++k) {
    term *= quarter_square / (k * k);
    sum += term;
  }
  return sum;
}

/// Ideal low-pass under a Kaiser window that ends at ±half samples.
class WindowedSinc {
 public:
  WindowedSinc(double cutoff, double half, double beta)
      : cutoff_(cutoff), half_(half), beta_(beta), peak_(bessel_i0(beta)) {}

  double operator()(double t) const {
    if (std::abs(t) >= half_) return 0;
    const double angle = 2 * std::numbers::pi * cutoff_ * t;
    const double sinc = std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
    const double r = t / half_;
    return 2 * cutoff_ * sinc * bessel_i0(beta_ * std::sqrt(1 - r * r)) / peak_;
  }

 private:
  double cutoff_, half_, beta_, peak_;
};

}  // namespace

Interpolator::Interpolator(double flat_edge) {
  const double transition = 0.5 - flat_edge;
  const auto design = kaiser_design(90, transition);
  taps_ = design.taps;
  const auto half = static_cast<double>(taps_ / 2);
  const WindowedSinc weight(0.5 - transition / 2, half, design.beta);
  kernel_.reserve((kInterpolatorPhases + 1) * taps_ * 2);
  for (std::size_t phase = 0; phase <= kInterpolatorPhases; ++phase)
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      // Tap taps_/2 - 1 is the input sample at or before the instant.
      const double t = static_cast<double>(phase) / kInterpolatorPhases + half - 1 - static_cast<double>(tap);
      kernel_.insert(kernel_.end(), 2, static_cast<float>(weight(t)));
    }
}

const Interpolator& Interpolator::with(double flat_edge) {
  thread_local std::map<double, Interpolator> kept;
  return kept.try_emplace(flat_edge, flat_edge).first->second;
}

/// Re and im of several taps at once in lanes that never meet before the end, which compilers vectorise.
cf32 Interpolator::weighted_sum(const cf32* in, double fraction) const {
  const double phase = fraction * kInterpolatorPhases;
  const auto row = static_cast<std::size_t>(phase);
  const auto towards_next = static_cast<float>(phase - static_cast<double>(row));
  const float* a = &kernel_[row * taps_ * 2];
  const float* b = a + taps_ * 2;
  const auto* x = reinterpret_cast<const float*>(in);
  std::array<float, kLanes> sum{};
  for (std::size_t i = 0; i < taps_ * 2; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sum[lane] += (a[i + lane] + towards_next * (b[i + lane] - a[i + lane])) * x[i + lane];
  return {sum[0] + sum[2] + sum[4] + sum[6], sum[1] + sum[3] + sum[5] + sum[7]};
}

void Interpolator::interpolate(std::span<const cf32> in, double first, double step,
                               std::span<cf32> out) const {
  std::vector<cf32> padded(in.size() + 2 * taps_);
  std::ranges::copy(in, padded.begin() + static_cast<std::ptrdiff_t>(taps_));
  const auto last_start = static_cast<double>(padded.size() - taps_);
  for (std::size_t n = 0; n < out.size(); ++n) {
    const double position = first + static_cast<double>(n) * step;
    const double whole = std::floor(position);
    const double start = whole + static_cast<double>(taps_ / 2 + 1);
    out[n] = start >= 0 && start <= last_start
                 ? weighted_sum(&padded[static_cast<std::size_t>(start)], position - whole)
                 : cf32{};
  }
}

FilteredSamples band_pass(std::span<const cf32> in, double low, double high, double transition) {
  const auto design = kaiser_design(80, transition);
  const std::size_t lead = design.taps / 2;
  const WindowedSinc weight((high - low) / 2, static_cast<double>(lead) + 1, design.beta);
  std::vector<cf32> taps(2 * lead + 1);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const double t = static_cast<double>(i) - static_cast<double>(lead);
    taps[i] = cf32(std::polar(1.0, std::numbers::pi * (low + high) * t) * weight(t));
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
