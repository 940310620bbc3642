#pragma once
// What reasons weigh. A weight is the natural logarithm of a likelihood ratio: how much more probable what
// was received is if the claim is false than if it is true. If the honest side is never put too low, a true
// claim exceeds a weight of L with a probability of exp(-L) at most, which is where the thresholds come from.

#include <algorithm>
#include <cmath>
#include <utility>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

/// Share of honest aircraft that show a given mistake of their makers or users: a clock that was never set, a
/// broken signature, an odd pairing of names. An assumption, no measurement.
inline constexpr double kHonestMistake = 0.005;

inline const double kNotice = std::log(1e2), kWarning = std::log(1e4), kCritical = std::log(1e6);
/// No weight exceeds this: models are not more certain.
inline constexpr double kMostWeight = 20;

inline Severity severity_of(double weight) {
  if (weight >= kCritical) return Severity::critical;
  if (weight >= kWarning) return Severity::warning;
  if (weight >= kNotice) return Severity::notice;
  return weight < 0 ? Severity::supporting : Severity::info;
}

inline Reason weighed(std::string_view kind, double weight, std::string text,
                      std::map<std::string_view, double> evidence = {}) {
  weight = std::min(std::max(weight, -kMostWeight), kMostWeight);
  return {kind, severity_of(weight), weight, {}, std::move(text), std::move(evidence)};
}

}  // namespace windhover::sensor
