#pragma once
// The constant offset that converters and zero-IF receivers add. It lies in bin 0 of the bank's spectra and
// nowhere else, often far above the signals of the channel in the middle of the band.

#include <algorithm>

#include "dsp/types.hpp"

namespace windhover::dsp {

/// Follows the mean of bin 0. What is not constant, such as a packet's carrier that happens to lie there,
/// averages out.
class DcOffset {
 public:
  /// Blocks that the mean reaches back to: 0.3 s, so that the longest Bluetooth packet loses less than 5 % of
  /// what it has in this bin, and a new gain is followed soon.
  static constexpr float kMostBlocks = 4096;

  /// Nothing of what was before is true any more.
  void restart() {
    blocks_ = 0;
    mean_ = {};
  }
  /// Takes in bin 0 of a block that was received as a whole.
  void follow(cf32 bin) {
    blocks_ = std::min(blocks_ + 1, kMostBlocks);
    mean_ += (bin - mean_) * (1 / blocks_);
  }
  /// The offset in bin 0, at the scale of the bins.
  cf32 in_bin() const { return mean_; }

 private:
  float blocks_ = 0;
  cf32 mean_{};
};

}  // namespace windhover::dsp
