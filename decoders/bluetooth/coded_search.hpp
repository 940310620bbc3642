#pragma once
// Finds LE Coded packets by the access address of block 1: 256 µs of known symbols against the preamble's
// 80 µs, so that a preamble under interference loses nothing. Products of samples one symbol apart are
// correlated, which leaves the carrier offset as a common phase.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decoders/bluetooth/coded_block.hpp"
#include "dsp/aligned.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::bluetooth {

struct CodedHit {
  std::int64_t block1 = 0;  ///< sample nearest to the start of block 1's first symbol
  double cfo_rad = 0;       ///< carrier offset in radians a sample, some ±0.08 at 0 dB in 1 MHz
  float level = 0;          ///< squared sum of the products over their squares' sum, at most kAddressPatterns
};

class CodedSearch {
 public:
  /// Samples after the first lag's own that it looks at.
  static constexpr std::size_t kReach = kAddressPatterns * kPatternSamples;
  static constexpr std::size_t kMaxLags = 1024;

  CodedSearch();
  /// The samples that follow have nothing to do with those before.
  void restart();
  /// Takes the next `lags` lags (at most kMaxLags): iq[0] is sample `first`, and iq holds lags + kReach
  /// samples. Appends a hit once nothing better has come within kHoldOff lags.
  void search(std::span<const dsp::cf32> iq, std::int64_t first, std::size_t lags,
              std::vector<CodedHit>& hits);
  /// Appends a hit that still waits.
  void finish(std::vector<CodedHit>& hits);

  static constexpr std::int64_t kHoldOff = 12;

 private:
  void consider(std::size_t lag, std::int64_t at, std::vector<CodedHit>& hits);

  static constexpr std::size_t kSpan = kMaxLags + kReach;
  dsp::AlignedVector<float> product_re_, product_im_;    // of samples one symbol apart
  dsp::AlignedVector<float> contrast_re_, contrast_im_;  // second half of a pattern less the first
  dsp::AlignedVector<float> sum_re_, sum_im_, level_;
  dsp::AlignedVector<double> energy_;
  std::optional<CodedHit> best_;
};

}  // namespace windhover::decoders::bluetooth
