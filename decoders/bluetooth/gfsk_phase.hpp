#pragma once
// Phase of Gaussian frequency-shift keying with BT = 0.5, Core Specification Vol 6 Part A 3.1.

#include <cmath>
#include <numbers>

namespace windhover::decoders::bluetooth {

/// Share of a symbol's phase step that has passed at t symbols after its middle.
inline double gfsk_phase_share(double t) {
  const double c = std::numbers::pi * 0.5 * std::sqrt(2 / std::numbers::ln2);
  const auto ramp = [c](double x) {
    return (x * std::erf(c * x) + std::exp(-c * c * x * x) / (c * std::sqrt(std::numbers::pi))) / 2;
  };
  return 0.5 + ramp(t + 0.5) - ramp(t - 0.5);
}

}  // namespace windhover::decoders::bluetooth
