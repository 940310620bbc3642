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
constexpr int kFilledCells = 11;  // of 16

using Eight = float __attribute__((vector_size(32)));

[[gnu::always_inline]] inline Eight load(const float* x) {
  Eight eight;
  std::memcpy(&eight, x, sizeof eight);
  return eight;
}

using EightBits = std::int32_t __attribute__((vector_size(32)));

constexpr EightBits kLane{1, 2, 4, 8, 16, 32, 64, 128};
constexpr int kSmoothShift = 16;

[[gnu::always_inline]] inline void store(float* x, Eight eight) { std::memcpy(x, &eight, sizeof eight); }

[[gnu::always_inline]] inline std::uint32_t any(EightBits x) {
  std::uint64_t lanes[4];
  std::memcpy(lanes, &x, sizeof x);
  const std::uint64_t both = (lanes[0] | lanes[1]) | (lanes[2] | lanes[3]);
  return static_cast<std::uint32_t>(both | both >> 32);
}

[[gnu::always_inline]] inline float sum(Eight x) {
  float lanes[8];
  std::memcpy(lanes, &x, sizeof x);
  for (int i = 0; i < 4; ++i) lanes[i] += lanes[i + 4];
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

// Ratios of a step, means over three steps, and for each tile its mean and whether one of its cells is above
// what the narrow boxes take. Written out in vectors of eight, as compilers fear that so many arrays overlap.
WINDHOVER_CLONES
void form_tiles(const float* a, const float* b, const float* inverse, const float* before,
                const float* before_that, float least_of_two, float least_of_six, float* ratio,
                float* of_three, float* mean, std::uint8_t* hot, std::size_t tiles) noexcept {
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    EightBits above{};
    Eight sums{};
    for (std::size_t i = 16 * tile; i < 16 * (tile + 1); i += 8) {
      const Eight now = 0.5f * (load(a + i) + load(b + i)) * load(inverse + i);
      const Eight three = (1.0f / 3) * (now + load(before + i) + load(before_that + i));
      store(ratio + i, now);
      store(of_three + i, three);
      above |= (now > least_of_two) | (three > least_of_six);
      sums += now;
    }
    mean[tile] = sum(sums) / BoxScreen::kTileCells;
    hot[tile] = any(above) != 0;
  }
}

struct Limits {
  float one_by_two, one_by_six, two_by_two, two_by_six, four_by_two, four_by_six, smooth;  // of sums
};

// What stands out of six blocks may have ended before the last two of them.
template <typename Value>
[[gnu::always_inline]] inline auto still_on(Value excess, Value long_excess) {
  return excess > 0.5f * long_excess;
}

// For each tile that is worth it which of its cells exceed a limit.
WINDHOVER_CLONES
void screen_tiles(const float* ratio, const float* of_three, const Limits& limits, const std::uint8_t* worth,
                  std::size_t tiles, std::uint32_t* found, std::uint32_t* on) noexcept {
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    found[tile] = on[tile] = 0;
    if (!worth[tile]) continue;
    EightBits bits{}, on_bits{};
    for (int half = 0; half < 2; ++half) {
      const float* r = ratio + 16 * tile + 8 * static_cast<std::size_t>(half);
      const float* l = of_three + 16 * tile + 8 * static_cast<std::size_t>(half);
      const Eight r0 = load(r), l0 = load(l);
      const Eight pair = r0 + load(r + 1), four = pair + load(r + 2) + load(r + 3);
      const Eight long_pair = l0 + load(l + 1), long_four = long_pair + load(l + 2) + load(l + 3);
      const EightBits seeds = (r0 > limits.one_by_two) | (pair > limits.two_by_two) |
                              (four > limits.four_by_two) |
                              ((l0 > limits.one_by_six) & still_on(r0 - 1, l0 - 1)) |
                              ((long_pair > limits.two_by_six) & still_on(pair - 2, long_pair - 2)) |
                              ((long_four > limits.four_by_six) & still_on(four - 4, long_four - 4));
      const EightBits smooth = four > limits.smooth;
      bits |= (seeds & (kLane << (8 * half))) | (smooth & (kLane << (kSmoothShift + 8 * half)));
      on_bits |= (r0 > BoxScreen::kOnCell) & (kLane << (8 * half));
    }
    found[tile] = any(bits);
    on[tile] = any(on_bits);
  }
}

