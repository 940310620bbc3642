#include "sensor/snapshot_planner.hpp"

#include <algorithm>
#include <cmath>

#include "decoders/links/fm_video.hpp"
#include "dsp/energy_gate.hpp"

namespace windhover::sensor {
namespace {

constexpr double kBlock_s = 75e-6;
constexpr std::int64_t kLongestBlocks = 160;  // 12 ms

// 2 million samples a second in all: extraction and classification then stay within 0.15 of a core.
constexpr double kShare = 0.3e6;   // of each rate, a second
constexpr double kShared = 0.5e6;  // for whoever needs more
constexpr double kMostSaved = 2.0 * kMostSnapshotSamples;

// Steps of the detector until its edges are good enough to choose a rate.
constexpr std::uint32_t kDecideAt = 2;
// What has not paused for 20 ms of one stretch may be the dark part of analogue video; a snapshot ends within
// it.
constexpr std::uint32_t kSteadyAt = 133, kSteadyUntil = 240;
constexpr double kNarrowestVideo_hz = 0.25e6;
constexpr std::size_t kVideoRate = 2;
static_assert(kSnapshotRates[kVideoRate].rate.value >= decoders::links::kLeastVideoRate_hz);
constexpr std::int64_t kSecondLookEvery = 6667;  // blocks, 0.5 s: most of what is narrow is none
constexpr std::int64_t kBefore = 6;  // blocks; what is found began up to this much earlier, and some more
constexpr float kLeastLevel = 1;     // 0 dB

constexpr std::int64_t kAgainAfter = 3333;  // blocks, 0.25 s
constexpr std::size_t kPlaces = 256;

// An emission is told some blocks after it has left the active ones.
constexpr std::int64_t kLongestWait = 24;

constexpr double kDcCells = 3;

double cells(const dsp::ActiveEmission& emission) {
  return static_cast<double>(emission.end_cell - emission.low_cell);
}

double middle(const dsp::ActiveEmission& emission) {
  return static_cast<double>(emission.low_cell + emission.end_cell) / 2;
}

double width_hz(const dsp::ActiveEmission& emission) {
  return cells(emission) * dsp::kBinsPerCell * dsp::kBinHz;
}

std::size_t rate_for(double width_hz) {
  std::size_t rate = 0;
  while (width_hz > kSnapshotRates[rate].widest.value) ++rate;
  return rate;
}

}  // namespace

SnapshotPlanner::SnapshotPlanner(const dsp::BankGeometry& geometry) : geometry_(geometry), places_(kPlaces) {
  starts_.reserve(kSnapshotLanes);
  ends_.reserve(kSnapshotLanes);
  for (double& budget : budget_) budget = kMostSaved;
  for (Lane& lane : lane_) lane.waited = kSnapshotReach;
}

double SnapshotPlanner::samples_per_block(std::size_t rate) const {
  return kSnapshotRates[rate].rate.value * kBlock_s;
}

void SnapshotPlanner::plan(dsp::EmissionDetector& detector, std::int64_t newest,
                           std::int64_t reach) noexcept {
  ++plans_;
  lanes_ = 0;
  starts_.clear();
  ends_.clear();
  for (double& budget : budget_) budget = std::min(budget + kShare * kBlock_s, kMostSaved);
  shared_budget_ = std::min(shared_budget_ + kShared * kBlock_s, kMostSaved);
  for (Lane& lane : lane_) go_on(lane, detector);
  for (const dsp::ActiveEmission& emission : detector.active())
    if (emission.steps == kDecideAt)
      consider(detector, emission, rate_for(width_hz(emission)), newest, reach);
  if (plans_ >= second_look_due_) look_again(detector, newest, reach);
}

// Whichever was looked at longest ago: what began first after a gap would always be the first.
void SnapshotPlanner::look_again(const dsp::EmissionDetector& detector, std::int64_t newest,
                                 std::int64_t reach) noexcept {
  const dsp::ActiveEmission* chosen = nullptr;
  std::int64_t chosen_at = INT64_MAX;
  for (const dsp::ActiveEmission& emission : detector.active()) {
    if (emission.steps < kSteadyAt || emission.steps > kSteadyUntil || emission.level < kLeastLevel) continue;
    if (width_hz(emission) < kNarrowestVideo_hz || rate_for(width_hz(emission)) >= kVideoRate) continue;
    const Place* known = place_of(emission, kVideoRate);
    const std::int64_t at = known != nullptr ? known->at : -1;
    if (at >= chosen_at) continue;
    chosen = &emission;
    chosen_at = at;
  }
  if (chosen == nullptr) return;
  const std::size_t before = starts_.size();
  consider(detector, *chosen, kVideoRate, newest, reach);
  if (starts_.size() > before) second_look_due_ = plans_ + kSecondLookEvery;
}

void SnapshotPlanner::go_on(Lane& lane, dsp::EmissionDetector& detector) noexcept {
  if (lane.state == State::free) {
    ++lane.waited;
    return;
  }
  if (lane.state == State::taking) {
    const auto active = detector.active();
    const auto emission = std::find_if(active.begin(), active.end(),
                                       [&](const dsp::ActiveEmission& e) { return e.id == lane.emission; });
    if (emission != active.end() && lane.blocks < lane.most_blocks) {
      lane.known = estimate(detector, *emission, lane.known.lane);
      ++lane.blocks;
      lanes_ = static_cast<std::uint8_t>(lanes_ | 1U << lane.known.lane);
      return;
    }
    if (emission != active.end()) {
      if (const auto edges = detector.edges_now(lane.emission)) {
        lane.known.low = edges->low;
        lane.known.high = edges->high;
      }
      return end(lane);
    }
    lane.state = State::waiting;
    lane.waited = 0;
  }
  for (const dsp::Emission& emission : detector.ended())
    if (emission.id == lane.emission) return end_as(lane, emission);
  if (++lane.waited > kLongestWait) end(lane);
}

EmissionSnapshotEnd SnapshotPlanner::estimate(const dsp::EmissionDetector& detector,
                                              const dsp::ActiveEmission& emission,
                                              std::size_t lane) const noexcept {
  const auto hop = static_cast<std::int64_t>(geometry_.hop);
  EmissionSnapshotEnd known;
  known.lane = lane;
  known.low = detector.cell_low(static_cast<double>(emission.low_cell));
  known.high = detector.cell_low(static_cast<double>(emission.end_cell));
  known.begin = {emission.first_block * hop};
  known.end = {INT64_MAX};
  known.open_start = emission.open_start;
  known.open_end = true;
  return known;
}

void SnapshotPlanner::end_as(Lane& lane, const dsp::Emission& emission) noexcept {
  lane.known.low = emission.low;
  lane.known.high = emission.high;
  lane.known.begin = emission.start;
  lane.known.end = emission.end;
  lane.known.open_start = emission.open_start;
  lane.known.open_end = emission.open_end;
  end(lane);
}

void SnapshotPlanner::end(Lane& lane) noexcept {
  ends_.push_back(lane.known);
  give_back(lane.rate, static_cast<double>(lane.most_blocks - lane.blocks) * samples_per_block(lane.rate));
  lane.state = State::free;
  lane.waited = 0;
}

void SnapshotPlanner::interrupt(std::span<const dsp::Emission> ended) noexcept {
  lanes_ = 0;
  starts_.clear();
  ends_.clear();
  for (Lane& lane : lane_) {
    if (lane.state == State::free) continue;
    const auto emission = std::find_if(ended.begin(), ended.end(),
                                       [&](const dsp::Emission& e) { return e.id == lane.emission; });
    if (emission != ended.end())
      end_as(lane, *emission);
    else
      end(lane);
  }
}

void SnapshotPlanner::consider(const dsp::EmissionDetector& detector, const dsp::ActiveEmission& emission,
                               std::size_t rate, std::int64_t newest, std::int64_t reach) noexcept {
  // A lane's last command must lie behind everything that its next snapshot may begin with.
  const auto lane = std::find_if(lane_.begin(), lane_.end(), [](const Lane& l) {
    return l.state == State::free && l.waited > kSnapshotReach;
  });
  if (lane == lane_.end() || emission.level < kLeastLevel) return;
  const auto taken = [&](const Lane& l) { return l.state != State::free && l.emission == emission.id; };
  if (std::any_of(lane_.begin(), lane_.end(), taken)) return;
  const double half_band = static_cast<double>(geometry_.fft_size / dsp::kBinsPerCell) / 2;
  const double from_centre = middle(emission) - half_band;
  if (cells(emission) <= kDcCells && std::abs(from_centre) <= kDcCells) return;
  if (was_there(emission, rate)) return;
  const auto fits = static_cast<std::int64_t>(kMostSnapshotSamples / samples_per_block(rate));
  const std::int64_t most_blocks = std::min(kLongestBlocks, fits);
  if (!reserve(rate, static_cast<double>(most_blocks) * samples_per_block(rate))) return;

  const auto number = static_cast<std::size_t>(lane - lane_.begin());
  const std::int64_t back =
      std::clamp<std::int64_t>(newest - emission.first_block + kBefore, 0, std::min(reach, kSnapshotReach));
  *lane = {State::taking, emission.id, rate, back + 1, most_blocks, 0, estimate(detector, emission, number)};
  // Cell c begins half a bin below bin 4 (c − cells of half the band).
  const auto offset =
      static_cast<std::int64_t>(std::llround(from_centre)) * static_cast<std::int64_t>(dsp::kBinsPerCell);
  starts_.push_back({{number, next_number_++, emission.id, rate, offset}, back});
  const auto place = std::min_element(places_.begin(), places_.end(),
                                      [](const Place& a, const Place& b) { return a.at < b.at; });
  *place = {middle(emission), rate, plans_};
}

SnapshotPlanner::Place* SnapshotPlanner::place_of(const dsp::ActiveEmission& emission,
                                                  std::size_t rate) noexcept {
  const double near = std::max(3.0, cells(emission) / 4);
  const auto same = std::find_if(places_.begin(), places_.end(), [&](const Place& place) {
    return place.at >= 0 && place.rate == rate && std::abs(place.middle - middle(emission)) < near;
  });
  return same != places_.end() ? &*same : nullptr;
}

bool SnapshotPlanner::was_there(const dsp::ActiveEmission& emission, std::size_t rate) noexcept {
  Place* same = place_of(emission, rate);
  if (same == nullptr) return false;
  if (plans_ - same->at < kAgainAfter) return true;
  same->at = -1;
  return false;
}

bool SnapshotPlanner::reserve(std::size_t rate, double samples) noexcept {
  if (budget_[rate] + shared_budget_ < samples) return false;
  const double own = std::min(samples, budget_[rate]);
  budget_[rate] -= own;
  shared_budget_ -= samples - own;
  return true;
}

void SnapshotPlanner::give_back(std::size_t rate, double samples) noexcept {
  const double own = std::min(samples, kMostSaved - budget_[rate]);
  budget_[rate] += own;
  shared_budget_ = std::min(shared_budget_ + samples - own, kMostSaved);
}

}  // namespace windhover::sensor
