#include "sensor/tuning/tuning_plan.hpp"

#include <algorithm>
#include <chrono>

#include "sensor/config_error.hpp"
#include "sensor/tuning/megahertz.hpp"
#include "sensor/tuning/window_cover.hpp"

namespace windhover::sensor::tuning {
namespace {

// A round leaves room for staying where something is heard.
constexpr double kRoom = 1.5;

std::string why_not(const Target& target, const Reach& reach, bool is_fixed) {
  if (is_fixed) return "it does not lie within the window that is set";
  if (target.high_hz - target.low_hz > reach.usable_hz() + 1)
    return "it is " + megahertz(target.high_hz - target.low_hz) + " MHz wide, and a window of " +
           megahertz(reach.rate_hz) + " MS/s holds " + megahertz(reach.usable_hz());
  return "the device does not tune there";
}

void name_not_heard(Plan& plan, const std::vector<bool>& covered) {
  std::vector<int> named;
  const bool is_full = plan.windows.size() == kMostWindows;
  for (std::size_t i = 0; i < plan.targets.size(); ++i) {
    const Target& target = plan.targets[i];
    if (target.is_extra || covered[i]) continue;
    std::string why = is_full ? "more than " + std::to_string(kMostWindows) + " windows would be needed"
                              : why_not(target, plan.reach, plan.is_fixed);
    const auto known = std::ranges::find_if(
        plan.not_heard, [&](const NotHeard& each) { return each.name == target.name && each.why == why; });
    if (known != plan.not_heard.end())
      known->centres_hz.push_back(target.centre_hz());
    else
      plan.not_heard.push_back({target.name, {target.centre_hz()}, std::move(why)});
  }
}

void set_times(Plan& plan, double longest_absence_s) {
  for (Window& window : plan.windows) {
    window.dwell_s = kLeastDwell_s;
    for (const std::size_t i : window.hears) {
      const Target& target = plan.targets[i];
      window.dwell_s = std::max(window.dwell_s, dwell_for(target.rhythm, kCaught));
      window.priority = std::max(window.priority, target.priority);
    }
  }
  if (!plan.is_parked()) plan.longest_absence_s = std::max(longest_absence_s, kRoom * plan.round_s());
}

}  // namespace

double Plan::round_s() const {
  double sum_s = 0;
  for (const Window& window : windows) sum_s += window.dwell_s + kSwitch_s;
  return sum_s;
}

Plan make_plan(const TuningOptions& options, std::span<const decoders::DecoderEntry> decoders,
               const Reach& reach, std::optional<double> fixed_hz) {
  Plan plan;
  plan.reach = reach;
  plan.is_fixed = fixed_hz.has_value();
  Targets wanted = targets_of(options, decoders, reach.usable_hz());
  plan.targets = std::move(wanted.targets);
  plan.not_heard = std::move(wanted.not_heard);
  const WindowCover cover(plan.targets, reach);
  const std::vector<double> centres = fixed_hz ? std::vector{*fixed_hz} : cover.choose(kMostWindows);
  for (const double centre : centres) plan.windows.push_back({centre, cover.held(centre)});
  name_not_heard(plan, cover.covered_by(centres));
  if (plan.windows.empty())
    throw ConfigError("nothing of what is wanted can be heard with this device and rate" +
                      (plan.not_heard.empty()
                           ? std::string()
                           : ": " + plan.not_heard.front().name + ", " + plan.not_heard.front().why) +
                      "; give --freq, or ask for something else");
  set_times(plan, std::chrono::duration<double>(options.longest_absence).count());
  return plan;
}

}  // namespace windhover::sensor::tuning