float threshold(std::size_t cells, std::size_t blocks) {
  return static_cast<float>(box_threshold(cells, blocks, kFalseAlarm));
}

struct Filling {
  float clipped;  // sum of what each cell has, up to a limit
  int cells;      // that have more than noise
};

WINDHOVER_CLONES
Filling filling_of(const float* values) noexcept {
  Filling filling{};
  for (std::size_t i = 0; i < BoxScreen::kTileCells; ++i) {
    filling.clipped += values[i] < kMostOfCell ? values[i] : kMostOfCell;
    filling.cells += values[i] > kFilledCell;
  }
  return filling;
}

}  // namespace

BoxScreen::BoxScreen(std::size_t cells)
    : cells_(cells),
      limits_{threshold(1, 2),
              threshold(1, 6),
              threshold(2, 2),
              threshold(2, 6),
              threshold(4, 2),
              threshold(4, 6),
              static_cast<float>(kFloorError * box_threshold(kTileCells, 6, kFalseAlarm))} {
  const std::size_t tiles = (cells + kTileCells - 1) / kTileCells;
  for (auto& ratios : ratios_) ratios.assign(tiles * kTileCells + 8, 0);
  long_.assign(tiles * kTileCells + 8, 0);
  found_.assign(tiles, 0);
  on_.assign(tiles, 0);
  hot_.assign(tiles, 0);
  worth_.assign(tiles, 0);
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

void BoxScreen::step(const float* a, const float* b, const float* inverse,
                     std::span<const std::uint8_t> busy) noexcept {
  const std::size_t before_that = (at_ + 2) % 3, before = at_;
  at_ = (at_ + 1) % 3;
  // A mean exceeds nothing that none of its cells does.
  const float least_of_two =
      margin_ * std::min({limits_.one_by_two, limits_.two_by_two, limits_.four_by_two});
  const float least_of_six =
      margin_ * std::min({limits_.one_by_six, limits_.two_by_six, limits_.four_by_six});
  form_tiles(a, b, inverse, ratios_[before].data(), ratios_[before_that].data(), least_of_two, least_of_six,
             ratios_[at_].data(), long_.data(), tile_ratios_[at_].data(), hot_.data(), tiles());
  const Limits limits{margin_ * limits_.one_by_two,
                      margin_ * limits_.one_by_six,
                      margin_ * 2 * limits_.two_by_two,
                      margin_ * 2 * limits_.two_by_six,
                      margin_ * 4 * limits_.four_by_two,
                      margin_ * 4 * limits_.four_by_six,
                      kSmoothCells * kOn};
  const std::size_t last = tiles() - 1;
  for (std::size_t tile = 0; tile <= last; ++tile)
    worth_[tile] =
        hot_[tile] | (tile > 0 ? hot_[tile - 1] : 0) | (tile < last ? hot_[tile + 1] : 0) | (busy[tile] != 0);
  screen_tiles(ratio(), long_.data(), limits, worth_.data(), tiles(), found_.data(), on_.data());
  tile_ratios_[at_][last] *= static_cast<float>(kTileCells) / static_cast<float>(cells_of_tile(last));
}

bool BoxScreen::is_filled(std::size_t tile) const noexcept {
  if (cells_of_tile(tile) < kTileCells || !still_on(tile_ratio(tile) - 1, tile_long(tile) - 1)) return false;
  const Filling filling = filling_of(long_.data() + tile * kTileCells);
  return filling.cells >= kFilledCells && filling.clipped > margin_ * limits_.tile_by_six * kTileCells;
}

}  // namespace windhover::dsp
