#include "sensor/tuning/window_cover.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace windhover::sensor::tuning {
namespace {

constexpr double kRaster_hz = 100e3;  // of centres, where nothing else decides
// What is welcome beside decides between windows that are as good otherwise.
constexpr double kExtraWorth = 1e-3;

}  // namespace

std::vector<std::size_t> WindowCover::held(double centre_hz) const {
  constexpr double kRounding_hz = 1;
  const double half_hz = reach_.usable_hz() / 2 + kRounding_hz;
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (targets_[i].low_hz >= centre_hz - half_hz && targets_[i].high_hz <= centre_hz + half_hz)
      held.push_back(i);
  return held;
}

void WindowCover::cover(double centre_hz, std::vector<bool>& covered) const {
  for (const std::size_t i : held(centre_hz)) {
    covered[i] = true;
    for (std::size_t other = 0; targets_[i].any_of >= 0 && other < targets_.size(); ++other)
      if (targets_[other].any_of == targets_[i].any_of) covered[other] = true;
  }
}

std::vector<bool> WindowCover::covered_by(std::span<const double> centres) const {
  std::vector<bool> covered(targets_.size());
  for (const double centre : centres) cover(centre, covered);
  return covered;
}

double WindowCover::nearest_centre(double centre_hz) const {
  double nearest = centre_hz, distance = std::numeric_limits<double>::infinity();
  for (const HertzRange& range : reach_.centres) {
    const double inside = std::max(range.lowest.value, std::min(centre_hz, range.highest.value));
    if (std::abs(inside - centre_hz) >= distance) continue;
    nearest = inside;
    distance = std::abs(inside - centre_hz);
  }
  return nearest;
}

// A best window can be moved until one of its edges meets that of a target.
std::vector<double> WindowCover::candidates() const {
  const double half_hz = reach_.usable_hz() / 2;
  std::vector<double> centres;
  for (const Target& target : targets_)
    for (const double centre : {target.low_hz + half_hz, target.high_hz - half_hz, target.centre_hz()})
      if (centre > 0) centres.push_back(nearest_centre(centre));
  std::ranges::sort(centres);
  centres.erase(std::unique(centres.begin(), centres.end()), centres.end());
  return centres;
}

// 0 where nothing is held that is still wanted.
double WindowCover::worth(double centre_hz, const std::vector<bool>& covered) const {
  double wanted = 0, extra = 0;
  std::vector<int> counted;
  for (const std::size_t i : held(centre_hz)) {
    const Target& target = targets_[i];
    const bool is_counted = target.any_of >= 0 && std::ranges::find(counted, target.any_of) != counted.end();
    if (covered[i] || is_counted) continue;
    counted.push_back(target.any_of);
    (target.is_extra ? extra : wanted) += target.weight;
  }
  return wanted > 0 ? wanted + kExtraWorth * extra : 0;
}

// The same targets, as far from the window's edges as they can be.
double WindowCover::in_the_middle(double centre_hz) const {
  const auto before = held(centre_hz);
  double low = std::numeric_limits<double>::infinity(), high = 0;
  for (const std::size_t i : before) {
    low = std::min(low, targets_[i].low_hz);
    high = std::max(high, targets_[i].high_hz);
  }
  for (const double middle : {std::round((low + high) / 2 / kRaster_hz) * kRaster_hz, (low + high) / 2}) {
    const double centre = nearest_centre(middle);
    const auto now = held(centre);
    if (std::ranges::includes(now, before)) return centre;
  }
  return centre_hz;
}

std::vector<double> WindowCover::choose(std::size_t most) const {
  const std::vector<double> centres = candidates();
  std::vector<double> chosen = from_the_lowest(centres);
  if (chosen.size() > most) chosen.clear();
  add_worthiest(centres, most, chosen);
  drop_needless(chosen);
  std::ranges::sort(chosen);
  return chosen;
}

std::vector<double> WindowCover::from_the_lowest(std::span<const double> centres) const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < targets_.size(); ++i)
    if (!targets_[i].is_extra && targets_[i].any_of < 0) order.push_back(i);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return targets_[i].low_hz; });
  std::vector<double> chosen;
  std::vector<bool> covered(targets_.size());
  for (const std::size_t lowest : order) {
    if (covered[lowest]) continue;
    const double best = best_above(lowest, centres, covered);
    if (!(best > 0)) continue;
    chosen.push_back(in_the_middle(best));
    cover(chosen.back(), covered);
  }
  return chosen;
}

// The worthiest that holds `lowest` and what is wanted above it, as far as a window that begins there
// reaches; 0: none.
double WindowCover::best_above(std::size_t lowest, std::span<const double> centres,
                               const std::vector<bool>& covered) const {
  const double above = nearest_centre(targets_[lowest].low_hz + reach_.usable_hz() / 2);
  std::vector<std::size_t> needed = held(above);
  std::erase_if(needed,
                [&](std::size_t i) { return covered[i] || targets_[i].is_extra || targets_[i].any_of >= 0; });
  if (std::ranges::find(needed, lowest) == needed.end()) needed = {lowest};
  double best = 0, best_centre = 0;
  for (const double centre : centres) {
    if (!std::ranges::includes(held(centre), needed)) continue;
    if (const double now = worth(centre, covered); now > best * (1 + 1e-9)) best = now, best_centre = centre;
  }
  return best_centre;
}

void WindowCover::add_worthiest(std::span<const double> centres, std::size_t most,
                                std::vector<double>& chosen) const {
  std::vector<bool> covered = covered_by(chosen);
  while (chosen.size() < most) {
    double best = 0, best_centre = 0;
    for (const double centre : centres)
      if (const double now = worth(centre, covered); now > best * (1 + 1e-9))
        best = now, best_centre = centre;
    if (!(best > 0)) break;
    chosen.push_back(in_the_middle(best_centre));
    cover(chosen.back(), covered);
  }
}

// What was chosen early may have become needless by what was chosen for the rest.
void WindowCover::drop_needless(std::vector<double>& centres) const {
  for (std::size_t at = 0; at < centres.size();) {
    std::vector<double> others = centres;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(at));
    const std::vector<bool> covered = covered_by(others);
    const auto mine = held(centres[at]);
    if (std::ranges::all_of(mine, [&](std::size_t i) { return targets_[i].is_extra || covered[i]; }))
      centres = std::move(others);
    else
      ++at;
  }
}

}  // namespace windhover::sensor::tuning
