#include "sensor/links/link_finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

namespace windhover::sensor::links {
namespace {

using decoders::links::Family;
using decoders::links::kFamilies;

// The least that makes a link of emissions in one window.
constexpr std::size_t kLeastBursts = 8;
constexpr double kLeastAirtime_s = 50e-3;
constexpr std::size_t kLeastHops = 4;

constexpr std::size_t kMostPlaces = 512;
constexpr std::size_t kMostChains = 96;
constexpr int kMostPeriods = 6;
constexpr double kMostSlots = 500;  // between two bursts of a chain: hops outside of the band
constexpr double kPeriodError_s = 3e-6, kMostDrift = 0.12;
// Denser than this on average, starts are on time for any period.
constexpr double kRegular = 0.75;  // share of bursts in chains without holes: then no other period is tried
constexpr double kDenseGap_s = 190e-6;
constexpr double kOverlap_s = 150e-6;  // nobody sends two bursts at once
// How far lengths and widths of one sender's bursts spread at least, as logarithms, and what no longer fits.
constexpr double kLeastDurationSpread = 0.12, kLeastWidthSpread = 0.09, kMostCost = 24;
constexpr double kOtherFamily = 6;
constexpr double kStart_s = 40e-6, kStartGate_s = 130e-6, kDrift = 5e-6, kLevel_db = 4;

// Cells of shape: a fifth of an octave of width and of duration; fine ones an eighth, more where edges tell
// less.
constexpr double kCellsPerOctave = 5, kFineCellsPerOctave = 8, kCoarseBelow_hz = 400e3,
                 kCoarseBelow_s = 150e-6;

struct Cell {
  int width = 0, duration = 0;
  auto operator<=>(const Cell&) const = default;
};
int octaves(double value, double cells_per_octave) {
  return static_cast<int>(std::floor(cells_per_octave * std::log2(std::max(value, 1e-9))));
}
Cell cell_of(const Burst& burst) {
  return {octaves(burst.width_hz, kCellsPerOctave), octaves(burst.duration_s, kCellsPerOctave)};
}
Cell fine_cell_of(const Burst& burst) {
  return {octaves(burst.width_hz + kCoarseBelow_hz, kFineCellsPerOctave),
          octaves(burst.duration_s + kCoarseBelow_s, kFineCellsPerOctave)};
}

/// Bursts of one cell, and the families that their snapshots show.
struct Crowd {
  std::vector<std::uint32_t> bursts;
  std::array<std::uint32_t, kFamilies> families{};
  std::size_t family = 0;  // that most show; 0: nobody knows

  void vote() {
    const auto most = std::max_element(families.begin() + 1, families.end());
    family = *most >= 2 ? static_cast<std::size_t>(most - families.begin()) : 0;
  }
};
using Crowds = std::map<Cell, Crowd>;

// Where snapshots are too few, the nearest crowd that has some decides.
void vote(Crowds& cells) {
  constexpr int kReach = 3;
  for (auto& [cell, crowd] : cells) crowd.vote();
  std::vector<std::size_t> borrowed;
  for (const auto& [cell, crowd] : cells) {
    std::size_t family = crowd.family, most = 0;
    for (int reach = 1; reach <= kReach && family == 0; ++reach)
      for (int w = -reach; w <= reach; ++w)
        for (int d = -reach; d <= reach; ++d) {
          const auto near = cells.find({cell.width + w, cell.duration + d});
          if (near == cells.end() || near->second.family == 0 || near->second.bursts.size() <= most) continue;
          most = near->second.bursts.size();
          family = near->second.family;
        }
    borrowed.push_back(family);
  }
  auto at = borrowed.begin();
  for (auto& [cell, crowd] : cells) crowd.family = *at++;
}

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
  double span_s(std::span<const Burst> all) const {
    return bursts.empty() ? 0 : all[bursts.back()].end_s() - all[bursts.front()].start_s;
  }
};

/// Of the latest values, and how far they spread.
struct RunningMean {
  double least_spread = 0;
  double mean = 0, variance = 0;
  double n = 0;

  double deviation2(double value) const {
    const double spread2 = std::max(variance, least_spread * least_spread);
    return n > 0 ? (value - mean) * (value - mean) / spread2 : 0;
  }
  void add(double value) {
    n = std::min(n + 1, 64.0);
    const double step = value - mean;
    mean += step / n;
    variance += (step * step * (n > 1 ? 1 : 0) - variance) / n;
  }
};

struct LinkFinder::Chain {
  double phase_s = 0, level_dbfs = 0;
  RunningMean log_duration{kLeastDurationSpread}, log_width{kLeastWidthSpread};
  std::size_t family = 0;
  double end_s = 0;               // of the last burst
  double begin_s = 0, slots = 0;  // from the first burst to the last
  Indices bursts;

