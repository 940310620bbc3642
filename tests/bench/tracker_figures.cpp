// Figures of the tracker: what it costs, and what damaged payloads do to it.

#include <algorithm>
#include <iomanip>
#include <vector>

#include "sensor/tracker.hpp"
#include "sensor/trust/alert_book.hpp"
#include "sensor/trust/trust_book.hpp"
#include "tests/bench/cpu_time.hpp"
#include "tests/bench/feed_scene.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/tracker_fuzz.hpp"

namespace windhover::bench {

bool tracker_load(std::ostream& out, Effort effort) {
  constexpr std::size_t kAircraft = 500, kEachSecond = 2500;
  constexpr double kMostLoad = 0.05;
  const std::size_t seconds = effort == Effort::full ? 60 : 10;
  sensor::Tracker tracker;
  sensor::TrustBook trust({.position = sensor::SensorPosition{54.0, 6.0, 20.0}});
  sensor::AlertBook alerts;
  std::vector<sensor::AircraftMessage> due;
  std::vector<sensor::AlertMessage> due_alerts;
  const auto start = sensor::parse_rfc3339("2026-03-01T12:00:00Z");
  double spent_s = 0, most_s = 0;
  std::size_t told = 0;
  for (std::size_t second = 0; second < seconds; ++second) {
    std::vector<sensor::TimedFrame> frames;
    for (std::size_t i = second * kEachSecond; i < (second + 1) * kEachSecond; ++i) {
      const auto at = start + std::chrono::microseconds(400 * static_cast<std::int64_t>(i));
      frames.push_back(swarm_frame(i, kAircraft, at));
    }
    const double before_s = thread_cpu_s();
    for (const sensor::TimedFrame& frame : frames) {
      const std::string id = tracker.on_frame(frame, frame.at.time);
      if (!id.empty()) trust.on_frame(id, frame, {});
      tracker.advance(frame.at.time, due);
      for (sensor::AircraftMessage& message : due) {
        message.trust = trust.trust_of(message.id, message.head.time);
        alerts.take(message, due_alerts);
      }
      told += due.size();
      due.clear();
      due_alerts.clear();
    }
    const double taken_s = thread_cpu_s() - before_s;
    spent_s += taken_s;
    most_s = std::max(most_s, taken_s);
  }
  const double load = spent_s / static_cast<double>(seconds);
  out << "Tracker, trust and alerts, without JSON, " << kAircraft
      << " aircraft with 5 frames a second each.\n\n"
      << "| seconds | messages | share of a core | in the worst second |\n|---|---|---|---|\n| " << seconds
      << " | " << told << " | " << std::fixed << std::setprecision(2) << 100 * load << " % | " << 100 * most_s
      << " % |\n";
  return load <= kMostLoad;
}

bool tracker_fuzz(std::ostream& out, Effort effort) {
  const TrackerFuzz fuzz = fuzz_tracker(effort == Effort::full ? 1'000'000 : 50'000, 1);
  out << "| payloads | accepted | messages | with what is no number |\n|---|---|---|---|\n| " << fuzz.payloads
      << " | " << fuzz.accepted << " | " << fuzz.messages << " | " << fuzz.not_a_number << " |\n";
  return fuzz.not_a_number == 0 && fuzz.accepted > fuzz.payloads / 4;
}

}  // namespace windhover::bench
