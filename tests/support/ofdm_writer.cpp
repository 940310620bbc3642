#include "tests/support/ofdm_writer.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace windhover::synth {
namespace {

constexpr std::size_t kTransitionSamples = 2 * kWifiRamp;

/// Rising, from the first sample of a transition.
std::array<double, kTransitionSamples> transition() {
  std::array<double, kTransitionSamples> out{};
  for (std::size_t n = 0; n < kTransitionSamples; ++n) {
    const double s = std::sin(std::numbers::pi / 2 * static_cast<double>(n) / kTransitionSamples);
    out[n] = s * s;
  }
  return out;
}

}  // namespace

void OfdmWriter::append(std::span<const cf64> body, std::size_t prefix, std::size_t length, double scale) {
  static const auto kRise = transition();
  const std::size_t first = sum_.size() - kTransitionSamples;
  sum_.resize(sum_.size() + length);
  // A whole number of bodies is added, so that the index never runs below 0.
  const std::size_t phase = (prefix / body.size() + 2) * body.size() - prefix - kWifiRamp;
  for (std::size_t n = 0; n < length + kTransitionSamples; ++n) {
    double weight = scale;
    if (n < kTransitionSamples) weight *= kRise[n];
    if (n >= length) weight *= 1 - kRise[n - length];
    sum_[first + n] += weight * body[(phase + n) % body.size()];
  }
}

std::vector<dsp::cf32> OfdmWriter::samples() const {
  std::vector<dsp::cf32> out;
  out.reserve(sum_.size());
  for (const cf64 x : sum_) out.emplace_back(static_cast<float>(x.real()), static_cast<float>(x.imag()));
  return out;
}

}  // namespace windhover::synth
