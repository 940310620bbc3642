#include "decoders/wifi/half_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "decoders/wifi/lanes.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::wifi {
namespace {

// Samples on each side of the middle that a filter reaches over.
constexpr std::int64_t kReach = 23;
constexpr double kBeta = 5.65;  // Kaiser's for 60 dB

// Samples that are two apart.
WINDHOVER_CLONES
void every_second(const cf32* from, cf32* to, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) to[i] = from[2 * i];
}

// Taps are real, so that real and imaginary parts need not be told apart: neighbours of one part are two
// floats apart. odd[0] lies kReach before the first of `middle`.
WINDHOVER_CLONES
void filter(const float* middle, const float* odd, const float* taps, std::size_t count, float* out,
            std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; i += kLanes) {
    const float* before = odd + i + 2 * (count - 1);
    const float* after = before + 2;
    Lanes sum = 0.5F * load(middle + i);
    for (std::size_t k = 0; k < count; ++k) sum += taps[k] * (load(before - 2 * k) + load(after + 2 * k));
    store(sum, out + i);
  }
}

const float* floats(const dsp::AlignedVector<cf32>& x) { return reinterpret_cast<const float*>(x.data()); }

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
  for (auto* half : {&middle_, &odd_, &out_}) half->reserve(2048);
}

IqBlock HalfRate::halve(const IqBlock& in) {
  if (in.gap || empty_) {
    held_.clear();
    first_ = in.first.value;
    gap_ = true;
  }
  empty_ = in.iq.empty();
  held_.insert(held_.end(), in.iq.begin(), in.iq.end());
  std::int64_t middle = first_ + kReach;
  middle += middle & 1;
  const std::int64_t left = first_ + std::ssize(held_) - kReach - middle;
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(0, (left + 1) / 2));
  IqBlock out{{}, {middle / 2}, gap_};
  if (count > 0) {
    filter_held(middle - first_, count);
    held_.erase(held_.begin(),
                held_.begin() + (middle - first_ - kReach) + 2 * static_cast<std::ptrdiff_t>(count));
    first_ = middle - kReach + 2 * static_cast<std::int64_t>(count);
    gap_ = false;
  }
  out.iq = std::span(out_).first(count);
  out.gap |= in.iq.empty() && in.gap;
  return out;
}

// Whole lanes are computed, of which the last may hold more than was asked for.
void HalfRate::filter_held(std::int64_t middle, std::size_t count) {
  const std::size_t room = count + kLanes;
  middle_.resize(room);
  odd_.resize(room + static_cast<std::size_t>(kReach));
  out_.resize(room);
  every_second(held_.data() + middle, middle_.data(), count);
  every_second(held_.data() + (middle - kReach), odd_.data(), count + static_cast<std::size_t>(kReach));
  filter(floats(middle_), floats(odd_), taps_.data(), taps_.size(), reinterpret_cast<float*>(out_.data()),
         2 * count);
}

}  // namespace windhover::decoders::wifi
