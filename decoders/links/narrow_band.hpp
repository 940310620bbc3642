#pragma once
// A narrow emission moved to the middle and filtered out of its snapshot, at the rate that suits its width.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "decoders/links/excerpt.hpp"

namespace windhover::decoders::links {

class NarrowBand {
 public:
  static constexpr std::size_t kMostSamples = 100'000;

  NarrowBand();

  struct Shape {
    double passed;  ///< of the emission's width
    double samples_per_width;
  };

  /// The result has at least that many samples for each 1/width, where doubling the rate gives so many, and
  /// is valid until the next call. Its edges are those of the emission; middle_hz has become 0.
  Excerpt extract(const Excerpt& in, double middle_hz, const Shape& shape) noexcept;

  /// Without what is much weaker at both ends: edges in time are not exact.
  static Excerpt trimmed(const Excerpt& in) noexcept;

  /// Width that the last result has.
  double passed_hz() const { return passed_hz_; }

 private:
  static constexpr std::size_t kPad = 1024;  // zeros around the samples, more than half a filter
  static constexpr std::size_t kMostTaps = 2 * kPad;
  void design(double cutoff_cycles, std::size_t taps, std::size_t up) noexcept;

  std::array<std::vector<float>, 2> taps_;
  std::vector<float> re_, im_;
  std::vector<cf32> out_;
  double passed_hz_ = 0;
};

}  // namespace windhover::decoders::links
