#pragma once
// When to go from one window of a plan to which other. A pure function of the plan, of times and of what was
// heard: no clock, no allocation after construction.

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sensor/tuning/tuning_plan.hpp"

namespace windhover::sensor::tuning {

/// Where an aircraft is heard a visit is made longer, but not beyond this: DroneID leaves its carrier
/// after 8.32 s.
inline constexpr double kLongestStay_s = 8.5;
/// Windows in which something was heard so lately are gone back to sooner.
inline constexpr double kLately_s = 30;
inline constexpr double kNever = -std::numeric_limits<double>::infinity();

/// Of all windows the next is that which was left the longest ago, times its priority, twice that where an
/// aircraft was heard lately; but only as far as every window is still begun within the plan's longest
/// absence of when it was left, if changes take kSwitch_s at most. Times are seconds of any one clock that
/// does not run back.
class Schedule {
 public:
  /// present  the window that is received at `now`
  Schedule(const Plan& plan, std::size_t present, double now);

  /// heard  by window, when something was heard there last; kNever
  /// The window to go to now; nullopt: stay. Then tell what came of it: arrived() or refused().
  std::optional<std::size_t> decide(double now, std::span<const double> heard);
  void arrived(std::size_t window, double now);
  /// The device stays; this window's turn comes again in the next round.
  void refused(std::size_t window, double now);

  std::size_t present() const { return present_; }

 private:
  struct Place {
    double dwell_s;
    double priority;
    double left;  ///< when
  };

  bool may_stay(double now, std::span<const double> heard) const;
  std::size_t choose(double now, std::span<const double> heard);
  bool leaves_time(std::size_t visited, double begin, double dwell_s);
  double deadline(std::size_t window) const { return places_[window].left + longest_absence_s_; }

  double longest_absence_s_;
  std::vector<Place> places_;
  std::vector<std::size_t> by_deadline_;
  std::size_t present_;
  double since_;    // of this visit
  double ends_at_;  // it, as far as planned
};

}  // namespace windhover::sensor::tuning
