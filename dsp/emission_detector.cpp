#include "dsp/emission_detector.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "dsp/energy_gate.hpp"
#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

constexpr std::size_t kMostTracks = 96, kMostIntervals = 256, kMostEnded = 64;

constexpr std::size_t kCloseGap = 2;  // cells
constexpr std::uint32_t kWholeTile = (1U << BoxScreen::kTileCells) - 1;

// Steps without power that end an emission. Of narrow ones noise hides more.
constexpr std::uint32_t kOffSteps = 1, kOffStepsNarrow = 3;
constexpr float kFaded = 0.3f;  // of the level that continues one
constexpr std::size_t kNarrowCells = 16;

constexpr std::uint32_t kStretchSteps = 333;  // 50 ms
constexpr std::uint32_t kYoungSteps = 4;
constexpr std::uint32_t kOtherSteps = 2;  // that another width lasts before it is another emission
constexpr double kWider = 1.5, kNarrower = 0.6;
constexpr std::size_t kOtherCells = 6;
constexpr double kSumOfParts = 0.7;
constexpr float kFilledGap = 0.4f;
constexpr float kSamePower = 0.35f, kLeftBehind = 0.7f;

constexpr std::uint8_t kBusySteps = 4;
constexpr float kStrong = 200;  // whose skirts reach far

Extent hull(Extent a, Extent b) { return {std::min(a.begin, b.begin), std::max(a.end, b.end)}; }
Extent common(Extent a, Extent b) {
  const Extent both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.begin < both.end ? both : Extent{};
}
// A box begins at its bit and may be four cells wide.
std::uint32_t spread(std::uint32_t bits) { return bits | bits << 1 | bits << 2 | bits << 3; }
// Without the gaps that would be closed anyway.
std::uint32_t closed(std::uint32_t on) {
  static_assert(kCloseGap == 2);
  return on | ((on << 1) & (on >> 1)) | ((on << 1) & (on >> 2)) | ((on << 2) & (on >> 1));
}
bool overlap(Extent a, Extent b) { return a.begin < b.end && b.begin < a.end; }

WINDHOVER_CLONES
float add_up(const float* ratio, float* profile, std::size_t n) noexcept {
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    profile[i] += ratio[i];
    sum += ratio[i];
  }
  return sum;
}

float mean(const float* values, Extent cells) {
  float sum = 0;
  for (std::size_t i = cells.begin; i < cells.end; ++i) sum += values[i];
  return sum / static_cast<float>(std::max<std::size_t>(1, cells.size()));
}

}  // namespace

EmissionDetector::EmissionDetector(const BankGeometry& geometry)
    : geometry_(geometry),
      cells_(geometry.fft_size / kBinsPerCell),
      padded_((cells_ + BoxScreen::kTileCells - 1) / BoxScreen::kTileCells * BoxScreen::kTileCells),
      screen_(cells_),
      noise_(cells_),
      origins_(static_cast<std::int64_t>(geometry.hop)),
      history_(kHistory * padded_),
      profiles_(kMostTracks * padded_),
      busy_(screen_.tiles()),
      series_(kHistory),
      profile_(padded_) {
  for (std::size_t i = 0; i < kMostTracks; ++i) free_profiles_.push_back(kMostTracks - 1 - i);
  tracks_.reserve(kMostTracks);
  intervals_.reserve(kMostIntervals);
  ended_.reserve(kMostEnded);
  active_.reserve(kMostTracks);
}

void EmissionDetector::push(std::int64_t block, std::span<const float> cells) noexcept {
  ended_.clear();
  if (count_ == 0) base_block_ = block;
  float* into = history_.data() + (count_ % kHistory) * padded_;
  std::copy(cells.begin(), cells.end(), into);
  ++count_;
  if (!noise_.is_settled()) {
    noise_.settle(into);
    return;
  }
  if (count_ % 2 == 0) step();
}

void EmissionDetector::interrupt() noexcept {
  ended_.clear();
  end_all();
  active_.clear();
  origins_.flush(ended_);
  screen_.restart();
  std::fill(busy_.begin(), busy_.end(), std::uint8_t{0});
  count_ = 0;
}

void EmissionDetector::forget_floor() noexcept {
  noise_.restart();
  origins_.forget();
}

