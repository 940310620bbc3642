#include "sensor/tuning/schedule.hpp"

#include <algorithm>
#include <numeric>

namespace windhover::sensor::tuning {

Schedule::Schedule(const Plan& plan, std::size_t present, double now)
    : longest_absence_s_(plan.longest_absence_s), present_(present), since_(now) {
  for (const Window& window : plan.windows)
    places_.push_back({window.dwell_s, static_cast<double>(window.priority), now});
  by_deadline_.resize(places_.size());
  std::iota(by_deadline_.begin(), by_deadline_.end(), std::size_t{0});
  ends_at_ = now + places_[present].dwell_s;
}

std::optional<std::size_t> Schedule::decide(double now, std::span<const double> heard) {
  if (places_.size() < 2 || now < ends_at_) return std::nullopt;
  if (may_stay(now, heard) && leaves_time(present_, now, places_[present_].dwell_s)) {
    ends_at_ = now + places_[present_].dwell_s;
    return std::nullopt;
  }
  return choose(now, heard);
}

bool Schedule::may_stay(double now, std::span<const double> heard) const {
  const double dwell_s = places_[present_].dwell_s;
  return heard[present_] >= std::max(since_, now - dwell_s) && now + dwell_s - since_ <= kLongestStay_s;
}

std::size_t Schedule::choose(double now, std::span<const double> heard) {
  places_[present_].left = now;
  std::optional<std::size_t> best;
  double most = -1;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (i == present_) continue;
    const double urgency =
        (now - places_[i].left) * places_[i].priority * (now - heard[i] <= kLately_s ? 2 : 1);
    if (urgency <= most || !leaves_time(i, now + kSwitch_s, places_[i].dwell_s)) continue;
    best = i;
    most = urgency;
  }
  if (best) return *best;
  // Late already: whoever has waited the longest.
  const std::size_t other = present_ == 0 ? 1 : 0;
  std::size_t oldest = other;
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (i != present_ && places_[i].left < places_[oldest].left) oldest = i;
  return oldest;
}

// Whether all the others can be begun in time when `visited` is received until begin + dwell_s, in the order
// of their deadlines: if that order fails, every other one does.
bool Schedule::leaves_time(std::size_t visited, double begin, double dwell_s) {
  std::ranges::sort(by_deadline_, {}, [&](std::size_t i) { return deadline(i); });
  if (visited != present_ && begin > deadline(visited)) return false;
  double time = begin + dwell_s;
  for (const std::size_t i : by_deadline_) {
    if (i == visited) continue;
    time += kSwitch_s;
    if (time > deadline(i)) return false;
    time += places_[i].dwell_s;
  }
  return true;
}

void Schedule::arrived(std::size_t window, double now) {
  present_ = window;
  since_ = now;
  ends_at_ = now + places_[window].dwell_s;
}

void Schedule::refused(std::size_t window, double now) {
  places_[window].left = now;
  ends_at_ = now + kLeastDwell_s;
}

}  // namespace windhover::sensor::tuning
