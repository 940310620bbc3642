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
constexpr double kLeastShare = 0.2, kOverChance = 2.2, kAsGood = 0.7, kAsBest = 0.92, kLeastBeside = 0.35;
constexpr double kLeast = 6;
constexpr float kAlike_db = 6;

bool are_alike(const BurstStart& a, const BurstStart& b) {
  return std::abs(a.level_dbfs - b.level_dbfs) < kAlike_db;
}

}  // namespace

PeriodFinder::PeriodFinder() : cells_(static_cast<std::size_t>(kLongest_s / kCell_s) + 1) {}

std::uint64_t PeriodFinder::around(std::size_t cell) const {
  const std::size_t first = cell > kAround ? cell - kAround : 0;
  const std::size_t end = std::min(cell + kAround + 1, cells_.size());
  std::uint64_t sum = 0;
  for (std::size_t at = first; at < end; ++at) sum += cells_[at];
  return sum;
}

std::optional<PeriodFinder::Periods> PeriodFinder::find(std::span<const BurstStart> starts,
                                                        double shortest_s) {
  if (starts.size() < 8) return std::nullopt;
  std::ranges::fill(cells_, 0);
  for (std::size_t i = 0; i < starts.size(); ++i)
    for (std::size_t j = i + 1; j < std::min(i + kFollowers, starts.size()); ++j) {
      const double apart = starts[j].start_s - starts[i].start_s;
      if (apart >= kLongest_s) break;
      if (are_alike(starts[i], starts[j])) ++cells_[static_cast<std::size_t>(apart / kCell_s)];
    }
  const auto begin = static_cast<std::size_t>(std::max(kShortest_s, shortest_s) / kCell_s);
  if (begin >= cells_.size()) return std::nullopt;
  std::uint64_t most = 0;
  for (std::size_t cell = begin; cell < cells_.size(); ++cell) most = std::max(most, around(cell));
  const auto n = static_cast<double>(starts.size());
  const double span_s = std::max(starts.back().start_s - starts.front().start_s, 1e-3);
  const double by_chance = n * n / span_s * kWindow_s;
  const auto peak = static_cast<double>(most);
  if (peak < std::max(kLeast, kLeastShare * n) || peak < kOverChance * by_chance) return std::nullopt;
  // Multiples of the period come as often as itself.
  std::size_t first = begin;
  while (static_cast<double>(around(first)) < kAsGood * peak) ++first;
  // The first of the multiples that come as often as any.
  std::size_t best = begin;
  while (static_cast<double>(around(best)) < kAsBest * peak) ++best;
  const double often_s = exact(starts, first), part_s = divided(often_s, shortest_s);
  return Periods{often_s, exact(starts, best), part_s == often_s ? often_s : refined(starts, part_s)};
}

double PeriodFinder::exact(std::span<const BurstStart> starts, std::size_t cell) const {
  while (cell + 1 < cells_.size() && around(cell + 1) > around(cell)) ++cell;
  return refined(starts, (static_cast<double>(cell) + 0.5) * kCell_s);
}

/// Differences that are multiples of `period_s`, without those of `but_of` periods.
std::uint64_t PeriodFinder::at_multiples(double period_s, int but_of) const {
  std::uint64_t sum = 0;
  const double end_s = std::min(kLongest_s - kWindow_s, 12 * but_of * period_s);
  for (int n = 1; n * period_s < end_s; ++n)
    if (but_of == 1 || n % but_of != 0) sum += around(static_cast<std::size_t>(n * period_s / kCell_s));
  return sum;
}

// Of a hopper of whose channels few are received, what comes most often may be several periods.
double PeriodFinder::divided(double period_s, double shortest_s) const {
  for (int divisor = 8; divisor > 1; --divisor) {
    const double part_s = period_s / divisor;
    if (part_s < std::max(kShortest_s, shortest_s) || part_s < 8 * kWindow_s) continue;
    const auto beside = static_cast<double>(at_multiples(part_s, divisor)) / (divisor - 1);
    if (beside < kLeastBeside * static_cast<double>(at_multiples(period_s, 1))) continue;
    // Each of the parts must be in use, or a smaller divisor explains as much.
    bool is_smallest = true;
    for (int smaller = 2; smaller < divisor; ++smaller)
      if (divisor % smaller == 0) {
        const auto without = static_cast<double>(at_multiples(period_s / smaller, smaller)) / (smaller - 1);
        is_smallest = is_smallest && without < 1.5 * beside;
      }
    if (is_smallest) return part_s;
  }
  return period_s;
}

double PeriodFinder::refined(std::span<const BurstStart> starts, double period_s) const {
  double sum = 0, n = 0;
  constexpr int kMultiples = 6;
  for (std::size_t i = 0; i < starts.size(); ++i)
    for (std::size_t j = i + 1; j < std::min(i + kFollowers, starts.size()); ++j) {
      const double periods = (starts[j].start_s - starts[i].start_s) / period_s;
      if (periods > kMultiples + 0.5) break;
      const double whole = std::round(periods);
      if (whole < 1 || !are_alike(starts[i], starts[j])) continue;
      if (std::abs(periods - whole) * period_s < kWindow_s / 2) sum += whole * periods, n += whole * whole;
    }
  return n > 0 ? sum / n * period_s : period_s;
}

}  // namespace windhover::sensor::links
