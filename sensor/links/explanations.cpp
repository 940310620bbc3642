#include "sensor/links/explanations.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor::links {
namespace {

// Edges in time are good to 75 us, and a burst may be shorter than that.
constexpr double kEdge_s = 75e-6;
constexpr double kMostCovered = 0.6;
// Of the nominal width: DSSS fills half of its channel at half its power, and a faded signal less.
constexpr double kNarrowest = 0.3, kWidest = 1.6;

}  // namespace

void Explanations::add(const Explanation& explanation) {
  const double length_s = explanation.end_s - explanation.start_s;
  if (all_.size() >= kMost || !(length_s >= 0) || !(length_s < 1)) return;
  all_.push_back(explanation);
}

void Explanations::sort() {
  std::ranges::sort(all_, {}, &Explanation::start_s);
  longest_s_ = 0;
  for (const Explanation& each : all_) longest_s_ = std::max(longest_s_, each.end_s - each.start_s);
}

bool Explanations::explains(const Burst& burst) const {
  const double begin_s = burst.start_s - kEdge_s, end_s = burst.end_s() + kEdge_s;
  double covered_s = 0, until_s = begin_s;
  for (auto at = std::ranges::lower_bound(all_, begin_s - longest_s_, {}, &Explanation::start_s);
       at != all_.end() && at->start_s < end_s; ++at) {
    const double away_hz = std::abs(at->center_hz - burst.center_hz);
    const double ratio = burst.width_hz / at->width_hz;
    if (away_hz > 0.4 * at->width_hz || ratio < kNarrowest || ratio > kWidest) continue;
    covered_s += std::max(0.0, std::min(end_s, at->end_s) - std::max(until_s, at->start_s));
    until_s = std::max(until_s, at->end_s);
  }
  return covered_s >= kMostCovered * burst.duration_s && covered_s > 0;
}

void Explanations::drop_before(double time_s) {
  std::erase_if(all_, [&](const Explanation& each) { return each.end_s < time_s; });
}

}  // namespace windhover::sensor::links
