#include "dsp/box_screen.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "dsp/box_statistics.hpp"
#include "dsp/simd.hpp"

namespace windhover::dsp {
namespace {

// Some 5000 boxes in each of 400,000 steps a minute; neighbouring ones exceed their thresholds together.
constexpr double kFalseAlarm = 3e-11;
// Tiles are compared with floors that are known to some per cent only.
constexpr double kFloorError = 1.06;
constexpr float kFilledCell = 1.2f, kMostOfCell = 2;
constexpr std::size_t kFilledCells = 11;  // of 16

using Eight = float __attribute__((vector_size(32)));

[[gnu::always_inline]] inline Eight load(const float* x) {
  Eight eight;
  std::memcpy(&eight, x, sizeof eight);
  return eight;
}

using EightBits = std::int32_t __attribute__((vector_size(32)));

[[gnu::always_inline]] inline std::uint8_t any(EightBits x) {
  std::uint64_t lanes[4];
  std::memcpy(lanes, &x, sizeof x);
  const std::uint64_t both = (lanes[0] | lanes[1]) | (lanes[2] | lanes[3]);
  return static_cast<std::uint8_t>(both | both >> 32);
}

[[gnu::always_inline]] inline float sum(Eight x) {
  float lanes[8];
  std::memcpy(lanes, &x, sizeof x);
  for (int i = 0; i < 4; ++i) lanes[i] += lanes[i + 4];
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

WINDHOVER_CLONES
void form_ratios(const float* a, const float* b, const float* inverse, const float* before,
                 const float* before_that, float* ratio, float* of_three, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    ratio[i] = 0.5f * (a[i] + b[i]) * inverse[i];
    of_three[i] = (1.0f / 3) * (ratio[i] + before[i] + before_that[i]);
  }
}

struct Limits {
  float one_by_two, one_by_six, two_by_two, two_by_six, four_by_two, smooth;  // of sums
};

// For each tile whether anything exceeds a limit, and its mean.
WINDHOVER_CLONES
void screen_tiles(const float* ratio, const float* of_three, const Limits& limits, std::size_t tiles,
                  std::uint8_t* found, float* mean) noexcept {
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    EightBits seeds{}, smooth{};
    Eight sums{};
    for (std::size_t half = 0; half < 2; ++half) {
      const float* r = ratio + 16 * tile + 8 * half;
      const float* l = of_three + 16 * tile + 8 * half;
      const Eight r0 = load(r), l0 = load(l);
      const Eight pair = r0 + load(r + 1), four = pair + load(r + 2) + load(r + 3);
      const Eight long_pair = l0 + load(l + 1);
      seeds |= (r0 > limits.one_by_two) | (l0 > limits.one_by_six) | (pair > limits.two_by_two) |
               (long_pair > limits.two_by_six) | (four > limits.four_by_two);
      smooth |= four > limits.smooth;
      sums += r0;
    }
    found[tile] = any((seeds & BoxScreen::kSeed) | (smooth & BoxScreen::kSmooth));
    mean[tile] = sum(sums) / BoxScreen::kTileCells;
  }
}

// What stands out of six blocks may have ended before the last two of them.
bool still_on(float excess, float long_excess) { return excess > 0.5f * long_excess; }

float threshold(std::size_t cells, std::size_t blocks) {
  return static_cast<float>(box_threshold(cells, blocks, kFalseAlarm));
}

}  // namespace

BoxScreen::BoxScreen(std::size_t cells)
    : cells_(cells), limits_{threshold(1, 2),
                             threshold(1, 6),
                             threshold(2, 2),
                             threshold(2, 6),
                             threshold(4, 2),
                             static_cast<float>(kFloorError * box_threshold(kTileCells, 6, kFalseAlarm))} {
  const std::size_t tiles = (cells + kTileCells - 1) / kTileCells;
  for (auto& ratios : ratios_) ratios.assign(tiles * kTileCells + 8, 0);
  long_.assign(tiles * kTileCells + 8, 0);
  found_.assign(tiles, 0);
  for (auto& means : tile_ratios_) means.assign(tiles, 0);
}

void BoxScreen::forget(std::size_t begin, std::size_t end) noexcept {
  for (auto& ratios : ratios_)
    std::fill(ratios.begin() + static_cast<std::ptrdiff_t>(begin),
              ratios.begin() + static_cast<std::ptrdiff_t>(end), 1.0f);
  for (auto& means : tile_ratios_)
    std::fill(means.begin() + static_cast<std::ptrdiff_t>(begin / kTileCells),
              means.begin() + static_cast<std::ptrdiff_t>((end - 1) / kTileCells + 1), 1.0f);
}

void BoxScreen::restart() noexcept {
  for (auto& ratios : ratios_) std::fill(ratios.begin(), ratios.end(), 0.0f);
  for (auto& means : tile_ratios_) std::fill(means.begin(), means.end(), 0.0f);
}

void BoxScreen::step(const float* a, const float* b, const float* inverse) noexcept {
  const std::size_t before_that = (at_ + 2) % 3, before = at_;
  at_ = (at_ + 1) % 3;
  form_ratios(a, b, inverse, ratios_[before].data(), ratios_[before_that].data(), ratios_[at_].data(),
              long_.data(), padded());
  const Limits limits{margin_ * limits_.one_by_two,      margin_ * limits_.one_by_six,
                      margin_ * 2 * limits_.two_by_two,  margin_ * 2 * limits_.two_by_six,
                      margin_ * 4 * limits_.four_by_two, kSmoothCells * kOn};
  screen_tiles(ratio(), long_.data(), limits, tiles(), found_.data(), tile_ratios_[at_].data());
  const std::size_t last = tiles() - 1;
  tile_ratios_[at_][last] *= static_cast<float>(kTileCells) / static_cast<float>(cells_of_tile(last));
}

bool BoxScreen::is_seed(std::size_t i) const noexcept {
  const float* r = ratio() + i;
  const float* l = long_.data() + i;
  const float pair = r[0] + r[1], long_pair = l[0] + l[1];
  return r[0] > margin_ * limits_.one_by_two || pair > 2 * margin_ * limits_.two_by_two ||
         pair + r[2] + r[3] > 4 * margin_ * limits_.four_by_two ||
         (l[0] > margin_ * limits_.one_by_six && still_on(r[0] - 1, l[0] - 1)) ||
         (long_pair > 2 * margin_ * limits_.two_by_six && still_on(pair - 2, long_pair - 2));
}

bool BoxScreen::is_filled(std::size_t tile) const noexcept {
  if (cells_of_tile(tile) < kTileCells || !still_on(tile_ratio(tile) - 1, tile_long(tile) - 1)) return false;
  const float* l = long_.data() + tile * kTileCells;
  float clipped = 0;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < kTileCells; ++i) {
    clipped += std::min(l[i], kMostOfCell);
    filled += l[i] > kFilledCell;
  }
  return filled >= kFilledCells && clipped > margin_ * limits_.tile_by_six * kTileCells;
}

}  // namespace windhover::dsp
