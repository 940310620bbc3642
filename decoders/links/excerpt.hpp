#pragma once
// What the estimators of modulation get to see: samples in which one emission is on, and its band.

#include <span>

#include "decoders/complex_math.hpp"

namespace windhover::decoders::links {

struct Excerpt {
  std::span<const cf32> iq;
  double rate_hz = 1;
  double low_hz = 0, high_hz = 0;  ///< edges of the emission from the excerpt's centre

  double width_hz() const { return high_hz - low_hz; }
  double middle_hz() const { return (low_hz + high_hz) / 2; }
};

}  // namespace windhover::decoders::links
