#pragma once
// Eight floats at a time, written down because the compiler may not reorder sums of floats by itself.

#include <cstddef>
#include <cstring>
#include <span>

#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

using Lanes = float __attribute__((vector_size(32)));
inline constexpr std::size_t kLanes = 8;

inline Lanes load(const float* from) noexcept {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store(const Lanes& lanes, float* to) noexcept { std::memcpy(to, &lanes, sizeof lanes); }

/// The sum of each of eight lanes, added up and transposed in registers.
inline Lanes sums_of(const Lanes (&x)[kLanes]) noexcept {
  Lanes pairs[kLanes / 2], fours[kLanes / 4];
  for (std::size_t i = 0; i < kLanes / 2; ++i) {
    const Lanes a = x[2 * i], b = x[2 * i + 1];
    pairs[i] = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +
               __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (std::size_t i = 0; i < kLanes / 4; ++i) {
    const Lanes a = pairs[2 * i], b = pairs[2 * i + 1];
    fours[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
               __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
  }
  return __builtin_shufflevector(fours[0], fours[1], 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(fours[0], fours[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

}  // namespace windhover::decoders::wifi
