#include "tests/support/gfsk_modulator.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::synth {
namespace {

constexpr std::size_t kPulseSymbols =
    5;  // the pulse is below 1e-9 beyond for any bandwidth-time of 0.3 or more
constexpr double kPassbandSymbols = 4;  // below -75 dB of the carrier outside

/// Integral from minus infinity of the pulse: a rectangle of one symbol around 0 behind the Gaussian filter,
/// area 1. t in symbols.
double pulse_integral(double t, double bandwidth_time) {
  const double c = std::numbers::pi * bandwidth_time * std::sqrt(2 / std::numbers::ln2);
  const auto edge = [c](double x) {
    return x / 2 * std::erf(c * x) + std::exp(-c * c * x * x) / (2 * c * std::sqrt(std::numbers::pi));
  };
  return edge(t + 0.5) - edge(t - 0.5) + 0.5;
}

/// Share of one symbol's phase that passes from each sample to the next.
std::vector<double> pulse_steps(double bandwidth_time) {
  constexpr double kStep = 1.0 / kGfskSamplesPerSymbol;
  std::vector<double> steps;
  for (std::size_t j = 0; j < kPulseSymbols * kGfskSamplesPerSymbol; ++j) {
    const double t = static_cast<double>(j) * kStep - kPulseSymbols / 2.0;
    steps.push_back(pulse_integral(t + kStep, bandwidth_time) - pulse_integral(t, bandwidth_time));
  }
  return steps;
}

/// Phase step from each sample to the next, in radians, of the modulation alone.
std::vector<double> modulation_steps(std::span<const std::uint8_t> bits, const GfskOptions& options) {
  constexpr std::size_t kMiddle = (kPulseSymbols / 2) * kGfskSamplesPerSymbol;
  const auto pulse = pulse_steps(options.bandwidth_time);
  std::vector<double> steps(2 * kBleRamp + bits.size() * kGfskSamplesPerSymbol);
  for (std::size_t k = 0; k < bits.size(); ++k) {
    const double phase = std::numbers::pi * options.modulation_index * (bits[k] != 0 ? 1 : -1);
    for (std::size_t j = 0; j < pulse.size(); ++j)
      steps[kBleRamp + k * kGfskSamplesPerSymbol + j - kMiddle] += phase * pulse[j];
  }
  return steps;
}

double drift_hz(double t, const GfskOptions& options) {
  const double drift = options.drift_hz_per_s * t;
  return options.max_drift_hz ? std::clamp(drift, -*options.max_drift_hz, *options.max_drift_hz) : drift;
}

double envelope(std::size_t n, std::size_t size) {
  const std::size_t from_edge = std::min(n, size - n);
  if (from_edge >= kBleRamp) return 1;
  return 0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(from_edge) / kBleRamp);
}

}  // namespace

Waveform modulate_gfsk(std::span<const std::uint8_t> bits, const GfskOptions& options) {
  const double rate = options.symbol_rate_hz * kGfskSamplesPerSymbol;
  const auto steps = modulation_steps(bits, options);
  Waveform out{{}, {rate}, {kPassbandSymbols * options.symbol_rate_hz}, {options.symbol_rate_hz}};
  double phase = 0;
  for (std::size_t n = 0; n < kBleRamp; ++n) phase -= steps[n];
  for (std::size_t n = 0; n < steps.size(); ++n) {
    out.samples.emplace_back(std::polar(envelope(n, steps.size()), phase));
    const double t = (static_cast<double>(n) + 0.5 - kBleRamp) / rate;
    phase += steps[n];
    if (t > 0) phase += 2 * std::numbers::pi * drift_hz(t, options) / rate;
  }
  return out;
}

Waveform modulate_ble(BlePhy phy, int channel_index, std::span<const std::uint8_t> pdu,
                      const BleOptions& options) {
  GfskOptions gfsk = options.gfsk;
  gfsk.symbol_rate_hz = phy == BlePhy::le_2m ? 2e6 : 1e6;
  return modulate_gfsk(ble_packet(phy, channel_index, pdu, options.framing), gfsk);
}

}  // namespace windhover::synth
