#pragma once
// Whether a signal keeps the time of a known Gaussian frequency-shift keying. Three symbols at a time are
// held against all patterns of three bits; how well the best of them fits goes up and down once a symbol if
// rate and index are right. That shows in fewer symbols than what the signal tells of its rate by itself.

#include <array>
#include <cstddef>
#include <vector>

#include "decoders/links/excerpt.hpp"

namespace windhover::decoders::links {

struct Keying {
  double rate_hz = 0;
  double deviation_hz = 0;
};

class KeyingTiming {
 public:
  KeyingTiming();
  /// Power of the fit's variation at the symbol rate, over what chance would give: on anything that does not
  /// keep this time exponentially distributed with mean 1.
  double evidence(const Excerpt& in, const Keying& keying) noexcept;

 private:
  static constexpr std::size_t kPatterns = 8;
  static constexpr std::size_t kMostTaps = 64;
  static constexpr std::size_t kMostSamples = 16'384;
  std::size_t make_patterns(double samples_per_symbol, double index) noexcept;

  std::array<std::array<cf32, kMostTaps>, kPatterns> patterns_{};
  std::vector<float> fit_;
};

}  // namespace windhover::decoders::links
