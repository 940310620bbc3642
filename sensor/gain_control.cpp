#include "sensor/gain_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::sensor {
namespace {

double db_of(double amplitude_ratio) { return 20 * std::log10(amplitude_ratio); }

}  // namespace

GainControl::GainControl(GainRange range, double gain_db)
    : range_(range), gain_db_(gain_db), target_db_(gain_db) {}

std::optional<GainControl::Step> GainControl::take(const dsp::NativeLevels& levels, double now_s) {
  if (is_settling(now_s)) return std::nullopt;
  if (settled_at_s_) {
    settled_at_s_.reset();
    begin_quiet(now_s);
  }
  const double share = clipped_share(levels, now_s);
  if (share > kClippedShare) return lower(share, now_s);
  clips_at_lowest_ = false;
  loudest_dbfs_ = std::max(loudest_dbfs_, levels.peak_dbfs);
  if (levels.noise_lsb > 0) quietest_ = std::min(quietest_.value_or(levels.noise_lsb), levels.noise_lsb);
  if (now_s - quiet_since_s_ < kQuiet_s) return std::nullopt;
  const auto step = raise(now_s);
  if (!step) begin_quiet(now_s);
  return step;
}

double GainControl::clipped_share(const dsp::NativeLevels& levels, double now_s) {
  if (now_s - watched_.begin_s >= kWatch_s) {
    watched_before_ = watched_;
    watched_ = {.begin_s = now_s};
  }
  watched_.samples += levels.samples;
  watched_.saturated += levels.saturated;
  const std::size_t saturated = watched_before_.saturated + watched_.saturated;
  if (saturated < kFewestClipped) return 0;
  return static_cast<double>(saturated) / static_cast<double>(watched_before_.samples + watched_.samples);
}

std::optional<GainControl::Step> GainControl::lower(double share, double now_s) {
  begin_quiet(now_s);
  if (now_s - std::exchange(clipped_at_s_, now_s) > 2 * kLongestWait_s) wait_s_ = kAfterClipping_s;
  if (std::exchange(raised_last_, false)) wait_s_ = std::min(2 * wait_s_, kLongestWait_s);
  no_raise_before_s_ = now_s + wait_s_;
  raised_.reset();
  if (std::min(target_db_, gain_db_) <= range_.lowest_db) {
    clips_at_lowest_ = true;
    return std::nullopt;
  }
  return step_to(target_db_ - (share > kMuchClippedShare ? kFarDown_db : kDown_db), GainReason::clipping,
                 now_s);
}

std::optional<GainControl::Step> GainControl::raise(double now_s) {
  noise_lsb_ = quietest_;
  const double noise = quietest_.value_or(0);
  const bool enough = is_enough(noise);
  raised_.reset();
  const bool may = now_s >= no_raise_before_s_ && target_db_ < range_.highest_db &&
                   static_cast<double>(loudest_dbfs_) + kUp_db <= -kHeadroom_db;
  if (enough || !may) return std::nullopt;
  raised_ = Raised{gain_db_, noise};
  raised_last_ = true;
  return step_to(target_db_ + kUp_db, GainReason::converter_noise, now_s);
}

// Whether the noise follows is known only after a raise. What was once enough is so until tuned anew.
bool GainControl::is_enough(double noise_lsb) {
  if (noise_lsb < kResolved_lsb) return false;
  if (raised_ && raised_->noise_lsb > 0 && gain_db_ > raised_->from_db &&
      db_of(noise_lsb / raised_->noise_lsb) >= kFollows * (gain_db_ - raised_->from_db))
    enough_db_ = std::min(enough_db_.value_or(gain_db_), gain_db_);
  return enough_db_ && gain_db_ >= *enough_db_;
}

GainControl::Step GainControl::step_to(double gain_db, GainReason reason, double now_s) {
  gain_db_ = target_db_ = std::clamp(gain_db, range_.lowest_db, range_.highest_db);
  settled_at_s_ = now_s + kSettling_s;
  watched_ = watched_before_ = {.begin_s = now_s};
  return {gain_db_, reason};
}

void GainControl::begin_quiet(double now_s) {
  quiet_since_s_ = now_s;
  loudest_dbfs_ = -200;
  quietest_.reset();
}

void GainControl::retuned(double now_s) {
  begin_quiet(now_s);
  noise_lsb_.reset();
  raised_.reset();
  enough_db_.reset();
}

}  // namespace windhover::sensor
