#pragma once
// What could have been heard: which bands were received for which share of the time, and what that means for
// transmissions that drones make. A pure function of what it is told and of times.

#include <optional>
#include <vector>

#include "sensor/feed_messages.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

class Coverage {
 public:
  static constexpr std::chrono::seconds kWindow{10};

  /// Until `now` this band was received for `seconds` of the time since the call before.
  /// shed  by Work: the share of these seconds in which it was left undone
  void on_listening(double low_hz, double high_hz, double seconds, UtcTime now, const WorkShares& shed = {});
  /// At the end of each window, which is the end of 10 s of the stream, and early when a band is heard for
  /// the first time; head.time and the body are filled.
  void advance(UtcTime now, std::vector<CoverageMessage>& due);
  /// At the end of the stream: what is left.
  void finish(UtcTime now, std::vector<CoverageMessage>& due);

 private:
  struct Stretch {
    double low_hz, high_hz, seconds;
    UtcTime begin, end;
    WorkShares done_s;  // by Work
  };

  CoverageMessage message(UtcTime now) const;
  std::vector<BandShare> bands(Work needed, double window_s) const;
  bool tells_news(UtcTime now) const;

  static constexpr std::size_t kMost = 10'000;
  std::vector<Stretch> stretches_;  // of this window, oldest first
  std::optional<UtcTime> begin_, last_;
  std::vector<std::pair<double, double>> told_;  // bands of the message before
};

}  // namespace windhover::sensor
