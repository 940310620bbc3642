#include "decoders/ocusync/channel_estimate.hpp"

#include <algorithm>

#include "dsp/simd.hpp"

namespace windhover::decoders::ocusync {
namespace {

constexpr int kReach = 72;

WINDHOVER_CLONES cf32 project(const cf32* x, const float* u) {
  std::array<float, 16> re{}, im{};
  std::size_t q = 0;
  for (; q + 16 <= kSpectrum; q += 16)
    for (std::size_t j = 0; j < 16; ++j) {
      re[j] += x[q + j].real() * u[q + j];
      im[j] += x[q + j].imag() * u[q + j];
    }
  cf32 sum = 0;
  for (std::size_t j = 0; j < 16; ++j) sum += cf32{re[j], im[j]};
  for (; q < kSpectrum; ++q) sum += x[q] * u[q];
  return sum;
}

WINDHOVER_CLONES void accumulate(cf32* out, const float* u, cf32 weight) {
  for (std::size_t q = 0; q < kSpectrum; ++q) out[q] += u[q] * weight;
}

/// Energy of the path at a fractional delay.
float energy_at(const Spectrum& h, double delay) {
  Rotator ramp(-2 * std::numbers::pi * delay * kLastCarrier / kFftSize,
               2 * std::numbers::pi * delay / kFftSize);
  cf32 sum = 0;
  for (const cf32 x : h) sum += times(x, ramp.next());
  return power(sum);
}

double refine_peak(const Spectrum& h, double delay) {
  for (const double step : {0.4, 0.1}) {
    const float before = energy_at(h, delay - step), at = energy_at(h, delay),
                after = energy_at(h, delay + step);
    const double curvature = 2.0 * at - before - after;
    if (curvature > 0) delay += step * std::clamp(0.5 * (after - before) / curvature, -1.5, 1.5);
  }
  return delay;
}

/// How far above the noise's mean a coefficient must stand: low degrees are nearly always there.
constexpr float keep_level(std::size_t degree) { return degree < 2 ? 1.5F : degree < 6 ? 3.0F : 5.0F; }

}  // namespace

ChannelEstimate::ChannelEstimate() : ref_(reference()), bins_(kFftSize), taps_(kFftSize) {}

DelayProfile ChannelEstimate::profile(const Spectrum& measured) {
  std::fill(bins_.begin(), bins_.end(), cf32{});
  for (std::size_t q = 0; q < kSpectrum; ++q) bins_[(q + kFftSize - kDc) % kFftSize] = measured[q];
  ref_.symbol_inverse.execute(bins_.data(), taps_.data());
  const auto tap = [&](int delay) { return power(taps_[static_cast<std::size_t>(delay) % kFftSize]); };
  int peak = 0;
  for (int d = -kReach; d <= kReach; ++d)
    if (tap(d) > tap(peak)) peak = d;
  float floor = 0;
  for (int d = 128; d < 896; ++d) floor += tap(d);
  floor /= 768;
  const float significant = std::max(0.1F * tap(peak), 10 * floor);
  double weight = 0, moment = 0;
  for (int d = peak - kReach; d <= peak + kReach; ++d) {
    if (tap(d) < significant) continue;
    weight += tap(d);
    moment += static_cast<double>(tap(d)) * d;
  }
  DelayProfile result;
  result.peak_samples = refine_peak(measured, peak);
  result.centroid_samples = weight > 0 ? moment / weight : result.peak_samples;
  return result;
}

int ChannelEstimate::smooth(const Spectrum& measured, float noise, Spectrum& smoothed) {
  smoothed.fill(cf32{});
  int kept = 0;
  for (std::size_t j = 0; j < kBasis; ++j) {
    const float* u = ref_.polynomials[j].data();
    const cf32 c = project(measured.data(), u);
    const float energy = power(c);
    if (energy <= keep_level(j) * noise) continue;
    accumulate(smoothed.data(), u, c * (1.0F - noise / energy));
    ++kept;
  }
  return kept;
}

}  // namespace windhover::decoders::ocusync