void EmissionDetector::step() noexcept {
  screen_.set_margin(noise_.margin());
  screen_.step(row(count_ - 2), row(count_ - 1), noise_.inverse(), busy_);
  for (std::uint8_t& steps : busy_) steps = static_cast<std::uint8_t>(steps > 0 ? steps - 1 : 0);
  find_intervals();
  match();
  end_finished();
  mark_busy();
  if (noise_.follow(screen_, busy_) != 1) {
    // What was measured against the old floors is no more comparable.
    end_all();
    screen_.restart();
  }
  origins_.ready(SampleIndex{geometry_.block_start(base_block_ + static_cast<std::int64_t>(count_))}, ended_);
  list_active();
}

// Cells that stand out, tile by tile; most tiles of a quiet band hold none. A box of up to four cells stands
// for those of its cells that have power.
void EmissionDetector::find_intervals() noexcept {
  intervals_.clear();
  std::uint32_t spilled = 0, spilled_seeds = 0;  // from the tile before
  for (std::size_t tile = 0; tile < screen_.tiles(); ++tile) {
    const std::uint32_t seeds = screen_.seeds(tile), above = seeds | screen_.smooth(tile);
    if ((above | spilled) == 0 && !screen_.wide_seed(tile)) continue;
    const std::uint32_t covered = spread(above) | spilled;
    const std::uint32_t seeded = spread(seeds) | spilled_seeds;
    spilled = covered >> BoxScreen::kTileCells;
    spilled_seeds = seeded >> BoxScreen::kTileCells;
    const std::uint32_t on = covered != 0 ? closed(screen_.cells_on(tile) & covered) : 0;
    if (on != kWholeTile && screen_.wide_seed(tile)) {
      const std::size_t from = tile * BoxScreen::kTileCells;
      busy_[tile] = kBusySteps;
      add_interval({from, from + screen_.cells_of_tile(tile)}, true);
    } else {
      add_runs(tile, on, seeded & on);
    }
  }
}

// on, seeds  bit by cell
void EmissionDetector::add_runs(std::size_t tile, std::uint32_t on, std::uint32_t seeds) noexcept {
  while (on != 0) {
    const int first = std::countr_zero(on), size = std::countr_one(on >> first);
    const std::uint32_t run = ((1U << size) - 1) << first;
    const std::size_t from = tile * BoxScreen::kTileCells + static_cast<std::size_t>(first);
    add_interval({from, from + static_cast<std::size_t>(size)}, (seeds & run) != 0);
    on &= ~run;
  }
}

void EmissionDetector::add_interval(Extent cells, bool seed) noexcept {
  if (!intervals_.empty() && cells.begin <= intervals_.back().cells.end + kCloseGap) {
    intervals_.back().cells = hull(intervals_.back().cells, cells);
    intervals_.back().seed |= seed;
  } else if (intervals_.size() < kMostIntervals) {
    intervals_.push_back({cells, seed});
  }
}

void EmissionDetector::match() noexcept {
  for (Track& track : tracks_) {
    track.on = false;
    track.seen = {};
  }
  for (Interval& interval : intervals_) match_one(interval);
  for (Track& track : tracks_) follow(track);
  remove_dead();
  const bool open_start = count_ <= 2 * kYoungSteps;
  for (const Interval& interval : intervals_)
    if (interval.seed && !interval.taken) begin(interval, open_start);
}

void EmissionDetector::match_one(Interval& interval) noexcept {
  std::size_t first = tracks_.size(), count = 0;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (!overlap(tracks_[i].cells, interval.cells)) continue;
    first = std::min(first, i);
    ++count;
  }
  if (count == 0) return;
  interval.taken = true;
  if (count > 1) return match_several(interval, first, count);
  Track& track = tracks_[first];
  track.seen = track.on ? hull(track.seen, interval.cells) : interval.cells;
  track.on = true;
}

