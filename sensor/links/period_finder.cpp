#include "sensor/links/period_finder.hpp"

#include <algorithm>
#include <cmath>

namespace windhover::sensor::links {
namespace {

constexpr double kCell_s = 10e-6;
constexpr double kShortest_s = 0.2e-3, kLongest_s = 110e-3;
constexpr std::size_t kAround =
    6;  // cells on either side: starts are good to 75 us at worst, most are better
constexpr double kWindow_s = (2 * kAround + 1) * kCell_s;
// Enough to reach over one period of this many links of one kind.
constexpr std::size_t kFollowers = 48;
constexpr double kLeastShare = 0.2, kOverChance = 2.2, kAsGood = 0.7;
constexpr double kLeast = 6;

}  // namespace

PeriodFinder::PeriodFinder() : cells_(static_cast<std::size_t>(kLongest_s / kCell_s) + 1) {}

std::uint64_t PeriodFinder::around(std::size_t cell) const {
  const std::size_t first = cell > kAround ? cell - kAround : 0;
  const std::size_t end = std::min(cell + kAround + 1, cells_.size());
  std::uint64_t sum = 0;
  for (std::size_t at = first; at < end; ++at) sum += cells_[at];
  return sum;
}

std::optional<double> PeriodFinder::find(std::span<const double> starts_s, double shortest_s) {
  if (starts_s.size() < 8) return std::nullopt;
  std::ranges::fill(cells_, 0);
  for (std::size_t i = 0; i < starts_s.size(); ++i)
    for (std::size_t j = i + 1; j < std::min(i + kFollowers, starts_s.size()); ++j) {
      const double apart = starts_s[j] - starts_s[i];
      if (apart >= kLongest_s) break;
      ++cells_[static_cast<std::size_t>(apart / kCell_s)];
    }
  const auto begin = static_cast<std::size_t>(std::max(kShortest_s, shortest_s) / kCell_s);
  if (begin >= cells_.size()) return std::nullopt;
  std::uint64_t most = 0;
  for (std::size_t cell = begin; cell < cells_.size(); ++cell) most = std::max(most, around(cell));
  const auto n = static_cast<double>(starts_s.size());
  const double span_s = std::max(starts_s.back() - starts_s.front(), 1e-3);
  const double by_chance = n * n / span_s * kWindow_s;
  const auto peak = static_cast<double>(most);
  if (peak < std::max(kLeast, kLeastShare * n) || peak < kOverChance * by_chance) return std::nullopt;
  // Multiples of the period come as often as itself.
  std::size_t cell = begin;
  while (static_cast<double>(around(cell)) < kAsGood * peak) ++cell;
  while (cell + 1 < cells_.size() && around(cell + 1) > around(cell)) ++cell;
  return refined(starts_s, (static_cast<double>(cell) + 0.5) * kCell_s);
}

double PeriodFinder::refined(std::span<const double> starts_s, double period_s) const {
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < starts_s.size(); ++i)
    for (std::size_t j = i + 1; j < std::min(i + kFollowers, starts_s.size()); ++j) {
      const double apart = starts_s[j] - starts_s[i];
      if (apart > period_s + kWindow_s) break;
      if (std::abs(apart - period_s) < kWindow_s / 2) sum += apart, ++n;
    }
  return n > 0 ? sum / n : period_s;
}

}  // namespace windhover::sensor::links
