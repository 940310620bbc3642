#include "sensor/links/listening.hpp"

#include <algorithm>

namespace windhover::sensor::links {

void Listening::add(const Stretch& stretch) {
  if (!(stretch.end_s > stretch.begin_s)) return;
  stretches_.push_back(stretch);
  stretches_.back().share = std::clamp(stretch.share, 0.0, 1.0);
  if (stretches_.size() > kMost) stretches_.pop_front();
}

// A band that is received in part counts as that part.
double Listening::share(double low_hz, double high_hz, double begin_s, double end_s) const {
  double known_s = 0, received_s = 0;
  const double width_hz = std::max(high_hz - low_hz, 1.0);
  for (const Stretch& each : stretches_) {
    const double length_s = std::min(end_s, each.end_s) - std::max(begin_s, each.begin_s);
    if (length_s <= 0) continue;
    known_s += length_s;
    const double common_hz = std::min(high_hz, each.high_hz) - std::max(low_hz, each.low_hz);
    received_s += length_s * each.share * std::clamp(common_hz / width_hz, 0.0, 1.0);
  }
  return known_s > 0 ? received_s / known_s : 1;
}

void Listening::drop_before(double time_s) {
  std::erase_if(stretches_, [&](const Stretch& each) { return each.end_s < time_s; });
}

}  // namespace windhover::sensor::links
