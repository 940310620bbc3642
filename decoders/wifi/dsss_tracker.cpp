#include "decoders/wifi/dsss_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/wifi/dsss_correlate.hpp"

namespace windhover::decoders::wifi {
namespace {

constexpr auto kLead = static_cast<std::int64_t>(SymbolWaveform::kLead);

// Both loops are of second order, critically damped. Carrier: 20 kHz wide, 0.02 dB at the limit of
// sensitivity. Clock: 50 ppm off, it lags by 0.1 sample for the first 100 symbols.
constexpr float kPhaseGain = 0.06F, kTurnGain = kPhaseGain * kPhaseGain / 4;
constexpr float kDelayGain = 0.012F, kDriftGain = kDelayGain * kDelayGain / 4;
constexpr float kErrorGain = 1.0F / 64;
constexpr float kMostError = 8;  // that a single symbol counts for

// Twice what two clocks of 50 ppm differ by.
constexpr double kMostDrift = 200e-6 * kBarkerSymbol;

/// e^(j·angle) of a small angle, and what makes good that it is not quite so.
constexpr cf32 small_turn(float angle) { return {1 - 0.5F * angle * angle, angle}; }
constexpr cf32 unit_length(cf32 value) { return value * (1.5F - 0.5F * power(value)); }

}  // namespace

PhaseDecision decide_phase(cf32 value, bool four) {
  const float re = value.real(), im = value.imag();
  const auto along = static_cast<std::uint8_t>(re < 0 ? 2 : 0);
  if (!four) return {along, static_cast<std::uint8_t>(along ^ 2U), std::abs(re)};
  const auto across = static_cast<std::uint8_t>(im < 0 ? 3 : 1);
  const float margin = std::abs(re) - std::abs(im);
  if (margin >= 0) return {along, across, margin};
  return {across, along, -margin};
}

BarkerTracker::BarkerTracker() {
  for (std::size_t i = 0; i < sinc_.size(); ++i) {
    const double at = static_cast<double>(i) / kPhases - kReach;
    const auto value = [](double x) {
      if (std::abs(x) >= kReach) return 0.0;
      const double pi_x = std::numbers::pi * x;
      const double window = 0.5 + 0.5 * std::cos(pi_x / kReach);
      return x == 0 ? 1.0 : std::sin(pi_x) / pi_x * window;
    };
    sinc_[i] = static_cast<float>(value(at));
    slope_[i] = static_cast<float>(value(at - 0.5) - value(at + 0.5));
  }
}

// The waveform later by phase/8 sample.
void BarkerTracker::interpolate(const SymbolWaveform& waveform, int phase, Kernel& kernel) const {
  constexpr int kCount = static_cast<int>(kTaps);
  Rotator carrier(-turn_ * kLead, turn_);
  for (int t = 0; t < kCount; ++t) {
    cf32 value = 0, slope = 0;
    const int first = std::max(0, t - kReach + 1), last = std::min(kCount - 1, t + kReach - 1);
    for (int m = first; m <= last; ++m) {
      const auto at = static_cast<std::size_t>((t - m + kReach) * kPhases - phase);
      value += waveform.taps[static_cast<std::size_t>(m)] * sinc_[at];
      slope += waveform.taps[static_cast<std::size_t>(m)] * slope_[at];
    }
    const cf32 turn = carrier.next();
    value = times(value, turn);
    slope = times(slope, turn);
    const auto n = static_cast<std::size_t>(t);
    kernel.re[n] = value.real(), kernel.im[n] = value.imag();
    kernel.slope_re[n] = slope.real(), kernel.slope_im[n] = slope.imag();
  }
}

void BarkerTracker::start(const PreambleEstimate& estimate, std::int64_t position) {
  position_ = static_cast<double>(position);
  turn_ = estimate.turn;
  drift_ = 0;
  phasor_ = 1;
  step_ = unit_phasor(turn_ * kBarkerSymbol);
  error_ = 0;
  for (int phase = 0; phase < kPhases; ++phase)
    interpolate(estimate.waveform, phase, kernels_[static_cast<std::size_t>(phase)]);
  // What the waveform an eighth of a sample late gives.
  const Kernel &early = kernels_[0], &late = kernels_[1];
  const float energy =
      mean_power(early.re.data(), early.im.data(), kTaps) * static_cast<float>(kTaps) + 1e-30F;
  const float per_delay =
      kPhases *
      correlate(late.re.data(), late.im.data(), early.slope_re.data(), early.slope_im.data(), kTaps).real();
  const float scale = 1 / energy, slope_scale = per_delay > 1e-3F * energy ? 1 / per_delay : 0;
  for (Kernel& kernel : kernels_)
    for (std::size_t n = 0; n < kTaps; ++n) {
      kernel.re[n] *= scale, kernel.im[n] *= scale;
      kernel.slope_re[n] *= slope_scale, kernel.slope_im[n] *= slope_scale;
    }
}

std::int64_t BarkerTracker::needed() const {
  return nearest_place(position_).sample + static_cast<std::int64_t>(kTaps) - kLead;
}

BarkerTracker::Place BarkerTracker::nearest_place(double position) {
  const double rounded = position + 0.5 / kPhases;
  const double sample = std::floor(rounded);
  return {static_cast<std::int64_t>(sample), static_cast<std::size_t>((rounded - sample) * kPhases)};
}

PhaseDecision BarkerTracker::read(const DsssSamples& samples, bool four) {
  const Place place = nearest_place(position_);
  const Kernel& kernel = kernels_[place.phase];
  const float *re = samples.re(place.sample - kLead), *im = samples.im(place.sample - kLead);
  const cf32 value = times_conj(correlate(re, im, kernel.re.data(), kernel.im.data(), kTaps), phasor_);
  const cf32 slope =
      times_conj(correlate(re, im, kernel.slope_re.data(), kernel.slope_im.data(), kTaps), phasor_);
  const PhaseDecision decision = decide_phase(value, four);
  const cf32 right = turned_back(value, decision.quarter);
  error_ += kErrorGain * (std::min(power(right - cf32{1, 0}), kMostError) - error_);
  steer_clock(std::clamp(turned_back(slope, decision.quarter).real(), -1.0F, 1.0F));
  steer_carrier(std::clamp(right.imag(), -1.0F, 1.0F), nearest_place(position_).sample - place.sample);
  return decision;
}

void BarkerTracker::steer_clock(float late) {
  drift_ = std::clamp(drift_ + static_cast<double>(kDriftGain * late), -kMostDrift, kMostDrift);
  position_ += kBarkerSymbol + drift_ + static_cast<double>(kDelayGain * late);
}

void BarkerTracker::steer_carrier(float off, std::int64_t samples) {
  turn_ += static_cast<double>(kTurnGain * off) / kBarkerSymbol;
  step_ = unit_length(times(step_, small_turn(kTurnGain * off)));
  phasor_ = unit_length(times(times(phasor_, step_), small_turn(kPhaseGain * off)));
  const auto slip = static_cast<double>(samples) - kBarkerSymbol;
  if (slip != 0) phasor_ = times(phasor_, unit_phasor(turn_ * slip));
}

}  // namespace windhover::decoders::wifi
