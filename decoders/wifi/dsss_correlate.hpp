#pragma once
// Sums over a few dozen samples. The compiler may not reorder sums of floats by itself, so the four lanes
// that every processor has are written down.

#include <cstddef>
#include <cstring>

#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

using FourFloats = float __attribute__((vector_size(16)));

inline FourFloats four_from(const float* at) {
  FourFloats four;
  std::memcpy(&four, at, sizeof four);
  return four;
}
inline float sum_of(FourFloats four) { return (four[0] + four[2]) + (four[1] + four[3]); }

/// Σ x[n]·taps[n], real taps; `count` a multiple of four, as below.
inline dsp::cf32 correlate(const float* re, const float* im, const float* taps, std::size_t count) {
  FourFloats sum_re{}, sum_im{};
  for (std::size_t n = 0; n < count; n += 4) {
    sum_re += four_from(re + n) * four_from(taps + n);
    sum_im += four_from(im + n) * four_from(taps + n);
  }
  return {sum_of(sum_re), sum_of(sum_im)};
}

/// Σ x[n]·conj(wave[n])
inline dsp::cf32 correlate(const float* re, const float* im, const float* wave_re, const float* wave_im,
                           std::size_t count) {
  FourFloats sum_re{}, sum_im{};
  for (std::size_t n = 0; n < count; n += 4) {
    const FourFloats x = four_from(re + n), y = four_from(im + n);
    const FourFloats a = four_from(wave_re + n), b = four_from(wave_im + n);
    sum_re += x * a + y * b;
    sum_im += y * a - x * b;
  }
  return {sum_of(sum_re), sum_of(sum_im)};
}

/// Mean of |x[n]|²
inline float mean_power(const float* re, const float* im, std::size_t count) {
  FourFloats sum{};
  for (std::size_t n = 0; n < count; n += 4) {
    const FourFloats x = four_from(re + n), y = four_from(im + n);
    sum += x * x + y * y;
  }
  return sum_of(sum) / static_cast<float>(count);
}

}  // namespace windhover::decoders::wifi
