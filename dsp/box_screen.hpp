#pragma once
// The emission detector's dense part: over the whole band, twice a block pair, which tiles hold more power
// than noise can give them.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"

namespace windhover::dsp {

/// Takes two blocks at a time, which is a step. Powers are ratios to the noise floor.
class BoxScreen {
 public:
  static constexpr std::size_t kTileCells = 16;
  static constexpr std::size_t kSmoothCells = 4;  ///< that smooth() is a mean over

  explicit BoxScreen(std::size_t cells);

  /// a, b     cells of the two blocks, padded() of them, zero beyond the band
  /// inverse  1 / floor, likewise
  void step(const float* a, const float* b, const float* inverse) noexcept;

  /// Cells [begin, end): what has ended there begins nothing new.
  void forget(std::size_t begin, std::size_t end) noexcept;
  /// What was before belongs not to what comes.
  void restart() noexcept;

  /// Multiplies all thresholds: above 1 while floors are not known well.
  void set_margin(float margin) noexcept { margin_ = margin; }

  std::size_t cells() const { return cells_; }
  std::size_t padded() const { return tiles() * kTileCells; }
  std::size_t tiles() const { return seed_.size(); }
  std::size_t cells_of_tile(std::size_t tile) const {
    return tile + 1 < tiles() ? kTileCells : cells_ - tile * kTileCells;
  }

  /// Mean of the step's two blocks, by cell.
  const float* ratio() const { return ratios_[at_].data(); }
  /// The same over cells i to i + 3.
  float smooth(std::size_t i) const {
    const float* r = ratio() + i;
    return (r[0] + r[1] + r[2] + r[3]) / kSmoothCells;
  }
  /// Most of smooth() in the tile.
  float most_smooth(std::size_t tile) const { return most_smooth_[tile]; }
  /// Whether a narrow box that begins in the tile exceeds its threshold.
  bool narrow_seed(std::size_t tile) const { return seed_[tile] > margin_; }
  /// Whether cell i, or a pair that begins there, exceeds its threshold.
  bool is_seed(std::size_t i) const noexcept;
  /// Whether the whole tile, over six blocks, does, and is filled rather than crossed by something narrow.
  bool wide_seed(std::size_t tile) const noexcept;
  /// Mean over the tile and the step.
  float tile_ratio(std::size_t tile) const { return tile_ratio_[tile]; }

 private:
  struct Thresholds {  // of means
    float one_by_two, one_by_six, two_by_two, two_by_six, four_by_two, tile_by_six;
  };

  std::size_t cells_;
  Thresholds limits_;
  float margin_ = 1;
  std::array<AlignedVector<float>, 3> ratios_;  // of three steps
  std::size_t at_ = 0;
  AlignedVector<float> long_;  // means over three steps
  std::vector<float> seed_, most_smooth_, tile_ratio_, tile_long_;
};

}  // namespace windhover::dsp
