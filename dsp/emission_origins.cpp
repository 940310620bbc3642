#include "dsp/emission_origins.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::dsp {
namespace {

constexpr std::size_t kMostWaiting = 128;
constexpr std::int64_t kWaitBlocks = 6;

constexpr double kCell_hz = 40e3;
constexpr double kDcHalf_hz = 80e3;
constexpr double kLineWidth_hz = 2.5 * kCell_hz;

// Receivers suppress their image by 20 to 60 dB.
constexpr float kLeastImage_db = 15, kMostImage_db = 65;
constexpr double kImageOverlap = 0.6;

constexpr float kSplatter_db = 18;
constexpr double kSplatterBlocks = 2.5;

constexpr float kSteady_db = 1;
constexpr std::int64_t kSpurBlocks = 13333;  // 1 s

constexpr double kJoinBlocks = 0.6;
constexpr double kJoinGap = 0.15;  // of the joint width
constexpr float kJoin_db = 12;

double width(const Emission& e) { return (e.high - e.low).value; }
double middle(const Emission& e) { return (e.high + e.low).value / 2; }
float density_db(const Emission& e) {
  return e.mean_dbfs - 10 * std::log10(static_cast<float>(std::max(width(e), 1.0)));
}
double overlap(double low, double high, double other_low, double other_high) {
  return std::min(high, other_high) - std::max(low, other_low);
}

}  // namespace

EmissionOrigins::EmissionOrigins(std::int64_t block_samples) : block_samples_(block_samples) {
  waiting_.reserve(kMostWaiting);
}

void EmissionOrigins::forget() noexcept {
  waiting_.clear();
  recent_ = {};
  lines_ = {};
}

