#include "sensor/links/link_finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "sensor/links/burst_chains.hpp"
#include "sensor/links/shape_cells.hpp"

namespace windhover::sensor::links {
namespace {

using decoders::links::Family;
using decoders::links::kFamilies;

// The least that makes a link of emissions in one window, if they are long.
constexpr double kLeastAirtime_s = 50e-3;
constexpr std::size_t kLeastHops = 4;

constexpr std::size_t kMostPlaces = 512;
constexpr int kMostPeriods = 6;
constexpr double kRegular = 0.75;  // share of bursts in chains without holes: then no other period is tried
// Denser than this on average, starts are on time for any period.
constexpr double kDenseGap_s = 190e-6;

bool is_ble_advertising(double center_hz) {
  return std::min({std::abs(center_hz - 2402e6), std::abs(center_hz - 2426e6),
                   std::abs(center_hz - 2480e6)}) < 150e3;
}

}  // namespace

struct LinkFinder::Place {
  double center_hz = 0, width_hz = 0;  // means
  double airtime_s = 0, longest_s = 0;
  std::array<std::uint32_t, kFamilies> families{};
  Indices bursts;

  Family family() const {
    const auto most = std::max_element(families.begin() + 1, families.end());
    return *most > 0 ? static_cast<Family>(most - families.begin()) : Family::unknown;
  }
};

void LinkFinder::find(std::span<const Burst> bursts, std::span<const TimedSignal> signals,
                      std::vector<BurstGroup>& out) {
  all_ = {bursts, signals};
  Indices wide, narrow;
  for (std::uint32_t i = 0; i < bursts.size(); ++i) {
    if (bursts[i].link != kNone || bursts[i].explained) continue;
    (bursts[i].width_hz > kWidestHopper_hz ? wide : narrow).push_back(i);
  }
  find_wide(wide, out);
  find_narrow(narrow, out);
}

bool LinkFinder::is_enough(const Indices& bursts) const {
  if (bursts.size() >= kLeastBursts) return true;
  double airtime_s = 0;
  for (const std::uint32_t at : bursts) airtime_s += all_[at].duration_s;
  return airtime_s >= kLeastAirtime_s;
}

double LinkFinder::duration_of(const Indices& bursts, double share) const {
  std::vector<double> durations;
  for (const std::uint32_t at : bursts) durations.push_back(all_[at].duration_s);
  const auto at =
      durations.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(durations.size() - 1));
  std::nth_element(durations.begin(), at, durations.end());
  return *at;
}

std::optional<PeriodFinder::Periods> LinkFinder::period_of(const Indices& bursts, double shortest_s) {
  std::vector<BurstStart> starts;
  for (const std::uint32_t at : bursts)
    if (!all_[at].continues) starts.push_back({all_[at].start_s, all_[at].level_dbfs});
  return periods_.find(starts, shortest_s);
}

// Leaders: a burst joins the nearest place that it may belong to, or is the first of a new one.
std::vector<LinkFinder::Place> LinkFinder::places_of(const Indices& bursts) const {
  std::vector<Place> places;
  for (const std::uint32_t at : bursts) {
    const Burst& burst = all_[at];
    const double tolerance = burst.width_hz > 3e6 ? 0.06 : 0.3;
    Place* best = nullptr;
    double nearest_hz = burst.width_hz > 3e6 ? 0.03 * burst.width_hz : std::max(60e3, 0.06 * burst.width_hz);
    for (Place& place : places) {
      const double away_hz = std::abs(place.center_hz - burst.center_hz);
      if (away_hz > nearest_hz || std::abs(std::log(place.width_hz / burst.width_hz)) > tolerance) continue;
      best = &place;
      nearest_hz = away_hz;
    }
    if (best == nullptr) {
      if (places.size() >= kMostPlaces) continue;
      best = &places.emplace_back();
      best->center_hz = burst.center_hz;
      best->width_hz = burst.width_hz;
    }
    best->bursts.push_back(at);
    const double n = std::min<double>(static_cast<double>(best->bursts.size()), 32);
    best->center_hz += (burst.center_hz - best->center_hz) / n;
    best->width_hz += (burst.width_hz - best->width_hz) / n;
    best->airtime_s += burst.duration_s;
    best->longest_s = std::max(best->longest_s, burst.duration_s);
    ++best->families[all_.family_of(at)];
  }
  return places;
}

