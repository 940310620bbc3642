#include "dsp/box_screen.hpp"

#include <algorithm>
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

[[gnu::always_inline]] inline float most(Eight x) {
  float lanes[8];
  std::memcpy(lanes, &x, sizeof x);
  for (int i = 0; i < 4; ++i) lanes[i] = lanes[i] > lanes[i + 4] ? lanes[i] : lanes[i + 4];
  for (int i = 0; i < 2; ++i) lanes[i] = lanes[i] > lanes[i + 2] ? lanes[i] : lanes[i + 2];
  return lanes[0] > lanes[1] ? lanes[0] : lanes[1];
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

struct TileOutput {
  float *seed, *most_smooth, *mean, *long_mean;
};
struct Inverses {  // of thresholds
  float one_by_two, one_by_six, two_by_two, two_by_six, four_by_two;
};

WINDHOVER_CLONES
void screen_tiles(const float* ratio, const float* of_three, const Inverses& scale, std::size_t tiles,
                  const TileOutput& out) noexcept {
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    Eight seed{}, smooth{}, sums{}, long_sums{};
    for (std::size_t half = 0; half < 2; ++half) {
      const float* r = ratio + 16 * tile + 8 * half;
      const float* l = of_three + 16 * tile + 8 * half;
      const Eight r0 = load(r), l0 = load(l);
      const Eight pair = r0 + load(r + 1), four = pair + load(r + 2) + load(r + 3);
      const Eight long_pair = l0 + load(l + 1);
      const Eight s1 = r0 * scale.one_by_two, s2 = l0 * scale.one_by_six;
      const Eight s3 = pair * scale.two_by_two, s4 = long_pair * scale.two_by_six;
      const Eight s5 = four * scale.four_by_two;
      const Eight m1 = s1 > s2 ? s1 : s2, m2 = s3 > s4 ? s3 : s4, m3 = s5 > m1 ? s5 : m1;
      const Eight m = m2 > m3 ? m2 : m3;
      seed = m > seed ? m : seed;
      smooth = four > smooth ? four : smooth;
      sums += r0;
      long_sums += l0;
    }
    out.seed[tile] = most(seed);
    out.most_smooth[tile] = most(smooth) / BoxScreen::kSmoothCells;
    out.mean[tile] = sum(sums) / BoxScreen::kTileCells;
    out.long_mean[tile] = sum(long_sums) / BoxScreen::kTileCells;
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
  for (auto* each : {&seed_, &most_smooth_, &tile_ratio_, &tile_long_}) each->assign(tiles, 0);
}

void BoxScreen::forget(std::size_t begin, std::size_t end) noexcept {
  for (auto& ratios : ratios_)
    std::fill(ratios.begin() + static_cast<std::ptrdiff_t>(begin),
              ratios.begin() + static_cast<std::ptrdiff_t>(end), 1.0f);
}

void BoxScreen::restart() noexcept {
  for (auto& ratios : ratios_) std::fill(ratios.begin(), ratios.end(), 0.0f);
}

void BoxScreen::step(const float* a, const float* b, const float* inverse) noexcept {
  const std::size_t before_that = (at_ + 2) % 3, before = at_;
  at_ = (at_ + 1) % 3;
  form_ratios(a, b, inverse, ratios_[before].data(), ratios_[before_that].data(), ratios_[at_].data(),
              long_.data(), padded());
  const Inverses scale{1 / limits_.one_by_two, 1 / limits_.one_by_six, 0.5f / limits_.two_by_two,
                       0.5f / limits_.two_by_six, 0.25f / limits_.four_by_two};
  screen_tiles(ratio(), long_.data(), scale, tiles(),
               {seed_.data(), most_smooth_.data(), tile_ratio_.data(), tile_long_.data()});
  const std::size_t last = tiles() - 1;
  const float part = static_cast<float>(kTileCells) / static_cast<float>(cells_of_tile(last));
  tile_ratio_[last] *= part;
  tile_long_[last] *= part;
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

bool BoxScreen::wide_seed(std::size_t tile) const noexcept {
  if (tile_long_[tile] < margin_ * limits_.tile_by_six || cells_of_tile(tile) < kTileCells) return false;
  if (!still_on(tile_ratio_[tile] - 1, tile_long_[tile] - 1)) return false;
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
