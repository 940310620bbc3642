#pragma once
// Whether the time stamps of an aircraft's positions fit the time of their reception: a recording that is
// sent again has those of its day.

#include <deque>
#include <vector>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class ClockCheck {
 public:
  /// Stamps further off count. F3411-22a asks for 1 s; the rest is for clocks, ours too.
  static constexpr std::chrono::seconds kMostOff{10};
  static constexpr std::size_t kFewest = 5, kMost = 16;  ///< stamps that are judged together
  static constexpr std::chrono::seconds kMemory{60};

  /// `claimed`: as claimed_time() of the hour nearest to the reception.
  void take(UtcTime claimed, UtcTime heard);
  void tell(UtcTime now, std::vector<Reason>& reasons) const;

 private:
  struct Stamp {
    UtcTime heard;
    double off_s;
  };
  std::deque<Stamp> stamps_;
};

}  // namespace windhover::sensor