  // By its own bursts, as soon as they tell more than all of the component do.
  double period_s(double common_s) const { return slots >= 12 ? (phase_s - begin_s) / slots : common_s; }
  double period_error_s() const {
    return slots >= 12 ? std::min(kPeriodError_s, 60e-6 / slots) : kPeriodError_s;
  }
};

void LinkFinder::find(std::span<const Burst> bursts, std::span<const TimedSignal> signals,
                      std::vector<BurstGroup>& out) {
  bursts_ = bursts;
  signals_ = signals;
  Indices wide, narrow;
  for (std::uint32_t i = 0; i < bursts.size(); ++i) {
    if (bursts[i].link != kNone || bursts[i].explained) continue;
    (bursts[i].width_hz > kWidestHopper_hz ? wide : narrow).push_back(i);
  }
  find_wide(wide, out);
  find_narrow(narrow, out);
}

std::size_t LinkFinder::family_of(const Burst& burst) const {
  return burst.signal == kNone ? 0
                               : signals_[static_cast<std::size_t>(burst.signal)].signal.modulation.index();
}

bool LinkFinder::is_enough(const Indices& bursts) const {
  if (bursts.size() >= kLeastBursts) return true;
  double airtime_s = 0;
  for (const std::uint32_t at : bursts) airtime_s += bursts_[at].duration_s;
  return airtime_s >= kLeastAirtime_s;
}

double LinkFinder::duration_of(const Indices& bursts, double share) const {
  std::vector<double> durations;
  for (const std::uint32_t at : bursts) durations.push_back(bursts_[at].duration_s);
  const auto at =
      durations.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(durations.size() - 1));
  std::nth_element(durations.begin(), at, durations.end());
  return *at;
}

std::optional<PeriodFinder::Periods> LinkFinder::period_of(const Indices& bursts, double shortest_s) {
  std::vector<BurstStart> starts;
  for (const std::uint32_t at : bursts)
    if (!bursts_[at].continues) starts.push_back({bursts_[at].start_s, bursts_[at].level_dbfs});
  return periods_.find(starts, shortest_s);
}

