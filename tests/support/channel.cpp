#include "tests/support/channel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tests/support/resampler.hpp"

namespace windhover::synth {
namespace {

using dsp::cf32;

constexpr double kFlatEdge = 0.4;

double from_db(double db) { return std::pow(10.0, db / 10); }

}  // namespace

double noise_power(double snr_db, double signal_power, dsp::Hertz noise_bandwidth, dsp::Hertz rate) {
  return signal_power / from_db(snr_db) * (rate / noise_bandwidth);
}

void apply_gain(std::span<cf32> iq, double gain) {
  for (auto& x : iq) x *= static_cast<float>(gain);
}

void apply_frequency_offset(std::span<cf32> iq, dsp::Hertz offset, dsp::Hertz rate, double phase_rad) {
  // A rotation in double precision drifts by 1e-16 a step; starting anew now and then keeps it exact for
  // good.
  constexpr std::size_t kRenew = 4096;
  const double turns = offset / rate;
  const std::complex<double> step = std::polar(1.0, 2 * std::numbers::pi * turns);
  std::complex<double> rotation;
  for (std::size_t n = 0; n < iq.size(); ++n) {
    if (n % kRenew == 0) {
      const double done = turns * static_cast<double>(n);
      rotation = std::polar(1.0, phase_rad + 2 * std::numbers::pi * (done - std::floor(done)));
    }
    const auto re = static_cast<float>(rotation.real()), im = static_cast<float>(rotation.imag());
    const cf32 x = iq[n];
    iq[n] = cf32(x.real() * re - x.imag() * im, x.real() * im + x.imag() * re);
    rotation = {rotation.real() * step.real() - rotation.imag() * step.imag(),
                rotation.real() * step.imag() + rotation.imag() * step.real()};
  }
}

std::vector<cf32> apply_clock_offset(std::span<const cf32> iq, double ppm) {
  const double step = 1 + ppm * 1e-6;
  std::vector<cf32> out(static_cast<std::size_t>(std::ceil(static_cast<double>(iq.size()) / step)));
  Interpolator::with(kFlatEdge).interpolate(iq, 0, step, out);
  return out;
}

std::vector<cf32> apply_multipath(std::span<const cf32> iq, dsp::Hertz rate, std::span<const Tap> taps) {
  double longest_ns = 0;
  for (const Tap& tap : taps) longest_ns = std::max(longest_ns, tap.delay_ns);
  const auto extra = static_cast<std::size_t>(std::ceil(longest_ns * 1e-9 * rate.value));
  std::vector<cf32> out(iq.size() + extra), path(out.size());
  const Interpolator& interpolator = Interpolator::with(kFlatEdge);
  for (const Tap& tap : taps) {
    interpolator.interpolate(iq, -tap.delay_ns * 1e-9 * rate.value, 1, path);
    const cf32 gain(tap.gain);
    for (std::size_t n = 0; n < out.size(); ++n)
      out[n] += cf32(path[n].real() * gain.real() - path[n].imag() * gain.imag(),
                     path[n].real() * gain.imag() + path[n].imag() * gain.real());
  }
  return out;
}

std::vector<Tap> rician_taps(Random& random, const RicianProfile& profile) {
  constexpr std::array kScattered_db{0.0, -3.0, -6.0};
  double scattered_sum = 0;
  for (const double db : kScattered_db) scattered_sum += from_db(db);
  const double k = from_db(profile.k_db);
  std::vector<Tap> taps;
  for (std::size_t i = 0; i < kScattered_db.size(); ++i) {
    const double power = from_db(kScattered_db[i]) / scattered_sum / (k + 1);
    taps.push_back({std::complex<double>(random.complex_normal(power)),
                    profile.spread_ns * static_cast<double>(i) / (kScattered_db.size() - 1)});
  }
  taps[0].gain += std::polar(std::sqrt(k / (k + 1)), random.uniform(0, 2 * std::numbers::pi));
  if (!profile.normalised) return taps;
  double total = 0;
  for (const Tap& tap : taps) total += std::norm(tap.gain);
  for (Tap& tap : taps) tap.gain /= std::sqrt(total);
  return taps;
}

void apply_iq_imbalance(std::span<cf32> iq, double gain_db, double phase_deg) {
  const double gain = std::pow(10.0, gain_db / 20);
  const double phase = phase_deg * std::numbers::pi / 180;
  const auto from_q = static_cast<float>(gain * std::cos(phase));
  const auto from_i = static_cast<float>(gain * std::sin(phase));
  for (auto& x : iq) x = cf32(x.real(), from_q * x.imag() + from_i * x.real());
}

void add_dc(std::span<cf32> iq, cf32 offset) {
  for (auto& x : iq) x += offset;
}

void clip(std::span<cf32> iq, float level) {
  for (auto& x : iq) x = cf32(std::clamp(x.real(), -level, level), std::clamp(x.imag(), -level, level));
}

void quantise(std::span<cf32> iq, unsigned bits) {
  const auto scale = static_cast<float>(1U << (bits - 1));
  const auto rounded = [scale](float x) {
    return std::clamp(std::nearbyint(x * scale), -scale, scale - 1) / scale;
  };
  for (auto& x : iq) x = cf32(rounded(x.real()), rounded(x.imag()));
}

}  // namespace windhover::synth
