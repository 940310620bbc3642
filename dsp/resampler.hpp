#pragma once
// Arbitrary-rate resampling, for recordings whose rate does not suit the filter bank. Not made for speed.

#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::dsp {

/// Liquid's polyphase arbitrary resampler with its delay taken out: output sample k is the input at k/ratio,
/// counted from the first sample after construction or reset().
class Resampler {
 public:
  /// ratio  output rate over input rate, 1 to 100: it only goes up, so nothing of the band is lost.
  explicit Resampler(double ratio);
  ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  void reset();
  /// Appends to `out`; never more than in.size()·ratio + 2 samples. The samples of the last kDelay inputs are
  /// still inside.
  void process(std::span<const cf32> in, std::vector<cf32>& out);
  /// Pushes out what is inside, as if zeros followed. Call reset() before going on.
  void flush(std::vector<cf32>& out);

  static constexpr unsigned kDelay = 24;  ///< input samples

 private:
  double ratio_;
  void* resamp_;  // liquid's object; its header stays in resampler.cpp
  std::size_t to_drop_ = 0;
};

/// The lowest rate that the bank can transform fast and that leaves room above `rate` for the resampler's
/// filter. Throws std::invalid_argument above what the bank can take.
Hertz bank_rate_above(Hertz rate);

}  // namespace windhover::dsp
