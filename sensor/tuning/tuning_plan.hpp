#pragma once
// Which windows of the spectrum a device visits, for how long, and what it cannot hear.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sensor/tuning/reach.hpp"
#include "sensor/tuning/tuning_status.hpp"
#include "sensor/tuning/wishes.hpp"

namespace windhover::sensor::tuning {

struct Window {
  double centre_hz = 0;
  std::vector<std::size_t> hears;  ///< of the plan's targets
  double dwell_s = 0;              ///< of a visit in which nothing is heard
  int priority = 1;                ///< the highest of what it hears
};

struct Plan {
  Reach reach;
  std::vector<Target> targets;
  std::vector<Window> windows;  ///< by centre, at least one
  std::vector<NotHeard> not_heard;
  double longest_absence_s = 0;  ///< 0: parked
  bool is_fixed = false;         ///< the user said where

  bool is_parked() const { return windows.size() == 1; }
  double round_s() const;  ///< of all windows, nothing being heard
};

/// A visit catches a sender that is there with this probability, if it is strong enough.
inline constexpr double kCaught = 0.95;
inline constexpr double kLeastDwell_s = 0.25;
/// What a change of window may take.
inline constexpr double kSwitch_s = 0.05;
inline constexpr std::size_t kMostWindows = 64;

/// Few windows that hold all that is wanted and can be held (a greedy cover), the rest being named. One where
/// everything fits. fixed_hz: the one window that the user has set. Throws ConfigError for a wish that is
/// none, and if nothing of what is wanted can be heard.
Plan make_plan(const TuningOptions& options, std::span<const decoders::DecoderEntry> decoders,
               const Reach& reach, std::optional<double> fixed_hz = std::nullopt);

/// The plan in words: lines, each ending with a line feed.
std::string explain(const Plan& plan);
/// The plan's part of a status.
TuningStatus status_of(const Plan& plan);

/// Of what a window hears: each once.
std::vector<std::string> names_heard(const Plan& plan, const Window& window);

}  // namespace windhover::sensor::tuning
