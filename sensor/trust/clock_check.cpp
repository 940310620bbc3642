#include "sensor/trust/clock_check.hpp"

#include <algorithm>
#include <cmath>

#include "sensor/trust/odds.hpp"

namespace windhover::sensor {

void ClockCheck::take(UtcTime claimed, UtcTime heard) {
  if (stamps_.size() >= kMost) stamps_.pop_front();
  stamps_.push_back({heard, std::chrono::duration<double>(claimed - heard).count()});
}

void ClockCheck::tell(UtcTime now, std::vector<Reason>& reasons) const {
  constexpr double kMostOff_s = std::chrono::duration<double>(kMostOff).count();
  constexpr double kHour_s = 3600;
  std::size_t judged = 0;
  double nearest_s = kHour_s;
  for (const Stamp& stamp : stamps_) {
    if (now - stamp.heard > kMemory) continue;
    ++judged;
    if (std::abs(stamp.off_s) < std::abs(nearest_s)) nearest_s = stamp.off_s;
  }
  if (judged < kFewest || std::abs(nearest_s) <= kMostOff_s) return;
  // The hour of a recording is any: the stamp is then anywhere within the hour.
  const double by_replay = 1 - 2 * kMostOff_s / kHour_s;
  reasons.push_back(weighed("time_stamp", std::log(by_replay / kHonestMistake),
                            "The positions' time stamps are not of the time at which they are heard.",
                            {{"off_s", nearest_s}, {"stamps", static_cast<double>(judged)}}));
}

}  // namespace windhover::sensor
