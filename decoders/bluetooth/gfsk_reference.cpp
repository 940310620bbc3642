#include "decoders/bluetooth/gfsk_reference.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace windhover::decoders::bluetooth {
namespace {

// Standard deviation of the Gaussian filter in symbols: sqrt(ln 2) / (2π·BT).
const double kSigma = std::sqrt(std::numbers::ln2) / (2 * std::numbers::pi * 0.5);

// Integral of the Gaussian's distribution function.
double smoothed_ramp(double x) {
  const double z = x / kSigma;
  return x * 0.5 * std::erfc(-z / std::numbers::sqrt2) +
         kSigma * std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

}  // namespace

double phase_pulse(double t) { return std::numbers::pi * (smoothed_ramp(t) - smoothed_ramp(t - 1)); }

KnownSymbols::KnownSymbols(std::span<const std::uint8_t> symbols)
    : symbols_(symbols.size()), phase_(symbols.size() * kSteps + 1) {
  constexpr int kReach = 2;  // symbols away whose pulse still changes
  for (std::size_t i = 0; i < phase_.size(); ++i) {
    const double t = static_cast<double>(i) / kSteps;
    const int here = static_cast<int>(t);
    double phase = 0;
    for (int k = 0; k < static_cast<int>(symbols.size()) && k <= here + kReach; ++k) {
      const double sign = symbols[static_cast<std::size_t>(k)] != 0 ? 1 : -1;
      phase += sign * (k < here - kReach ? std::numbers::pi : phase_pulse(t - k));
    }
    phase_[i] = static_cast<float>(phase);
  }
}

}  // namespace windhover::decoders::bluetooth