// Something lies over several: they are one that was found in pieces, or a wide one has come over them, or
// noise has bridged the gap between neighbours.
void EmissionDetector::match_several(Interval& interval, std::size_t first, std::size_t count) noexcept {
  std::size_t parts = 0;
  bool overlaps = false;  // one another: what was found in pieces has grown together
  std::uint64_t oldest = tracks_[first].first, youngest = oldest;
  for (std::size_t i = first; i < tracks_.size(); ++i) {
    if (!overlap(tracks_[i].cells, interval.cells)) continue;
    for (std::size_t j = first; j < i; ++j) overlaps |= overlap(tracks_[i].cells, tracks_[j].cells);
    parts += tracks_[i].cells.size();
    oldest = std::min(oldest, tracks_[i].first);
    youngest = std::max(youngest, tracks_[i].first);
  }
  const bool is_sum = static_cast<double>(parts) > kSumOfParts * static_cast<double>(interval.cells.size());
  // What began together and grows together is one with notches in it.
  const bool together = youngest - oldest <= 4;
  const bool one = (together && 2 * parts > interval.cells.size()) ||
                   ((together || overlaps) && are_one(interval, first, count));
  for (std::size_t i = first; i < tracks_.size(); ++i) {
    Track& track = tracks_[i];
    if (!overlap(track.cells, interval.cells)) continue;
    if (i == first || !one) {
      const Extent own{std::max(track.cells.begin, interval.cells.begin),
                       std::min(track.cells.end, interval.cells.end)};
      const Extent seen = one || (!is_sum && track.steps >= kYoungSteps) ? interval.cells : own;
      track.seen = track.on ? hull(track.seen, seen) : seen;
      track.on = true;
      if (one) track.cells = hull(track.cells, interval.cells);
    } else {
      track.merged = true;
    }
  }
}

bool EmissionDetector::are_one(const Interval& interval, std::size_t first,
                               std::size_t count) const noexcept {
  float in_tracks = 0;
  std::size_t cells = 0;
  for (std::size_t i = first; i < tracks_.size(); ++i) {
    const Extent part = common(tracks_[i].cells, interval.cells);
    if (part.size() == 0) continue;
    in_tracks += static_cast<float>(part.size()) * (mean(screen_.ratio(), part) - 1);
    cells += part.size();
  }
  const std::size_t all = interval.cells.size();
  if (cells >= all || all - cells <= kCloseGap * (count - 1)) return true;
  const float in_all = static_cast<float>(all) * (mean(screen_.ratio(), interval.cells) - 1);
  const float in_gaps = (in_all - in_tracks) / static_cast<float>(all - cells);
  return in_gaps > kFilledGap * in_tracks / static_cast<float>(cells);
}

void EmissionDetector::begin(const Interval& interval, bool open_start) noexcept {
  if (free_profiles_.empty()) {
    ++dropped_;
    return;
  }
  Track track{.id = next_id_++,
              .cells = interval.cells,
              .first = count_ - 2,
              .last_on = count_,
              .profile = free_profiles_.back(),
              .start = static_cast<double>(count_) - 2.5};
  free_profiles_.pop_back();
  std::fill_n(profiles_.begin() + static_cast<std::ptrdiff_t>(track.profile * padded_), padded_, 0.0f);
  track.open_start = open_start;
  track.on = true;
  accumulate(track);
  tracks_.push_back(track);
}

// What the step has shown of a track.
void EmissionDetector::follow(Track& track) noexcept {
  if (track.merged) return;
  const auto was = static_cast<double>(track.cells.size());
  const bool young = track.steps < kYoungSteps;
  // Noise somewhere in a wide one's band does not continue it; a signal that fades for a step goes on.
  if (!track.on || (!young && static_cast<double>(track.seen.size()) + kOtherCells < kNarrower * was)) {
    track.on = mean(screen_.ratio(), track.cells) - 1 > kFaded * track.level;
    track.seen = track.cells;
  }
  if (!track.on) {
    ++track.off_steps;
    return;
  }
  track.off_steps = 0;
  const bool wider = !young && static_cast<double>(track.seen.size()) > kWider * was + kOtherCells;
  if (wider && has_spread(track))
    track.cells = track.seen;
  else if (wider && mean(screen_.ratio(), track.seen) - 1 < kFilledGap * track.level)
    track.seen = track.cells;  // what lies beside it is too weak to have come over it
  else
    track.wider = wider ? track.wider + 1 : 0;
  if (track.wider >= kOtherSteps) {  // another emission has come over it
    for (Interval& interval : intervals_)
      if (overlap(interval.cells, track.seen)) {
        interval.taken = false;
        interval.seed = true;
      }
    track.off_steps = kStretchSteps;
  }
  if (track.wider > 0) return;
  // Noise beside it that stands out once is none of it.
  const Extent again = young ? track.seen : common(track.seen, track.seen_before);
  if (again.size() > 0) track.cells = hull(track.cells, again);
  track.seen_before = track.seen;
  track.last_on = count_;
  accumulate(track);
}

