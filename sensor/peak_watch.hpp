#pragma once
// Whether a narrow channel stands out of what lies beside it, where a wide signal covers all of it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace windhover::sensor {

class PeakWatch {
 public:
  /// centre_cell  of the channel; half_width and gap in cells: the channel's middle is centre ± half_width;
  /// the gaps to its neighbours and theirs, half as wide, lie at ±gap and ±3 gap
  PeakWatch(std::size_t band_cells, std::int64_t centre_cell, std::int64_t half_width, std::int64_t gap);

  /// Asked while the channel's energy stands out.
  /// prefix  the block's running sums
  /// block   its number
  /// noise   of a cell of the channel
  /// False where a wide signal is all there is: gaps stand out of the noise, and the channel's middle does
  /// not stand out of them.
  bool stands_out(std::span<const double> prefix, std::uint64_t block, double noise) noexcept;

 private:
  struct Cells {
    std::size_t first = 0, end = 0;
    double mean(std::span<const double> prefix) const {
      return (prefix[end] - prefix[first]) / static_cast<double>(end - first);
    }
  };
  static Cells around(std::size_t band_cells, std::int64_t centre, std::int64_t half_width);

  struct Level {
    double middle = 0, gap = 0;
  };
  Level level(std::span<const double> prefix) const noexcept;

  Cells middle_;
  std::array<Cells, 4> gaps_;
  std::array<Level, 4> last_{};  // of four blocks in a row
  std::uint64_t next_block_ = 0;
  unsigned in_a_row_ = 0;
  // Over what noise does: the middle over the gap and the gap over the noise, in one block and in four.
  double block_margin_, mean_margin_, gap_block_margin_, gap_mean_margin_;
};

}  // namespace windhover::sensor
