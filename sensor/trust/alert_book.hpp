#pragma once
// Alerts about aircraft, as a function of the messages that tell them: raised once, again when they grow more
// severe, cleared once.

#include <map>
#include <string>
#include <vector>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class AlertBook {
 public:
  /// Suspicion is raised when the weights of all reasons add up to kNotice (odds.hpp), and cleared when they
  /// have been below half of it for kCalm. An emergency ends kCalm after it was last claimed.
  static constexpr std::chrono::seconds kCalm{60};

  /// The message of an aircraft as it is told, in order of time. head.time and the body of `due` are filled.
  void take(const AircraftMessage& aircraft, std::vector<AlertMessage>& due);

 private:
  struct Raised {
    AlertMessage told;
    UtcTime last_cause{};
  };
  using Key = std::string;  // id of the alert
  void cause(const AircraftMessage& aircraft, AlertCategory category, Severity severity, std::string text,
             std::vector<AlertMessage>& due);
  void clear_when_calm(const AircraftMessage& aircraft, AlertCategory category,
                       std::vector<AlertMessage>& due);
  void clear(const AircraftMessage& aircraft, AlertCategory category, std::vector<AlertMessage>& due);

  std::map<Key, Raised> raised_;
};

}  // namespace windhover::sensor
