#pragma once
// Whether a signal keeps the time of a known Gaussian frequency-shift keying. A few symbols at a time are
// held against all patterns of as many bits; how well the best of them fits goes up and down once a symbol if
// rate and index are right. That shows in fewer symbols than what the signal tells of its rate by itself.

#include <array>
#include <cstddef>
#include <vector>

#include "decoders/links/excerpt.hpp"

namespace windhover::decoders::links {

struct Keying {
  double rate_hz = 0;
  double deviation_hz = 0;
  std::size_t pattern_bits = 3;  ///< 5 at most; the lower the index, the longer it takes to see symbols
};

class KeyingTiming {
 public:
  KeyingTiming();
  /// Power of the fit's variation at the symbol rate, over what chance would give: on anything that does not
  /// keep this time exponentially distributed with mean 1.
  double evidence(const Excerpt& in, const Keying& keying) noexcept;

 private:
  static constexpr std::size_t kMostPatterns = 16;  // the other half are these upside down
  static constexpr std::size_t kMostTaps = 64;
  static constexpr std::size_t kMostSamples = 16'384;
  std::size_t make_patterns(double samples_per_symbol, const Keying& keying) noexcept;
  void fit_patterns(std::size_t patterns, std::size_t taps, std::size_t count) noexcept;

  std::array<std::array<cf32, kMostTaps>, kMostPatterns> patterns_{};
  std::vector<float> re_, im_, fit_;
};

}  // namespace windhover::decoders::links
