#include "sensor/host_clock.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::sensor {
namespace {

using Seconds = std::chrono::duration<double>;

// How much of what a window is later than the one before is followed: enough for any oscillator.
constexpr double kFollow = 0.5;

}  // namespace

std::int64_t HostClock::note(dsp::SampleIndex end, std::size_t samples, Time arrival, bool complete) {
  if (!origin_) {
    origin_ = arrival;
    behind_s_ = -seconds(end);
    window_end_ = arrival + kWindow;
    uncertainty_s_ = static_cast<double>(samples) / rate_.value;
  }
  const double behind_s = Seconds(arrival - *origin_).count() - seconds(end);
  behind_s_ = std::min(behind_s_, behind_s);
  earliest_s_ = std::min(earliest_s_, behind_s);
  sum_s_ += behind_s;
  ++count_;
  chunk_s_ = static_cast<double>(samples) / rate_.value;
  if (arrival < window_end_) return 0;
  const std::int64_t missing = end_window(complete);
  window_end_ = arrival + kWindow;
  return missing;
}

std::int64_t HostClock::end_window(bool complete) {
  const double later_s = earliest_s_ - behind_s_;
  uncertainty_s_ = chunk_s_ + sum_s_ / static_cast<double>(count_) - earliest_s_;
  std::int64_t missing = 0;
  const bool is_behind = !complete && later_s > Seconds(kLeastLoss).count();
  if (is_behind && suspected_s_) missing = std::llround(std::min(later_s, *suspected_s_) * rate_.value);
  suspected_s_ = is_behind && missing == 0 ? std::optional(later_s) : std::nullopt;
  if (!is_behind) behind_s_ += kFollow * later_s;
  // Indices jump by what is missing, and all that was compared with them so far.
  double& oldest_s = earliest_of_[windows_++ % kRateWindows];
  if (windows_ > kRateWindows)
    rate_error_ppm_ = (earliest_s_ - oldest_s) / (kRateWindows * Seconds(kWindow).count()) * 1e6;
  oldest_s = earliest_s_;
  if (missing > 0)
    for (double& earliest_s : earliest_of_) earliest_s -= static_cast<double>(missing) / rate_.value;
  earliest_s_ = std::numeric_limits<double>::max();
  sum_s_ = 0;
  count_ = 0;
  return missing;
}

std::int64_t HostClock::passed(dsp::SampleIndex end, Time arrival) const {
  if (!origin_) return 0;
  const double late_s = Seconds(arrival - *origin_).count() - seconds(end) - behind_s_;
  return std::max<std::int64_t>(0, std::llround(late_s * rate_.value));
}

std::optional<HostClock::Time> HostClock::at(dsp::SampleIndex index) const {
  if (!origin_) return std::nullopt;
  return *origin_ + std::chrono::duration_cast<Time::duration>(Seconds(behind_s_ + seconds(index)));
}

}  // namespace windhover::sensor
