#pragma once
// Ranges, and the limits of sample rates and centre frequencies, for metadata and flags alike.

#include "dsp/types.hpp"

namespace windhover::sensor {

struct HertzRange {
  dsp::Hertz lowest{};
  dsp::Hertz highest{};
};

/// NaN is not usable either.
constexpr bool is_usable_rate(dsp::Hertz rate) { return rate.value >= 1 && rate.value <= 1e9; }
constexpr bool is_usable_centre(dsp::Hertz centre) { return centre.value > 0 && centre.value <= 1e12; }

/// How an error sentence goes on after the name of the field or flag.
inline constexpr const char* kRateLimits = "must lie from 1 to 1e9 samples a second";
inline constexpr const char* kCentreLimits = "must lie above 0 and not above 1e12 Hz";

}  // namespace windhover::sensor
