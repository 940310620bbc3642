#pragma once
// A narrow emission moved to the middle and filtered out of its snapshot, at the rate that suits its width.

#include <cstddef>
#include <span>
#include <vector>

#include "decoders/links/excerpt.hpp"

namespace windhover::decoders::links {

class NarrowBand {
 public:
  static constexpr std::size_t kMostSamples = 100'000;

  NarrowBand();

  /// Passes 1.35 times the width; the result has at least four samples for each 1/width, where doubling the
  /// rate gives that many, and is valid until the next call. Its edges are those of the emission; middle_hz
  /// has become 0.
  Excerpt extract(const Excerpt& in, double middle_hz) noexcept;

 private:
  static constexpr std::size_t kMostTaps = 1025;
  void design(double cutoff_cycles, std::size_t taps) noexcept;

  std::vector<float> taps_;
  std::vector<cf32> mixed_, out_;
};

}  // namespace windhover::decoders::links
