#pragma once
// Takes what is far stronger than the rest, in time or in frequency, down to the level of the rest: a packet
// on top of a burst, a tone, a narrow transmission beside or inside it.

#include <cstddef>
#include <span>

#include "decoders/complex_math.hpp"

namespace windhover::decoders::ocusync {

/// Samples or bins in two runs (the two halves of a spectrum), looked at in cells of `cell` values.
struct OutlierRuns {
  std::span<cf32> first, second;  ///< lengths are multiples of cell
  std::size_t cell = 1;
};

/// Scales every cell whose power exceeds `factor` times the median cell's down to the median. gains: what
/// each cell was multiplied by, at least as many as there are cells (512 at most). Cells of nothing but zeros
/// are left out. Returns whether any was scaled.
bool limit_outliers(const OutlierRuns& runs, float factor, std::span<float> gains);

}  // namespace windhover::decoders::ocusync
