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
  constexpr std::size_t kReach = 2;  // symbols away whose pulse still changes
  double settled = 0;                // of the symbols farther back
  for (std::size_t i = 0; i < phase_.size(); ++i) {
    const std::size_t here = i / kSteps;
    const auto sign = [&](std::size_t k) { return symbols[k] != 0 ? 1.0 : -1.0; };
    if (i % kSteps == 0 && here > kReach) settled += sign(here - kReach - 1) * std::numbers::pi;
    double phase = settled;
    for (std::size_t k = here < kReach ? 0 : here - kReach; k < std::min(symbols.size(), here + kReach + 1);
         ++k)
      phase += sign(k) * phase_pulse(static_cast<double>(i) / kSteps - static_cast<double>(k));
    phase_[i] = static_cast<float>(phase);
  }
}

}  // namespace windhover::decoders::bluetooth