bool LinkFinder::may_be_one(const Place& a, const Place& b) const {
  const Family of_a = a.family(), of_b = b.family();
  if (of_a != Family::unknown && of_b != Family::unknown && of_a != of_b) return false;
  const double low = std::max(a.center_hz - a.width_hz / 2, b.center_hz - b.width_hz / 2);
  const double high = std::min(a.center_hz + a.width_hz / 2, b.center_hz + b.width_hz / 2);
  const double shared = std::max(0.0, high - low) / (a.width_hz + b.width_hz - std::max(0.0, high - low));
  // Long stretches of what does not pause, such as video, are as wide as their content makes them; bursts
  // that keep their width but not their middle, or the other way round, are of different links.
  const bool are_long = a.airtime_s / static_cast<double>(a.bursts.size()) > 6e-3 &&
                        b.airtime_s / static_cast<double>(b.bursts.size()) > 6e-3;
  const double alike = a.width_hz > 3e6 ? 0.93 : 0.8;  // edges are good to some cells
  return shared > (are_long ? 0.4 : alike);
}

void LinkFinder::join_places(std::vector<Place>& places) const {
  std::ranges::stable_sort(places, [](const Place& a, const Place& b) { return a.airtime_s > b.airtime_s; });
  for (std::size_t into = 0; into < places.size(); ++into)
    for (std::size_t from = places.size(); from-- > into + 1;) {
      if (!may_be_one(places[into], places[from])) continue;
      Place& place = places[into];
      const auto middle = static_cast<std::ptrdiff_t>(place.bursts.size());
      place.bursts.insert(place.bursts.end(), places[from].bursts.begin(), places[from].bursts.end());
      std::inplace_merge(place.bursts.begin(), place.bursts.begin() + middle, place.bursts.end());
      place.airtime_s += places[from].airtime_s;
      place.longest_s = std::max(place.longest_s, places[from].longest_s);
      for (std::size_t f = 0; f < kFamilies; ++f) place.families[f] += places[from].families[f];
      places.erase(places.begin() + static_cast<std::ptrdiff_t>(from));
    }
}

void LinkFinder::add_fixed(Place& place, std::vector<BurstGroup>& out) {
  if (!is_enough(place.bursts)) return;
  const double shortest_s = duration_of(place.bursts, 0.3);
  const auto periods = period_of(place.bursts, 0.9 * shortest_s);
  const auto period_s = periods ? std::optional(periods->often_s) : std::nullopt;
  out.push_back({{false, period_s}, std::move(place.bursts)});
}

void LinkFinder::find_wide(const Indices& rest, std::vector<BurstGroup>& out) {
  std::vector<Place> places = places_of(rest);
  join_places(places);
  for (Place& place : places) add_fixed(place, out);
}

