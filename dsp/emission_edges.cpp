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
    for (std::size_t i = 0; i <= kPlaces; ++i)
      table[i] = share_before(static_cast<double>(i) / kPlaces - 0.5);
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

constexpr std::size_t kInner = 4, kOuter = 3;  // values that tell of an edge
constexpr int kGrid = 4;                       // candidates from one value to the next
constexpr float kMostDegrees = 12;             // nothing is as stationary as its model

// A cell's share of what lies below an edge `x` cells from its middle: its four bins see half a bin beyond
// it, through the window.
double share_of_cell(double x) noexcept { return std::clamp(0.5 + 0.85 * x, 0.0, 1.0); }

// Where the edge is most likely, outwards from values[0], which lies inside: the mean over all places by how
// likely they make the values. Each of these is a mean over `degrees` exponentials, as in noise and in what
// is noise-like.
template <typename Share>
double likely_place(std::span<const float> values, std::size_t inner, float level, float degrees,
                    Share share) noexcept {
  constexpr int kTable = kGrid + 1;  // shares from one value inside to one outside
  std::array<float, 2 * kTable + 1> log_mean{}, inverse{};
  degrees = std::min(degrees, kMostDegrees);
  for (int i = -kTable; i <= kTable; ++i) {
    const float mean = 1 + level * static_cast<float>(share(static_cast<double>(i) / kGrid));
    log_mean[static_cast<std::size_t>(i + kTable)] = degrees * std::log(mean);
    inverse[static_cast<std::size_t>(i + kTable)] = degrees / mean;
  }
  std::array<float, kGrid*(kInner + kOuter) + 1> likelihood{};
  const int last = kGrid * static_cast<int>(values.size()) - kGrid / 2;
  const int first = inner > 1 ? 0 : -kGrid / 2;
  float most = -1e30f;
  for (int e = first; e <= last; ++e) {
    float sum = 0;
    for (std::size_t n = 0; n < values.size(); ++n) {
      const int at = std::clamp(e - kGrid * static_cast<int>(n), -kTable, kTable) + kTable;
      sum -= log_mean[static_cast<std::size_t>(at)] + values[n] * inverse[static_cast<std::size_t>(at)];
    }
    likelihood[static_cast<std::size_t>(e - first)] = sum;
    most = std::max(most, sum);
  }
  float mass = 0, moment = 0;
  for (int e = first; e <= last; ++e) {
    const float likely = std::exp(likelihood[static_cast<std::size_t>(e - first)] - most);
    mass += likely;
    moment += likely * static_cast<float>(e);
  }
  return static_cast<double>(moment / mass) / kGrid;
}

// Values about an end of an extent, outwards; what stands behind a pause belongs to something else.
struct AboutEdge {
  std::array<float, kInner + kOuter> values{};
  std::size_t inner = 0, size = 0;
  std::span<const float> all() const { return {values.data(), size}; }
};
template <typename Value>
AboutEdge about_edge(std::size_t inside, std::size_t outside, float level, Value value) noexcept {
  AboutEdge about{.inner = std::min(kInner, std::max<std::size_t>(1, inside / 2))};
  while (about.size < about.inner + std::min(kOuter, outside)) {
    const float next =
        value(static_cast<std::ptrdiff_t>(about.size) - static_cast<std::ptrdiff_t>(about.inner));
    if (about.size > about.inner && next - 1 > level / 2) break;
    about.values[about.size++] = next;
  }
  return about;
}
AboutEdge about_begin(std::span<const float> values, Extent extent, float level) noexcept {
  return about_edge(extent.size(), extent.begin, level, [&](std::ptrdiff_t n) {
    return values[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(extent.begin) - 1 - n)];
  });
}
AboutEdge about_end(std::span<const float> values, Extent extent, float level) noexcept {
  return about_edge(extent.size(), values.size() - extent.end, level, [&](std::ptrdiff_t n) {
    return values[static_cast<std::size_t>(static_cast<std::ptrdiff_t>(extent.end) + n)];
  });
}

}  // namespace

Likely likely_blocks(std::span<const float> series, Extent extent, float level, float degrees) noexcept {
  const AboutEdge begin = about_begin(series, extent, level), end = about_end(series, extent, level);
  const double first = static_cast<double>(extent.begin + begin.inner) - 1;
  const double last = static_cast<double>(extent.end - end.inner);
  return {first - likely_place(begin.all(), begin.inner, level, degrees, share_before),
          last + likely_place(end.all(), end.inner, level, degrees, share_before)};
}

Likely likely_cells(std::span<const float> profile, Extent extent, float level, float degrees) noexcept {
  const AboutEdge begin = about_begin(profile, extent, level), end = about_end(profile, extent, level);
  const double first = static_cast<double>(extent.begin + begin.inner) - 0.5;
  const double last = static_cast<double>(extent.end - end.inner) + 0.5;
  return {first - likely_place(begin.all(), begin.inner, level, degrees, share_of_cell),
          last + likely_place(end.all(), end.inner, level, degrees, share_of_cell)};
}

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
