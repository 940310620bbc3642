#include "dsp/cell_noise.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

constexpr std::uint32_t kSettleBlocks = 32, kSettleGroup = 4;
// Least of eight sums of four blocks by sixteen cells of noise, to their mean.
constexpr float kLeastOfSettling = 0.88f;

constexpr float kRipple = 2;  // receivers' floors vary by less than 3 dB over the band
// What stands higher than this above the quiet tenth from the start on is taken for a signal at first: a
// floor that is too low is learned within moments, one that holds a signal never is.
constexpr float kFirstRipple = 1.4f;

// A quarter of the tiles learns in each step; the mean then reaches back 0.3 s.
constexpr std::uint32_t kTurns = 4;
constexpr float kSlowest = 1.0f / 512;
constexpr float kFirst = 16;
constexpr float kMostRatio = 4;
constexpr std::uint32_t kUncertainSteps = 1000;
constexpr float kUncertainMargin = 1.2f;

constexpr std::uint32_t kEpochSteps = 4096, kGroupSteps = 4;  // 0.6 s, 0.6 ms
constexpr float kLeastOfEpoch = 0.80f, kLift = 1.25f, kDrop = 0.8f;

constexpr float kRise = 1.4f, kFall = 0.65f, kSilence = 1e-5f;
constexpr std::uint32_t kFallSteps = 2, kRiseSteps = 2;  // of every other one
// No emission is as wide as this; in a narrower band a rise of everything is one of the gain when it stays
// for 0.1 s.
constexpr std::size_t kWiderThanAny = 1125;
constexpr std::uint32_t kLongRise = 333;

WINDHOVER_CLONES
void learn_cells(const float* ratio, float step, float* floor, float* inverse, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    const float seen = ratio[i] < kMostRatio ? ratio[i] : kMostRatio;
    floor[i] *= 1 + step * (seen - 1);
    inverse[i] = 1 / floor[i];
  }
}

}  // namespace

CellNoise::CellNoise(std::size_t cells)
    : cells_(cells),
      tiles_((cells + kTileCells - 1) / kTileCells),
      steps_of_rise_(cells >= kWiderThanAny ? kRiseSteps : kLongRise),
      floor_(tiles_ * kTileCells),
      inverse_(tiles_ * kTileCells),
      group_(tiles_),
      least_(tiles_),
      sorted_(tiles_) {
  restart();
}

void CellNoise::restart() noexcept {
  settled_ = false;
  blocks_ = steps_ = learned_ = rising_ = falling_ = 0;
  std::fill(inverse_.begin(), inverse_.end(), 0.0f);
  std::fill(group_.begin(), group_.end(), 0.0f);
  std::fill(least_.begin(), least_.end(), std::numeric_limits<float>::max());
}

float CellNoise::margin() const { return learned_ < kUncertainSteps ? kUncertainMargin : 1; }

void CellNoise::settle(const float* cells) noexcept {
  for (std::size_t tile = 0; tile < tiles_; ++tile)
    group_[tile] += std::accumulate(cells + tile * kTileCells, cells + (tile + 1) * kTileCells, 0.0f);
  if (++blocks_ % kSettleGroup != 0) return;
  for (std::size_t tile = 0; tile < tiles_; ++tile) {
    least_[tile] = std::min(least_[tile], group_[tile]);
    group_[tile] = 0;
  }
  if (blocks_ >= kSettleBlocks) finish_settling();
}

void CellNoise::finish_settling() noexcept {
  for (std::size_t tile = 0; tile < tiles_; ++tile) {
    const std::size_t n = std::min(kTileCells, cells_ - tile * kTileCells);
    least_[tile] /= kLeastOfSettling * static_cast<float>(kSettleGroup * n);
    std::fill_n(floor_.begin() + static_cast<std::ptrdiff_t>(tile * kTileCells), kTileCells, least_[tile]);
  }
  const float most = kFirstRipple * quiet_tenth();
  if (!(most > 0)) return restart();  // digital silence says nothing about the noise
  for (std::size_t i = 0; i < cells_; ++i) {
    floor_[i] = std::clamp(floor_[i], most * 1e-6f, most);
    inverse_[i] = 1 / floor_[i];
  }
  std::fill(least_.begin(), least_.end(), std::numeric_limits<float>::max());
  settled_ = true;
}

