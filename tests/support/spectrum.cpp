#include "tests/support/spectrum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "tests/support/ofdm.hpp"

namespace windhover::synth {
namespace {

constexpr std::size_t kMostBins = 4096;
constexpr double kLeftOut = 0.005;

std::vector<double> hann(std::size_t size) {
  std::vector<double> out;
  for (std::size_t n = 0; n < size; ++n)
    out.push_back(0.5 -
                  0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(size)));
  return out;
}

/// In bins from the low edge of the band: below it lies this share of the power.
double quantile_bins(std::span<const double> power, double share) {
  double total = 0;
  for (const double p : power) total += p;
  double left = share * total;
  for (std::size_t k = 0; k < power.size(); ++k) {
    if (left < power[k]) return static_cast<double>(k) + left / power[k];
    left -= power[k];
  }
  return static_cast<double>(power.size());
}

}  // namespace

std::vector<double> power_spectrum(std::span<const dsp::cf32> iq, std::size_t bins) {
  const auto window = hann(bins);
  std::vector<double> out(bins);
  std::vector<cf64> part(bins);
  for (std::size_t first = 0; first + bins <= iq.size(); first += bins / 2) {
    for (std::size_t n = 0; n < bins; ++n) part[n] = window[n] * cf64(iq[first + n]);
    const auto mirrored = inverse_dft(part);
    for (std::size_t k = 0; k < bins; ++k) out[k] += std::norm(mirrored[(bins + bins / 2 - k) % bins]);
  }
  return out;
}

Edges occupied_band(std::span<const dsp::cf32> iq, dsp::Hertz rate) {
  const std::size_t bins = std::min(std::bit_floor(iq.size()), kMostBins);
  const auto power = power_spectrum(iq, bins);
  const double bin_hz = rate.value / static_cast<double>(bins);
  // Bin k lies around (k - bins/2)·bin_hz.
  const auto edge = [&](double share) {
    return dsp::Hertz{(quantile_bins(power, share) - 0.5 - static_cast<double>(bins / 2)) * bin_hz};
  };
  return {edge(kLeftOut), edge(1 - kLeftOut)};
}

}  // namespace windhover::synth
