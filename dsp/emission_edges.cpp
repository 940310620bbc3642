#include "dsp/emission_edges.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::dsp {
namespace {

// Of a block's power, the share that its Hann window lets through up to `x` blocks from its middle: the
// integral of cos⁴ over the window, which is 4/3 of a block long.
double share_before(double x) noexcept {
  constexpr double kPi = std::numbers::pi;
  const double t = std::clamp(0.75 * x, -0.5, 0.5);
  return t + 0.5 + 2 / (3 * kPi) * std::sin(2 * kPi * t) + 1 / (12 * kPi) * std::sin(4 * kPi * t);
}

// The inverse of share_before, within half a block: beyond it the neighbour tells more.
double place_of_share(double share) noexcept {
  constexpr std::size_t kPlaces = 64;
  static const auto shares = [] {
    std::array<double, kPlaces + 1> table{};
    for (std::size_t i = 0; i <= kPlaces; ++i) table[i] = share_before(static_cast<double>(i) / kPlaces - 0.5);
    return table;
  }();
  if (share <= shares.front()) return -0.5;
  if (share >= shares.back()) return 0.5;
  const auto above = std::upper_bound(shares.begin(), shares.end(), share);
  const double part = (share - *(above - 1)) / (*above - *(above - 1));
  return (static_cast<double>(above - shares.begin() - 1) + part) / kPlaces - 0.5;
}

// Below this a neighbour's share is not worth looking at.
constexpr double kLeastShare = 0.06;

constexpr std::size_t kSkirtCells = 3;
// Noise-like signals dip below half the level where their edge is, too.
constexpr float kDip = 0.8f;

// Above the floor.
float threshold(float level) noexcept {
  const float likely = (1 + level) * std::log1p(level) / level - 1;
  return std::max(level / 4, likely);
}

// Walks outwards; `next` gives the value of the n-th step, counted from 0. Returns how many steps to take.
template <typename Value>
std::size_t best_steps(std::size_t most, float above_floor, float patience, Value next) noexcept {
  float sum = 0, best = 0;
  std::size_t steps = 0;
  for (std::size_t n = 0; n < most; ++n) {
    sum += next(n) - 1 - above_floor;
    if (sum > best) {
      best = sum;
      steps = n + 1;
    }
    if (sum < best - patience * above_floor) break;
  }
  return steps;
}

// How many cells inside the extent's outermost one the profile crosses half the level; `excess` by cells from
// there inwards, -1 is the one outside.
template <typename Excess>
double crossing(std::size_t size, float half, Excess excess) noexcept {
  std::size_t inside = 0;
  while (inside + 1 < size && inside < kSkirtCells && excess(inside) < kDip * half) ++inside;
  const float in = excess(inside), out = excess(static_cast<std::ptrdiff_t>(inside) - 1);
  const double share = in > half && in > out ? std::clamp((half - out) / (in - out), 0.0f, 1.0f) : 0.5;
  return static_cast<double>(inside) - 0.5 + share;
}

}  // namespace

float mean_excess(std::span<const float> values, Extent extent) noexcept {
  float sum = 0;
  for (std::size_t i = extent.begin; i < extent.end; ++i) sum += values[i] - 1;
  return sum / static_cast<float>(std::max<std::size_t>(1, extent.size()));
}

Extent grow(std::span<const float> values, Extent sure, float level, float patience) noexcept {
  if (!(level > 0)) return sure;
  const float above_floor = threshold(level);
  const std::size_t below = best_steps(sure.begin, above_floor, patience,
                                       [&](std::size_t n) { return values[sure.begin - 1 - n]; });
  const std::size_t above = best_steps(values.size() - sure.end, above_floor, patience,
                                       [&](std::size_t n) { return values[sure.end + n]; });
  return {sure.begin - below, sure.end + above};
}

double lower_crossing(std::span<const float> profile, Extent extent, float level) noexcept {
  if (extent.begin == 0) return 0;
  return static_cast<double>(extent.begin) + crossing(extent.size(), level / 2, [&](auto n) {
           return profile[extent.begin + static_cast<std::size_t>(n)] - 1;
         });
}

double upper_crossing(std::span<const float> profile, Extent extent, float level) noexcept {
  if (extent.end == profile.size()) return static_cast<double>(extent.end);
  return static_cast<double>(extent.end) - crossing(extent.size(), level / 2, [&](auto n) {
           return profile[extent.end - 1 - static_cast<std::size_t>(n)] - 1;
         });
}

double start_in_blocks(std::span<const float> series, Extent extent, float level) noexcept {
  const auto share = [&](std::size_t i) { return static_cast<double>((series[i] - 1) / level); };
  const auto first = static_cast<double>(extent.begin);
  if (extent.begin > 0 && share(extent.begin - 1) > kLeastShare)
    return first - 1 - place_of_share(std::min(0.5, share(extent.begin - 1)));
  return first - place_of_share(std::clamp(share(extent.begin), 0.0, 1.0));
}

double end_in_blocks(std::span<const float> series, Extent extent, float level) noexcept {
  const auto share = [&](std::size_t i) { return static_cast<double>((series[i] - 1) / level); };
  const auto last = static_cast<double>(extent.end - 1);
  if (extent.end < series.size() && share(extent.end) > kLeastShare)
    return last + 1 + place_of_share(std::min(0.5, share(extent.end)));
  return last + place_of_share(std::clamp(share(extent.end - 1), 0.0, 1.0));
}

}  // namespace windhover::dsp
