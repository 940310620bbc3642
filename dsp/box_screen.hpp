#pragma once
// The emission detector's dense part: over the whole band, twice a block pair, which tiles hold more power
// than noise can give them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"

namespace windhover::dsp {

/// Takes two blocks at a time, which is a step. Powers are ratios to the noise floor.
class BoxScreen {
 public:
  static constexpr std::size_t kTileCells = 16;
  static constexpr std::size_t kSmoothCells = 4;  ///< that smooth() is about the mean of
  /// What continues an emission: 4.5 sigma of noise.
  static constexpr float kOn = 2;
  static constexpr float kOnCell = 1.8f;  ///< that each of its cells has at least

  explicit BoxScreen(std::size_t cells);

  /// a, b     cells of the two blocks, padded() of them, zero beyond the band
  /// inverse  1 / floor, likewise
  /// busy     by tile: not 0 where an emission is on, or beside one. There, and where cells stand out and in
  ///          the tiles beside, seeds() and smooth() are told; elsewhere nothing can be a seed, and smooth()
  ///          is 0.
  void step(const float* a, const float* b, const float* inverse,
            std::span<const std::uint8_t> busy) noexcept;

  /// Cells [begin, end): what has ended there begins nothing new.
  void forget(std::size_t begin, std::size_t end) noexcept;
  /// What was before belongs not to what comes.
  void restart() noexcept;

  /// Multiplies all thresholds: above 1 while floors are not known well.
  void set_margin(float margin) noexcept { margin_ = margin; }

  std::size_t cells() const { return cells_; }
  std::size_t padded() const { return tiles() * kTileCells; }
  std::size_t tiles() const { return found_.size(); }
  std::size_t cells_of_tile(std::size_t tile) const {
    return tile + 1 < tiles() ? kTileCells : cells_ - tile * kTileCells;
  }

  /// Mean of the step's two blocks, by cell.
  const float* ratio() const { return ratios_[at_].data(); }
  /// Bit i: whether the mean over cells i to i + 3 of the tile exceeds kOn.
  std::uint32_t smooth(std::size_t tile) const { return found_[tile] >> kTileCells; }
  /// Bit i: whether a narrow box that begins at cell i of the tile exceeds its threshold.
  std::uint32_t seeds(std::size_t tile) const { return found_[tile] & ((1U << kTileCells) - 1); }
  /// Bit i: whether cell i of the tile is above kOnCell.
  std::uint32_t cells_on(std::size_t tile) const { return on_[tile]; }
  /// Whether the whole tile, over six blocks, does, and is filled rather than crossed by something narrow.
  bool wide_seed(std::size_t tile) const noexcept {
    return tile_long(tile) > margin_ * limits_.tile_by_six && is_filled(tile);
  }
  /// Mean over the tile and the step.
  float tile_ratio(std::size_t tile) const { return tile_ratios_[at_][tile]; }

 private:
  float tile_long(std::size_t tile) const {
    return (tile_ratios_[0][tile] + tile_ratios_[1][tile] + tile_ratios_[2][tile]) / 3;
  }
  bool is_filled(std::size_t tile) const noexcept;

  struct Thresholds {  // of means
    float one_by_two, one_by_six, two_by_two, two_by_six, four_by_two, four_by_six, tile_by_six;
  };

  std::size_t cells_;
  Thresholds limits_;
  float margin_ = 1;
  std::array<AlignedVector<float>, 3> ratios_;  // of three steps
  std::size_t at_ = 0;
  AlignedVector<float> long_;         // means over three steps
  std::vector<std::uint32_t> found_;  // by tile: seeds, above them smooth
  std::vector<std::uint32_t> on_;
  std::vector<std::uint8_t> hot_, worth_;          // by tile: has a cell that stands out; is looked at
  std::array<std::vector<float>, 3> tile_ratios_;  // as ratios_
};

}  // namespace windhover::dsp
