// The plan in words.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "sensor/tuning/megahertz.hpp"
#include "sensor/tuning/schedule.hpp"
#include "sensor/tuning/tuning_plan.hpp"

namespace windhover::sensor::tuning {
namespace {

constexpr std::size_t kMostListed = 5;

// Tenths.
std::string seconds(double s) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", s);
  return text.data();
}

std::string places(std::vector<double> centres_hz) {
  std::ranges::sort(centres_hz);
  if (centres_hz.size() > kMostListed)
    return std::to_string(centres_hz.size()) + " places from " + megahertz(centres_hz.front()) + " to " +
           megahertz(centres_hz.back()) + " MHz";
  std::string text;
  for (const double hz : centres_hz) text += (text.empty() ? "" : ", ") + megahertz(hz);
  return text + " MHz";
}

std::string sentence(const NotHeard& each) {
  return each.name + (each.centres_hz.empty() ? "" : " on " + places(each.centres_hz)) + ": " + each.why;
}

std::string what_is_heard(const Plan& plan, const Window& window) {
  std::string text;
  for (const std::string& name : names_heard(plan, window)) {
    std::vector<double> centres_hz;
    for (const std::size_t i : window.hears)
      if (plan.targets[i].name == name) centres_hz.push_back(plan.targets[i].centre_hz());
    text += (text.empty() ? "" : "; ") + name + " on " + places(centres_hz);
  }
  return text.empty() ? "nothing of what is wanted" : text;
}

std::string heading(const Plan& plan) {
  const std::string width = megahertz(plan.reach.rate_hz) + " MS/s";
  if (plan.is_parked())
    return "stays on one window of " + width + (plan.is_fixed ? ", as the frequency is set" : "");
  return "goes round " + std::to_string(plan.windows.size()) + " windows of " + width + " in " +
         seconds(plan.round_s()) + "; comes back to each within " + seconds(plan.longest_absence_s) +
         ", and stays up to " + seconds(kLongestStay_s) + " where an aircraft is heard";
}

}  // namespace

std::string megahertz(double hz) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f", hz / 1e6);
  std::string short_text = text.data();
  short_text.erase(short_text.find_last_not_of('0') + 1);
  if (short_text.back() == '.') short_text.pop_back();
  return short_text;
}

std::vector<std::string> names_heard(const Plan& plan, const Window& window) {
  std::vector<std::string> names;
  for (const std::size_t i : window.hears)
    if (std::ranges::find(names, plan.targets[i].name) == names.end()) names.push_back(plan.targets[i].name);
  return names;
}

std::string explain(const Plan& plan) {
  std::string text = "tuning: " + heading(plan) + '\n';
  for (const Window& window : plan.windows)
    text += "  " + megahertz(window.centre_hz) + " MHz" +
            (plan.is_parked() ? "" : " for " + seconds(window.dwell_s)) + ": " + what_is_heard(plan, window) +
            '\n';
  for (const NotHeard& each : plan.not_heard) text += "  not heard: " + sentence(each) + '\n';
  return text;
}

TuningStatus status_of(const Plan& plan) {
  TuningStatus status;
  for (const Window& window : plan.windows)
    status.windows.push_back(
        {window.centre_hz, plan.is_parked() ? 0 : window.dwell_s, names_heard(plan, window)});
  status.longest_absence_s = plan.longest_absence_s;
  for (const NotHeard& each : plan.not_heard) status.not_heard.push_back(sentence(each));
  return status;
}

}  // namespace windhover::sensor::tuning
