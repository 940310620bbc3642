#include "sensor/trust/path_check.hpp"

#include <algorithm>

#include "sensor/geodesy.hpp"
#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

// Jumps of an honest aircraft's position, as of a bad fix, and of one that is made up: assumed, each hour.
constexpr double kHonestJumps_per_h = 1, kInventedJumps_per_h = 60;
constexpr double kWindow_h = std::chrono::duration<double>(PathCheck::kWindow).count() / 3600;
// Honest aircraft with two transmitters that tell places so far apart: assumed.
constexpr double kHonestTwoPlaces = 1e-5;

}  // namespace

void PathCheck::take(const std::string& source, const Position& at, const std::optional<double>& accuracy_m,
                     UtcTime heard) {
  const Fix fix{at, heard,
                std::clamp(accuracy_m.value_or(PositionFilter::kUsualAccuracy_m), 0.0,
                           PositionFilter::kMostAccuracy_m)};
  const auto before = filter_.believed();
  const auto verdict = filter_.take(at, accuracy_m, heard);
  if (verdict == PositionFilter::Verdict::held && filter_.jumped() && !is_return(fix)) {
    if (jumps_.size() >= kMostEvents) jumps_.pop_front();
    jumps_.push_back(heard);
    left_ = before;
  }
  look_elsewhere(source, fix);
  auto known =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) { return each.name == source; });
  if (known == sources_.end()) {
    if (sources_.size() >= kMostSources)
      sources_.erase(std::min_element(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
        return a.last.heard < b.last.heard;
      }));
    sources_.push_back({source, fix});
    return;
  }
  known->last = fix;
}

bool PathCheck::is_return(const Fix& fix) const {
  return left_ && !jumps_.empty() && fix.heard - jumps_.back() <= kExcursion &&
         can_be_one_flight(*left_, fix);
}

// Each of the two must go on where it was: a bad fix of one aircraft is elsewhere than its other sender, too.
void PathCheck::look_elsewhere(const std::string& source, const Fix& fix) {
  const bool is_next = turns_.empty() || turns_.back().source != source;
  if (!is_next) return;
  const auto own =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& each) { return each.name == source; });
  if (own == sources_.end() || !can_be_one_flight(own->last, fix)) return;
  for (const Source& other : sources_) {
    if (other.name == source || fix.heard - other.last.heard > kSameTime) continue;
    if (can_be_one_flight(other.last, fix)) continue;
    if (turns_.size() >= kMostEvents) turns_.pop_front();
    turns_.push_back({fix.heard, source, distance_m(other.last.at, fix.at)});
    return;
  }
}

void PathCheck::tell(UtcTime now, std::vector<Reason>& reasons) const {
  const auto is_recent = [&](UtcTime heard) { return now - heard <= kWindow; };
  const auto turns =
      std::count_if(turns_.begin(), turns_.end(), [&](const Turn& turn) { return is_recent(turn.heard); });
  if (static_cast<std::size_t>(turns) >= kFewestTurns) {
    reasons.push_back(weighed("two_places", std::log(1 / kHonestTwoPlaces),
                              "Two senders claim this identity from places that one aircraft cannot be at.",
                              {{"apart_m", turns_.back().apart_m}, {"turns", static_cast<double>(turns)}}));
    return;  // the jumps are those between the two
  }
  const auto jumps = std::count_if(jumps_.begin(), jumps_.end(), is_recent);
  if (jumps == 0) return;
  // Poisson: that so many jumps fall into the window.
  const double weight = static_cast<double>(jumps) * std::log(kInventedJumps_per_h / kHonestJumps_per_h) -
                        (kInventedJumps_per_h - kHonestJumps_per_h) * kWindow_h;
  reasons.push_back(weighed("position_jump", weight,
                            "The claimed position jumps further than an aircraft can fly.",
                            {{"jumps", static_cast<double>(jumps)}}));
}

}  // namespace windhover::sensor
