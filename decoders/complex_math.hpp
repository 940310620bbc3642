#pragma once
// Complex products without the Annex G checks for infinities, which keep loops from being vectorised.

#include <cmath>
#include <numbers>

#include "dsp/types.hpp"

namespace windhover::decoders {

using dsp::cf32;

constexpr cf32 times(cf32 a, cf32 b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// a · conj(b)
constexpr cf32 times_conj(cf32 a, cf32 b) {
  return {a.real() * b.real() + a.imag() * b.imag(), a.imag() * b.real() - a.real() * b.imag()};
}

constexpr float power(cf32 a) { return a.real() * a.real() + a.imag() * a.imag(); }

inline cf32 unit_phasor(double radians) {
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))};
}

inline double phase(cf32 a) {
  return std::atan2(static_cast<double>(a.imag()), static_cast<double>(a.real()));
}

/// A rotating phasor e^(j·(start + n·step)): exact every 256 samples, multiplied on in between.
class Rotator {
 public:
  Rotator(double start, double step) : start_(start), step_(step), factor_(unit_phasor(step)) {}

  cf32 next() {
    if (n_ % 256 == 0) value_ = unit_phasor(std::remainder(start_ + step_ * n_, 2 * std::numbers::pi));
    const cf32 now = value_;
    value_ = times(value_, factor_);
    ++n_;
    return now;
  }

 private:
  double start_, step_;
  cf32 factor_, value_{};
  int n_ = 0;
};

}  // namespace windhover::decoders