// Leaders: a burst joins the nearest place that it may belong to, or is the first of a new one.
std::vector<LinkFinder::Place> LinkFinder::places_of(const Indices& bursts) const {
  std::vector<Place> places;
  for (const std::uint32_t at : bursts) {
    const Burst& burst = bursts_[at];
    const double tolerance = burst.width_hz > 3e6 ? 0.06 : 0.3;
    Place* best = nullptr;
    double nearest_hz = std::max(60e3, 0.03 * burst.width_hz);
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
    ++best->families[family_of(burst)];
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
  return shared > (are_long ? 0.4 : 0.93);
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
  std::map<Cell, Indices> cells;
  for (const std::uint32_t at : rest) cells[cell_of(bursts_[at])].push_back(at);
  const std::size_t least = std::max<std::size_t>(3, rest.size() / 4000);
  while (!cells.empty()) {
    const auto first = std::ranges::max_element(
        cells, [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    std::vector<Cell> todo{first->first};
    Indices component;
    while (!todo.empty()) {
      const auto at = cells.find(todo.back());
      todo.pop_back();
      if (at == cells.end()) continue;
      const Cell cell = at->first;
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
  for (Indices& part : by_family(component)) {
    if (part.size() != component.size()) take_all_chains(part, out);
    take_rest(part, out);
  }
}

void LinkFinder::take_all_chains(Indices& component, std::vector<BurstGroup>& out) {
  for (int n = 0; n < kMostPeriods && component.size() >= kLeastBursts; ++n)
    if (!take_chains(component, out)) return;
}

std::vector<LinkFinder::Indices> LinkFinder::by_family(const Indices& bursts) const {
  Crowds cells;
  for (const std::uint32_t at : bursts) {
    Crowd& crowd = cells[fine_cell_of(bursts_[at])];
    crowd.bursts.push_back(at);
    ++crowd.families[family_of(bursts_[at])];
  }
  vote(cells);
  std::vector<Indices> parts(kFamilies);
  for (const auto& [cell, crowd] : cells)
    parts[crowd.family].insert(parts[crowd.family].end(), crowd.bursts.begin(), crowd.bursts.end());
  std::erase_if(parts, [](const Indices& part) { return part.empty(); });
  for (Indices& part : parts) std::ranges::sort(part);
  return parts;
}

std::vector<LinkFinder::Chain> LinkFinder::chains_of(const Indices& component, double period_s) const {
  std::vector<Chain> chains, ended;
  for (const std::uint32_t at : component) {
    const Burst& burst = bursts_[at];
    Chain* best = nullptr;
    double least = kMostCost, slots_to_best = 0;
    const std::size_t family = family_of(burst);
    const double log_duration = std::log(burst.duration_s), log_width = std::log(burst.width_hz);
    for (Chain& chain : chains) {
      const double since_s = burst.start_s - chain.phase_s;
      const double own_s = chain.period_s(period_s);
      const double slots = std::round(since_s / own_s);
      if (slots < 1 || slots > kMostSlots || burst.start_s < chain.end_s - kOverlap_s) continue;
      const double miss_s = std::abs(since_s - slots * own_s);
      const double drift_s = slots * (chain.period_error_s() + kDrift * own_s);
      if (miss_s > kStartGate_s + drift_s || drift_s > kMostDrift * own_s) continue;
      const double late = miss_s / (kStart_s + drift_s);
      const double louder = (static_cast<double>(burst.level_dbfs) - chain.level_dbfs) / kLevel_db;
      const double young = chain.bursts.size() < 4 ? 2 : 0;
      const double other = family != 0 && chain.family != 0 && family != chain.family ? kOtherFamily : 0;
      const double cost = late * late + std::min(louder * louder, 16.0) + young + other +
                          std::min(chain.log_duration.deviation2(log_duration), 16.0) +
                          std::min(chain.log_width.deviation2(log_width), 16.0);
      if (cost < least) best = &chain, least = cost, slots_to_best = slots;
    }
    if (best == nullptr) {
      std::erase_if(chains, [&](Chain& chain) {
        if (burst.start_s - chain.phase_s < (kMostSlots + 1) * period_s) return false;
        if (chain.bursts.size() >= kLeastBursts) ended.push_back(std::move(chain));
        return true;
      });
      if (chains.size() >= kMostChains)
        chains.erase(std::ranges::min_element(
            chains, [](const Chain& a, const Chain& b) { return a.bursts.size() < b.bursts.size(); }));
      best = &chains.emplace_back();
      best->phase_s = best->begin_s = burst.start_s;
      best->level_dbfs = static_cast<double>(burst.level_dbfs);
    }
    const double expected_s = best->phase_s + slots_to_best * best->period_s(period_s);
    best->phase_s = expected_s + (slots_to_best > 5 ? 0.7 : 0.3) * (burst.start_s - expected_s);
    best->level_dbfs += 0.15 * (static_cast<double>(burst.level_dbfs) - best->level_dbfs);
    best->slots += slots_to_best;
    best->end_s = burst.end_s();
    best->log_duration.add(log_duration);
    best->log_width.add(log_width);
    if (best->family == 0) best->family = family;
    best->bursts.push_back(at);
  }
  chains.insert(chains.end(), std::make_move_iterator(ended.begin()), std::make_move_iterator(ended.end()));
  return chains;
}

// Bursts in chains, those more that leave few of their slots empty; few long chains are better than many.
LinkFinder::Quality LinkFinder::quality_of(const std::vector<Chain>& chains) {
  double regular = 0, covered = 0, count = 0;
  for (const Chain& chain : chains) {
    if (chain.bursts.size() < kLeastBursts) continue;
    const auto n = static_cast<double>(chain.bursts.size());
    regular += n * n / (chain.slots + 1);
    covered += n;
    ++count;
  }
  return {regular, count > 0 ? regular * covered / (count * count) : 0};
}

// Links whose periods are multiples of the one that came most often keep that one too.
double LinkFinder::own_period(const Indices& chain, double period_s) {
  const auto own = period_of(chain, 0.8 * period_s);
  if (!own || own->often_s < 1.5 * period_s) return period_s;
  std::size_t on_time = 0;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const double apart_s = bursts_[chain[i]].start_s - bursts_[chain[i - 1]].start_s;
    on_time += std::abs(std::remainder(apart_s, own->often_s)) < kStartGate_s;
  }
  return 10 * on_time > 9 * chain.size() ? own->often_s : period_s;
}

bool LinkFinder::take_chains(Indices& component, std::vector<BurstGroup>& out) {
  const double span_s = bursts_[component.back()].start_s - bursts_[component.front()].start_s;
  if (static_cast<double>(component.size()) * kDenseGap_s > span_s) return false;
  const auto periods = period_of(component, 0.95 * duration_of(component, 0.1));
  if (!periods) return false;
  double period_s = 0, best = -1;
  std::vector<Chain> chains;
  for (const double candidate_s : {periods->often_s, periods->most_s, periods->part_s}) {
    if (std::abs(candidate_s - period_s) < 0.01 * candidate_s) continue;
    std::vector<Chain> tried = chains_of(component, candidate_s);
    const Quality quality = quality_of(tried);
    if (quality.score <= best) continue;
    best = quality.score;
    chains = std::move(tried);
    period_s = candidate_s;
    if (quality.regular >= kRegular * static_cast<double>(component.size())) break;
  }
  std::size_t most = 0;
  for (const Chain& chain : chains) most = std::max(most, chain.bursts.size());
  std::erase_if(chains, [&](const Chain& chain) {
    return chain.bursts.size() < kLeastBursts || 8 * chain.bursts.size() < most;
  });
  if (chains.empty()) return false;
  std::ranges::sort(chains, {}, [](const Chain& chain) { return chain.bursts.front(); });
  Indices taken;
  for (Chain& chain : chains) {
    taken.insert(taken.end(), chain.bursts.begin(), chain.bursts.end());
    HopSet channels;
    for (const std::uint32_t at : chain.bursts) channels.add(bursts_[at].center_hz, bursts_[at].width_hz);
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