void EmissionOrigins::take(const Emission& emission) noexcept {
  if (joined(emission)) return;
  if (waiting_.size() == kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(emission);
}

// Two that begin and end together beside one another are one whose middle fades.
bool EmissionOrigins::joined(const Emission& emission) noexcept {
  if (emission.open_start || emission.open_end) return false;
  const double tolerance = kJoinBlocks * static_cast<double>(block_samples_);
  for (Emission& other : waiting_) {
    if (other.open_start || other.open_end) continue;
    if (std::abs(static_cast<double>(other.start - emission.start)) > tolerance ||
        std::abs(static_cast<double>(other.end - emission.end)) > tolerance)
      continue;
    const double low = std::min(other.low, emission.low).value;
    const double high = std::max(other.high, emission.high).value;
    const double gap = high - low - width(other) - width(emission);
    if (gap > std::max(kCell_hz, kJoinGap * (high - low))) continue;
    if (std::abs(density_db(other) - density_db(emission)) > kJoin_db) continue;
    const auto power = [](float db) { return std::pow(10.0f, db / 10); };
    const double share = width(other) / (width(other) + width(emission));
    other.snr_db = static_cast<float>(
        10 * std::log10(share * power(other.snr_db) + (1 - share) * power(emission.snr_db)));
    other.mean_dbfs = 10 * std::log10(power(other.mean_dbfs) + power(emission.mean_dbfs));
    other.peak_dbfs = 10 * std::log10(power(other.peak_dbfs) + power(emission.peak_dbfs));
    other.id = std::min(other.id, emission.id);
    other.low = {low};
    other.high = {high};
    other.start = std::min(other.start, emission.start);
    other.end = std::max(other.end, emission.end);
    other.at_band_edge |= emission.at_band_edge;
    return true;
  }
  return false;
}

void EmissionOrigins::ready(SampleIndex now, std::vector<Emission>& out) noexcept {
  std::size_t kept = 0;
  for (const Emission& emission : waiting_) {
    if (!emission.open_end && now - emission.end < kWaitBlocks * block_samples_)
      waiting_[kept++] = emission;
    else
      let_out(emission, out);
  }
  waiting_.resize(kept);
}

void EmissionOrigins::flush(std::vector<Emission>& out) noexcept {
  for (const Emission& emission : waiting_) let_out(emission, out);
  waiting_.clear();
}

void EmissionOrigins::let_out(const Emission& emission, std::vector<Emission>& out) noexcept {
  if (is_splatter(emission)) return;
  if (out.size() == out.capacity()) {
    ++dropped_;
    return;
  }
  Emission told = emission;
  const bool is_line = width(told) <= kLineWidth_hz;
  if (is_line && std::abs(middle(told)) <= kDcHalf_hz)
    told.origin = EmissionOrigin::dc;
  else if (is_line && is_spur(told))
    told.origin = EmissionOrigin::spur;
  else if (is_image(told))
    told.origin = EmissionOrigin::image;
  recent_[next_recent_] = told;
  next_recent_ = (next_recent_ + 1) % recent_.size();
  out.push_back(told);
}

template <typename Test>
bool EmissionOrigins::any_other(const Emission& emission, Test test) const noexcept {
  const auto is_other = [&](const Emission& other) {
    return other.id != 0 && other.id != emission.id && test(other);
  };
  return std::any_of(recent_.begin(), recent_.end(), is_other) ||
         std::any_of(waiting_.begin(), waiting_.end(), is_other);
}

// A hard edge of something strong is wide for the block in which it lies.
bool EmissionOrigins::is_splatter(const Emission& emission) const noexcept {
  const auto reach = static_cast<std::int64_t>(kSplatterBlocks * static_cast<double>(block_samples_));
  if (emission.end - emission.start > reach) return false;
  return any_other(emission, [&](const Emission& other) {
    const bool at_its_edge =
        std::abs(other.start - emission.start) < reach || std::abs(other.end - emission.end) < reach;
    return at_its_edge && density_db(other) > density_db(emission) + kSplatter_db;
  });
}

bool EmissionOrigins::is_image(const Emission& emission) const noexcept {
  const double low = -emission.high.value, high = -emission.low.value;
  const auto lasts = static_cast<double>(emission.end - emission.start);
  return any_other(emission, [&](const Emission& other) {
    const float below = density_db(other) - density_db(emission);
    if (below < kLeastImage_db || below > kMostImage_db) return false;
    const double common_hz = overlap(low, high, other.low.value, other.high.value);
    if (common_hz < kImageOverlap * width(emission) || common_hz < kImageOverlap * width(other)) return false;
    const auto common =
        overlap(static_cast<double>(emission.start.value), static_cast<double>(emission.end.value),
                static_cast<double>(other.start.value - block_samples_),
                static_cast<double>(other.end.value + block_samples_));
    // An open stretch of the stronger one may end before or after that of its image.
    return common > 0.8 * lasts || ((other.open_end || other.open_start) && common > 0.4 * lasts);
  });
}

bool EmissionOrigins::is_spur(const Emission& emission) noexcept {
  const auto same_place = [&](const Line& line) {
    return line.until.value > 0 && std::abs(line.at_hz - middle(emission)) < kCell_hz;
  };
  auto line = std::find_if(lines_.begin(), lines_.end(), same_place);
  const bool goes_on = line != lines_.end() && std::abs(line->level_dbfs - emission.mean_dbfs) < kSteady_db &&
                       emission.start - line->until < 2 * block_samples_;
  if (line == lines_.end()) {
    line = std::min_element(lines_.begin(), lines_.end(),
                            [](const Line& a, const Line& b) { return a.until < b.until; });
    *line = {};
  }
  if (line->is_spur && std::abs(line->level_dbfs - emission.mean_dbfs) < 2 * kSteady_db) {
    line->until = emission.end;  // also behind something stronger that hid it
    return true;
  }
  if (!goes_on) *line = {middle(emission), emission.mean_dbfs, emission.start, {}, false};
  line->until = emission.end;
  line->is_spur = line->until - line->since >= kSpurBlocks * block_samples_;
  return line->is_spur;
}

}  // namespace windhover::dsp
