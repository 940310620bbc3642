#pragma once
// Where an emission begins and ends, in frequency and in time, from mean powers: ratios to the noise floor.

#include <cstddef>
#include <span>

namespace windhover::dsp {

/// Indices [begin, end) of values.
struct Extent {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const Extent&) const = default;
};

/// Mean of what the values of the extent have above the floor, which is 1.
float mean_excess(std::span<const float> values, Extent extent) noexcept;

/// Moves both ends of `sure`, which lies within the emission, outwards to where the sum of what lies above a
/// threshold is largest, so that a notch or one weak value ends nothing; gives up in a direction once the sum
/// has fallen by what `patience` values of nothing take from it. The threshold is a quarter of the level,
/// since what looks like noise seldom dips below that; near the floor it is where emission and noise are
/// equally likely.
/// level  above the floor
Extent grow(std::span<const float> values, Extent sure, float level, float patience) noexcept;

/// Frequency edges: values are cells of a profile. The place, in cells, at which it crosses half the level
/// near the end of the extent.
double lower_crossing(std::span<const float> profile, Extent extent, float level) noexcept;
double upper_crossing(std::span<const float> profile, Extent extent, float level) noexcept;

/// Time edges: values are blocks. The place, in blocks from the middle of block 0, from which on (up to
/// which) it was on the air, by the share of the level that the outermost blocks have.
double start_in_blocks(std::span<const float> series, Extent extent, float level) noexcept;
double end_in_blocks(std::span<const float> series, Extent extent, float level) noexcept;

/// Both ends from how likely each place makes the values about it: where these are means over few degrees of
/// freedom (complex samples), so that one alone says little.
/// level    above the floor, > 0
/// degrees  of freedom of a value
struct Likely {
  double begin, end;
};
Likely likely_blocks(std::span<const float> series, Extent extent, float level, float degrees) noexcept;
Likely likely_cells(std::span<const float> profile, Extent extent, float level, float degrees) noexcept;

}  // namespace windhover::dsp
