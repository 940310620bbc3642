#pragma once
// The noise floor of each cell of the band, under whatever traffic there is.

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/box_screen.hpp"

namespace windhover::dsp {

/// Each cell's floor is the mean of what it had while no emission was near it. Where something has been on
/// since the start the band's quietest tenth stands in. Three things move a floor that the mean cannot reach:
/// a tile whose quietest moment of 0.6 s lies above it, up to the receiver's ripple, or below it, down to
/// where the band's quietest tenth lies; a step of all tiles at once; and the same downwards.
class CellNoise {
 public:
  explicit CellNoise(std::size_t cells);

  /// After a retune: nothing is known.
  void restart() noexcept;

  bool is_settled() const { return settled_; }
  /// One block of cells, padded as BoxScreen wants them, until is_settled().
  void settle(const float* cells) noexcept;

  /// screen  of the newest step
  /// busy    by tile, not 0 where an emission is, was a moment ago, or may begin
  /// Returns the factor of a gain step that was found, 1 if none was.
  float follow(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept;

  /// 1 / floor, for BoxScreen.
  const float* inverse() const { return inverse_.data(); }
  float floor(std::size_t cell) const { return floor_[cell]; }
  /// What thresholds are to be multiplied with, since the floors are not known well yet.
  float margin() const;

 private:
  void finish_settling() noexcept;
  void learn(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept;
  float gain_step(const BoxScreen& screen, std::span<const std::uint8_t> busy) noexcept;
  void move_to_quietest() noexcept;
  void scale(float factor) noexcept;
  void scale_tile(std::size_t tile, float factor) noexcept;
  float quiet_tenth() noexcept;

  static constexpr std::size_t kTileCells = BoxScreen::kTileCells;

  std::size_t cells_, tiles_;
  std::uint32_t steps_of_rise_;  // that make a rise of the whole band one of the gain
  AlignedVector<float> floor_, inverse_;
  std::vector<float> group_, least_, sorted_;  // by tile
  bool settled_ = false;
  std::uint32_t blocks_ = 0;   // of settling
  std::uint32_t steps_ = 0;    // since then
  std::uint32_t learned_ = 0;  // steps since settling or a gain step
  std::uint32_t rising_ = 0, falling_ = 0;
};

}  // namespace windhover::dsp
