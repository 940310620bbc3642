#include "sensor/presence_tracker.hpp"

#include <utility>

namespace windhover::sensor {

std::string PresenceTracker::on_frame(const TimedFrame& frame, UtcTime now) {
  const std::string id = tracker_.on_frame(frame, now);
  return id.empty() ? id : number_of(id);
}

void PresenceTracker::advance(UtcTime now, std::vector<AircraftMessage>& due) {
  tracker_.advance(now, due_);
  hide(due);
}

void PresenceTracker::finish(UtcTime now, std::vector<AircraftMessage>& due) {
  tracker_.finish(now, due_);
  hide(due);
}

std::string PresenceTracker::number_of(const std::string& id) {
  const auto [at, is_new] = numbers_.try_emplace(id);
  if (is_new) at->second = "presence-" + std::to_string(++last_number_);
  return at->second;
}

// What may be told is copied, so that a field that is added later stays within until somebody lets it out.
void PresenceTracker::hide(std::vector<AircraftMessage>& due) {
  for (AircraftMessage& known : due_) {
    AircraftMessage shown;
    shown.head.time = known.head.time;
    shown.id = number_of(known.id);
    if (!known.same_as.empty()) shown.same_as = number_of(known.same_as);
    shown.state = known.state;
    shown.measured = std::move(known.measured);
    shown.disclosure = Disclosure::presence;
    if (known.state == AircraftState::gone) numbers_.erase(known.id);
    due.push_back(std::move(shown));
  }
  due_.clear();
}

}  // namespace windhover::sensor
