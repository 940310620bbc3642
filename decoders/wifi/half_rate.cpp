#include "decoders/wifi/half_rate.hpp"

#include <cmath>
#include <numbers>

namespace windhover::decoders::wifi {
namespace {

// Samples on each side of the middle that a filter reaches over.
constexpr std::int64_t kReach = 23;
constexpr double kBeta = 5.65;  // Kaiser's for 60 dB

}  // namespace

HalfRate::HalfRate() {
  double sum = 0;
  for (std::int64_t n = 1; n <= kReach; n += 2) {
    const auto x = static_cast<double>(n);
    const double inside = x / static_cast<double>(kReach + 1);
    const double window =
        std::cyl_bessel_i(0.0, kBeta * std::sqrt(1 - inside * inside)) / std::cyl_bessel_i(0.0, kBeta);
    taps_.push_back(static_cast<float>(std::sin(std::numbers::pi * x / 2) / (std::numbers::pi * x) * window));
    sum += 2 * static_cast<double>(taps_.back());
  }
  for (float& tap : taps_) tap *= static_cast<float>(0.5 / sum);
  held_.reserve(4096);
  out_.reserve(2048);
}

IqBlock HalfRate::halve(const IqBlock& in) {
  if (in.gap || empty_) {
    held_.clear();
    first_ = in.first.value;
    gap_ = true;
  }
  empty_ = in.iq.empty();
  held_.insert(held_.end(), in.iq.begin(), in.iq.end());
  const std::int64_t end = first_ + std::ssize(held_);
  std::int64_t middle = first_ + kReach;
  middle += middle & 1;
  IqBlock out{{}, {middle / 2}, gap_};
  out_.clear();
  for (; middle + kReach < end; middle += 2) {
    const cf32* at = held_.data() + (middle - first_);
    cf32 sum = 0.5F * *at;
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      const auto distance = static_cast<std::ptrdiff_t>(2 * i + 1);
      sum += taps_[i] * (at[distance] + at[-distance]);
    }
    out_.push_back(sum);
  }
  if (!out_.empty()) {
    held_.erase(held_.begin(), held_.begin() + (middle - kReach - first_));
    first_ = middle - kReach;
    gap_ = false;
  }
  out.iq = out_;
  out.gap |= in.iq.empty() && in.gap;
  return out;
}

}  // namespace windhover::decoders::wifi