// What is modulated in frequency keeps its power wherever it goes: it has left where it was. What comes over
// something adds to it.
bool EmissionDetector::has_spread(const Track& track) const noexcept {
  const float before = track.level * static_cast<float>(track.cells.size());
  const float now = (mean(screen_.ratio(), track.seen) - 1) * static_cast<float>(track.seen.size());
  return std::abs(now - before) < kSamePower * before &&
         mean(screen_.ratio(), track.cells) - 1 < kLeftBehind * track.level;
}

void EmissionDetector::accumulate(Track& track) noexcept {
  const std::size_t pad = 8 + track.cells.size() / 8;
  const std::size_t from = track.cells.begin > pad ? track.cells.begin - pad : 0;
  const std::size_t to = std::min(track.cells.end + pad, cells_);
  float* profile = profiles_.data() + track.profile * padded_;
  const float* ratio = screen_.ratio();
  add_up(ratio + from, profile + from, track.cells.begin - from);
  const float sum = add_up(ratio + track.cells.begin, profile + track.cells.begin, track.cells.size());
  add_up(ratio + track.cells.end, profile + track.cells.end, to - track.cells.end);
  const float excess = sum / static_cast<float>(track.cells.size()) - 1;
  track.peak = std::max(track.peak, excess);
  ++track.summed;
  ++track.steps;
  track.level += (excess - track.level) / static_cast<float>(std::min(track.summed, 16U));
}

void EmissionDetector::remove_dead() noexcept {
  const auto is_over = [](const Track& track) {
    return track.off_steps >= (track.cells.size() < kNarrowCells ? kOffStepsNarrow : kOffSteps);
  };
  for (const Track& track : tracks_)
    if (is_over(track) && !track.merged) {
      end(track, false);
      screen_.forget(track.cells.begin, track.cells.end);
    }
  std::erase_if(tracks_, [&](const Track& track) {
    const bool dead = is_over(track) || track.merged;
    if (dead) free_profiles_.push_back(track.profile);
    return dead;
  });
}

void EmissionDetector::end_finished() noexcept {
  for (Track& track : tracks_) {
    if (!track.has_start && count_ - track.first >= kHistory - 10 && track.on) {
      track.start = measure(track, true).start;
      track.has_start = true;
    }
    if (track.summed >= kStretchSteps) next_stretch(track);
  }
}

void EmissionDetector::end_all() noexcept {
  for (const Track& track : tracks_) {
    end(track, true);
    free_profiles_.push_back(track.profile);
  }
  tracks_.clear();
}

void EmissionDetector::next_stretch(Track& track) noexcept {
  end(track, true);
  std::fill_n(profiles_.begin() + static_cast<std::ptrdiff_t>(track.profile * padded_), padded_, 0.0f);
  track.id = next_id_++;
  track.first = track.last_on;
  track.start = static_cast<double>(track.first) - 0.5;
  track.has_start = track.open_start = true;
  track.summed = 0;
  track.peak = 0;
}

void EmissionDetector::mark_busy() noexcept {
  for (const Track& track : tracks_) {
    const std::size_t reach = track.level > kStrong ? track.cells.size() : BoxScreen::kTileCells;
    const std::size_t from = track.cells.begin > reach ? track.cells.begin - reach : 0;
    const std::size_t to = std::min(track.cells.end + reach, cells_);
    std::fill(busy_.begin() + static_cast<std::ptrdiff_t>(from / BoxScreen::kTileCells),
              busy_.begin() + static_cast<std::ptrdiff_t>((to - 1) / BoxScreen::kTileCells + 1), kBusySteps);
  }
}

void EmissionDetector::list_active() noexcept {
  active_.clear();
  for (const Track& track : tracks_)
    active_.push_back({track.id, base_block_ + static_cast<std::int64_t>(track.first), track.cells.begin,
                       track.cells.end, track.summed, track.level, track.open_start});
}

}  // namespace windhover::dsp
