#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "sensor/rates.hpp"

namespace windhover::sensor::tuning {

/// What a device can do, as its driver tells it.
struct Reach {
  std::vector<HertzRange> centres;  ///< none: nobody knows, so everywhere
  double rate_hz = 0;
  std::optional<double> filter_hz{};  ///< width of its analogue filter, where it is narrower than the rate

  /// Of a window: without the outer 2 % on each side, where filters fall off.
  double usable_hz() const { return 0.96 * std::min(rate_hz, filter_hz.value_or(rate_hz)); }
};

}  // namespace windhover::sensor::tuning
