#pragma once
// Tracks the aircraft of protocols of which only the presence may be told: how many there are and how they
// are received. What identifies them stays in the tracker within; outside they have numbers, given in the
// order in which they appear and never again to another. One that comes back after it was gone has a new
// number.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sensor/tracker.hpp"

namespace windhover::sensor {

/// As Tracker; ids are "presence-<number>", and messages hold what was measured and nothing that was claimed.
class PresenceTracker {
 public:
  explicit PresenceTracker(const TrackerOptions& options) : tracker_(options) {}

  std::string on_frame(const TimedFrame& frame, UtcTime now);
  void advance(UtcTime now, std::vector<AircraftMessage>& due);
  void finish(UtcTime now, std::vector<AircraftMessage>& due);
  std::size_t size() const { return tracker_.size(); }
  std::uint64_t evicted() const { return tracker_.evicted(); }

 private:
  std::string number_of(const std::string& id);
  void hide(std::vector<AircraftMessage>& due);

  Tracker tracker_;
  std::map<std::string, std::string> numbers_;  // of those that are not gone, by true id
  std::uint64_t last_number_ = 0;
  std::vector<AircraftMessage> due_;
};

}  // namespace windhover::sensor