// Shapes that bursts crowd at, joined where they touch.
void LinkFinder::find_narrow(const Indices& rest, std::vector<BurstGroup>& out) {
  std::map<ShapeCell, Indices> cells;
  for (const std::uint32_t at : rest) cells[cell_of(all_[at])].push_back(at);
  const std::size_t least = std::max<std::size_t>(3, rest.size() / 4000);
  while (!cells.empty()) {
    const auto first = std::ranges::max_element(
        cells, [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    std::vector<ShapeCell> todo{first->first};
    Indices component;
    while (!todo.empty()) {
      const auto at = cells.find(todo.back());
      todo.pop_back();
      if (at == cells.end()) continue;
      const ShapeCell cell = at->first;
      const bool is_crowded = at->second.size() >= least;
      component.insert(component.end(), at->second.begin(), at->second.end());
      cells.erase(at);
      if (!is_crowded) continue;
      for (int w = -1; w <= 1; ++w)
        for (int d = -1; d <= 1; ++d) todo.push_back({cell.width + w, cell.duration + d});
    }
    std::ranges::sort(component);
    split_component(std::move(component), out);
  }
}

// Where periods do not sort all of it, what is left is sorted by what its snapshots show.
void LinkFinder::split_component(Indices component, std::vector<BurstGroup>& out) {
  if (!is_enough(component)) return;
  take_all_chains(component, out);
  for (Indices& part : by_family(all_, component)) {
    if (part.size() != component.size()) take_all_chains(part, out);
    take_rest(part, out);
  }
}

void LinkFinder::take_all_chains(Indices& component, std::vector<BurstGroup>& out) {
  for (int n = 0; n < kMostPeriods && component.size() >= kLeastBursts; ++n)
    if (!take_chains(component, out)) return;
}

// Links whose periods are multiples of the one that came most often keep that one too.
double LinkFinder::own_period(const Indices& chain, double period_s) {
  const auto own = period_of(chain, 0.8 * period_s);
  if (!own || own->often_s < 1.5 * period_s) return period_s;
  std::size_t on_time = 0;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const double apart_s = all_[chain[i]].start_s - all_[chain[i - 1]].start_s;
    on_time += std::abs(std::remainder(apart_s, own->often_s)) < kStartGate_s;
  }
  return 10 * on_time > 9 * chain.size() ? own->often_s : period_s;
}

bool LinkFinder::take_chains(Indices& component, std::vector<BurstGroup>& out) {
  const double span_s = all_[component.back()].start_s - all_[component.front()].start_s;
  if (static_cast<double>(component.size()) * kDenseGap_s > span_s) return false;
  const auto periods = period_of(component, 0.95 * duration_of(component, 0.1));
  if (!periods) return false;
  double period_s = 0, best = -1;
  std::vector<BurstChain> chains;
  for (const double candidate_s : {periods->often_s, periods->most_s, periods->part_s}) {
    if (std::abs(candidate_s - period_s) < 0.01 * candidate_s) continue;
    std::vector<BurstChain> tried = chains_of(all_, component, candidate_s);
    const ChainQuality quality = quality_of(tried);
    if (quality.score <= best) continue;
    best = quality.score;
    chains = std::move(tried);
    period_s = candidate_s;
    if (quality.regular >= kRegular * static_cast<double>(component.size())) break;
  }
  std::size_t most = 0;
  for (const BurstChain& chain : chains) most = std::max(most, chain.bursts.size());
  std::erase_if(chains, [&](const BurstChain& chain) {
    return chain.bursts.size() < kLeastBursts || 8 * chain.bursts.size() < most;
  });
  if (chains.empty()) return false;
  std::ranges::sort(chains, {}, [](const BurstChain& chain) { return chain.bursts.front(); });
  Indices taken;
  for (BurstChain& chain : chains) {
    taken.insert(taken.end(), chain.bursts.begin(), chain.bursts.end());
    HopSet channels;
    for (const std::uint32_t at : chain.bursts) channels.add(all_[at].center_hz, all_[at].width_hz);
    const double own_s = own_period(chain.bursts, period_s);
    out.push_back({{channels.channels_hz().size() >= 3, own_s}, std::move(chain.bursts)});
  }
  std::ranges::sort(taken);
  Indices left;
  std::ranges::set_difference(component, taken, std::back_inserter(left));
  component = std::move(left);
  return true;
}

// Without a period: those of one place are a link, and those that are alike in many places one that hops.
void LinkFinder::take_rest(const Indices& rest, std::vector<BurstGroup>& out) {
  std::vector<Place> places = places_of(rest);
  Indices advertising, scattered;
  std::size_t scattered_places = 0;
  for (Place& place : places) {
    if (is_ble_advertising(place.center_hz) && place.width_hz > 0.4e6)
      advertising.insert(advertising.end(), place.bursts.begin(), place.bursts.end());
    else if (place.bursts.size() * kLeastHops < rest.size()) {
      scattered.insert(scattered.end(), place.bursts.begin(), place.bursts.end());
      ++scattered_places;
    } else
      add_fixed(place, out);
  }
  std::ranges::sort(advertising);
  std::ranges::sort(scattered);
  if (is_enough(advertising)) out.push_back({{true, {}}, std::move(advertising)});
  if (scattered_places >= kLeastHops && scattered.size() >= 5 * kLeastBursts)
    out.push_back({{true, {}}, std::move(scattered)});
}

}  // namespace windhover::sensor::links
