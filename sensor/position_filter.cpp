#include "sensor/position_filter.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "sensor/geodesy.hpp"

namespace windhover::sensor {

bool can_be_one_flight(const Fix& a, const Fix& b) {
  const double apart_s = std::abs(std::chrono::duration<double>(b.heard - a.heard).count());
  const double reach_m =
      PositionFilter::kMostSpeed_mps * (apart_s + PositionFilter::kMostAge_s) + a.accuracy_m + b.accuracy_m;
  return distance_m(a.at, b.at) <= reach_m;
}

PositionFilter::Verdict PositionFilter::take(const Position& at, const std::optional<double>& accuracy_m,
                                             UtcTime heard) {
  const Fix fix{at, heard, std::clamp(accuracy_m.value_or(kUsualAccuracy_m), 0.0, kMostAccuracy_m)};
  if (!believed_ || can_be_one_flight(*believed_, fix)) {
    believed_ = fix;
    held_in_row_ = 0;
    return Verdict::believed;
  }
  const bool agrees = held_in_row_ > 0 && can_be_one_flight(*candidate_, fix);
  held_in_row_ = agrees ? held_in_row_ + 1 : 1;
  candidate_ = fix;
  if (held_in_row_ >= kConfirmations) {
    believed_ = fix;
    held_in_row_ = 0;
    return Verdict::confirmed;
  }
  ++held_;
  return Verdict::held;
}

}  // namespace windhover::sensor
