#include "sensor/overload.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::sensor {
namespace {

// A queue that shrinks by so much in a window is on its way out.
constexpr double kShrinking_s = 0.01;
constexpr double kUrgent_s = 0.2;
// All that lies between the threads when they keep up: what is held back, a batch, a chunk or two.
constexpr double kShort_s = 0.03;
constexpr int kCalmWindows = 3;
// A step down so soon after one back says that it was one too many; it is watched for more closely.
constexpr double kProbation_s = 3;
constexpr double kTryWindow_s = 0.2, kTryStanding_s = 0.06;
// The estimate may be wrong, or things have changed: it is overruled after so long without an overload.
constexpr double kPatience_s = 5;
constexpr double kMostBusy = 0.9;
constexpr double kUsualGrowth = 1.15;

}  // namespace

bool is_slice_taken(std::int64_t n, double share) {
  constexpr double kGolden = 0.6180339887498949;
  const double turn = static_cast<double>(n) * kGolden;
  return turn - std::floor(turn) < share;
}

ShedLevel LoadGovernor::take(const LoadSample& sample, double now_s) {
  window_.lost_blocks |= began_ && sample.lost_blocks > lost_blocks_;
  window_.lost_events |= began_ && sample.lost_events > lost_events_;
  lost_blocks_ = sample.lost_blocks;
  lost_events_ = sample.lost_events;
  has_rows_ = sample.has_rows;
  if (!began_) {
    began_ = true;
    last_look_s_ = window_.begin_s = calm_since_s_ = now_s;
    window_.lag_s = sample.lag_s;
    last_.lag_s = 1e9;  // nobody knows yet whether it grows
    return level_;
  }
  const double looked_s = std::max(0.0, now_s - std::exchange(last_look_s_, now_s));
  window_.lag_s = std::min(window_.lag_s, sample.lag_s);
  window_.busy_s += looked_s * std::clamp(sample.busy, 0.0, 1.0);
  window_.measured_s += looked_s;
  const bool on_probation = now_s - stepped_back_s_ < kProbation_s;
  if (now_s - window_.begin_s < (on_probation ? kTryWindow_s : kWindow_s)) return level_;
  judge(now_s);
  last_ = window_;
  window_ = {};
  window_.begin_s = now_s;
  window_.lag_s = 1e9;
  return level_;
}

void LoadGovernor::judge(double now_s) {
  // The least of a window that shrinks is its end, of one that grows its beginning, so the first window after
  // a step tells nothing; only when the rings are nearly full it must.
  const bool can_tell = windows_ > 0 || window_.lag_s > kUrgent_s;
  const bool shrinks = window_.lag_s <= last_.lag_s - kShrinking_s;
  const bool on_probation = now_s - stepped_back_s_ < kProbation_s;
  const bool stands = window_.lag_s > (on_probation ? kTryStanding_s : kStanding_s) &&
                      (window_.lost_blocks || (can_tell && !shrinks));
  const bool is_overloaded = stands || window_.lost_events;
  const bool is_calm = !window_.lost_blocks && !window_.lost_events && window_.lag_s < kShort_s;
  learn(last_);
  ++windows_;
  if (!is_calm) calm_windows_ = 0, calm_since_s_ = now_s;
  if (is_calm) ++calm_windows_;
  if (is_overloaded && level_ < kMostShed) {
    shed_more(now_s);
  } else if (level_ > 0 && has_room(now_s)) {
    shed_less(now_s);
  }
}

// Work for a second of air. Both windows around a step are of the same moment, so that how much of the
// machine there is cancels.
void LoadGovernor::learn(const Window& before) {
  if (window_.lost_blocks || before.lost_blocks || window_.measured_s <= 0) return;
  const double taken = 1 - (window_.lag_s - before.lag_s) / window_.measured_s;
  const double cost = window_.busy() / std::max(taken, 0.1);
  if (windows_ == 0) return;  // the window in which the step was taken
  if (windows_ == 1 && cost_before_ > 0 && cost > 0)
    saved_[level_] = std::clamp(cost_before_ / cost, 1.0, 2.0);
  cost_before_ = cost;
}

double LoadGovernor::growth() const {
  const auto less = static_cast<ShedLevel>(level_ - 1);
  if (is_shed(Work::everything, level_)) return time_share(less) / time_share(level_);
  return saved_[level_] > 0 ? saved_[level_] : kUsualGrowth;
}

bool LoadGovernor::has_room(double now_s) const {
  if (now_s < not_before_s_ || calm_windows_ < kCalmWindows) return false;
  // Two windows, since slices of time make one uneven.
  return (window_.busy() + last_.busy()) / 2 * growth() < kMostBusy || now_s - calm_since_s_ >= kPatience_s;
}

void LoadGovernor::shed_more(double now_s) {
  const bool has_failed = now_s - stepped_back_s_ < kProbation_s;
  hold_s_ = has_failed ? std::min(2 * hold_s_, kLongestHold_s) : kShortestHold_s;
  if (windows_ <= 1) cost_before_ = 0;  // of two steps in a row nobody knows which saved what
  do ++level_;
  while (is_idle(level_));
  not_before_s_ = now_s + hold_s_;
  calm_windows_ = windows_ = 0;
  calm_since_s_ = now_s;
}

void LoadGovernor::shed_less(double now_s) {
  do --level_;
  while (is_idle(level_));
  stepped_back_s_ = now_s;
  calm_windows_ = windows_ = 0;
  calm_since_s_ = now_s;
  cost_before_ = 0;
}

}  // namespace windhover::sensor
