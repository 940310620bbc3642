#pragma once
// A carrier without modulation, or one that wanders slowly: at any moment it is one line, and from one moment
// to the next the line stays where it was.

#include <array>
#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::links {

class CarrierMeter {
 public:
  CarrierMeter();
  /// snr  power ratio over the whole rate of `in`
  std::optional<Finding<Carrier>> estimate(const Excerpt& in, double snr) noexcept;

 private:
  static constexpr std::array<std::size_t, 3> kWindows{32, 64, 128};
  static constexpr std::size_t kMostPairs = 256;

  std::vector<dsp::Fft> ffts_;
  dsp::AlignedVector<cf32> in_, out_;
  std::vector<std::vector<float>> hanns_;
  std::vector<double> steps_;
};

}  // namespace windhover::decoders::links