float CellNoise::quiet_tenth() noexcept {
  for (std::size_t tile = 0; tile < tiles_; ++tile) sorted_[tile] = floor_[tile * kTileCells];
  // Without the edges, where receivers' filters fall.
  const std::size_t edge = tiles_ / 20;
  const auto begin = sorted_.begin() + static_cast<std::ptrdiff_t>(edge);
  const auto end = sorted_.end() - static_cast<std::ptrdiff_t>(edge);
  const auto tenth = begin + (end - begin) / 10;
  std::nth_element(begin, tenth, end);
  return *tenth;
}

float CellNoise::follow(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept {
  const float step = steps_ % 2 == 0 ? gain_step(screen, busy) : 1;
  if (step != 1) {
    ++steps_;
    scale(step);
    learned_ = 0;
    return step;
  }
  learn(screen, busy);
  for (std::size_t tile = 0; tile < tiles_; ++tile) group_[tile] += screen.tile_ratio(tile);
  if (++steps_ % kGroupSteps == 0) {
    for (std::size_t tile = 0; tile < tiles_; ++tile) {
      least_[tile] = std::min(least_[tile], group_[tile] / kGroupSteps);
      group_[tile] = 0;
    }
    if (steps_ % kEpochSteps == 0) move_to_quietest();
  }
  ++learned_;
  return 1;
}

void CellNoise::learn(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept {
  const float step = std::max(1 / (kFirst + static_cast<float>(learned_ / kTurns)), kSlowest);
  const std::size_t turn = steps_ % kTurns;
  const std::size_t end = (turn + 1) * tiles_ / kTurns;
  for (std::size_t tile = turn * tiles_ / kTurns; tile < end; ++tile) {
    if (busy[tile]) continue;
    const std::size_t first = tile;
    while (tile + 1 < end && !busy[tile + 1]) ++tile;
    const std::size_t at = first * kTileCells;
    learn_cells(screen.ratio() + at, step, floor_.data() + at, inverse_.data() + at,
                std::min((tile + 1) * kTileCells, cells_) - at);
  }
}

float CellNoise::gain_step(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept {
  std::size_t raised = 0, quiet = 0, fallen = 0;
  float quiet_sum = 0;
  for (std::size_t tile = 0; tile < tiles_; ++tile) {
    const float ratio = screen.tile_ratio(tile);
    raised += ratio > kRise;
    if (busy[tile]) continue;
    ++quiet;
    fallen += ratio < kFall && ratio > kSilence;
    quiet_sum += ratio;
  }
  rising_ = raised == tiles_ ? rising_ + 1 : 0;
  falling_ = quiet > 0 && fallen == quiet ? falling_ + 1 : 0;
  if (falling_ >= kFallSteps) {
    falling_ = 0;
    return quiet_sum / static_cast<float>(quiet);
  }
  if (rising_ < steps_of_rise_) return 1;
  rising_ = 0;
  for (std::size_t tile = 0; tile < tiles_; ++tile) sorted_[tile] = screen.tile_ratio(tile);
  const auto fifth = sorted_.begin() + static_cast<std::ptrdiff_t>(tiles_ / 5);
  std::nth_element(sorted_.begin(), fifth, sorted_.end());
  return *fifth;
}

void CellNoise::move_to_quietest() noexcept {
  const float quiet = quiet_tenth(), most = kRipple * quiet;
  for (std::size_t tile = 0; tile < tiles_; ++tile) {
    const float lift = least_[tile] / kLeastOfEpoch;
    const float moved = lift * floor_[tile * kTileCells];
    // Downwards: it has learned a signal that pauses, but no further than where the rest of the band lies.
    if ((lift > kLift && moved <= most) || (lift < kDrop && moved >= kDrop * quiet)) scale_tile(tile, lift);
    least_[tile] = std::numeric_limits<float>::max();
  }
}

void CellNoise::scale(float factor) noexcept {
  for (std::size_t tile = 0; tile < tiles_; ++tile) scale_tile(tile, factor);
  std::fill(least_.begin(), least_.end(), std::numeric_limits<float>::max());
}

void CellNoise::scale_tile(std::size_t tile, float factor) noexcept {
  for (std::size_t i = tile * kTileCells; i < std::min(cells_, (tile + 1) * kTileCells); ++i) {
    floor_[i] *= factor;
    inverse_[i] /= factor;
  }
}

}  // namespace windhover::dsp
