#pragma once
// The latest samples of a channel, real and imaginary parts apart, as the loops over them want it.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/aligned.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

/// Positions are sample indices of the stream.
class DsssSamples {
 public:
  explicit DsssSamples(std::size_t capacity);

  void restart(std::int64_t first);
  /// What is no number, or too large for one, becomes 0. The caller sees to it that there is room.
  void append(std::span<const dsp::cf32> iq);
  /// What lies before is not needed any more. It is dropped when the room is needed for `wanted` samples.
  void drop_before(std::int64_t position, std::size_t wanted);

  std::int64_t first() const { return first_; }
  std::int64_t end() const { return first_ + static_cast<std::int64_t>(held_); }
  bool empty() const { return held_ == 0; }
  const float* re(std::int64_t position) const { return re_.data() + (position - first_); }
  const float* im(std::int64_t position) const { return im_.data() + (position - first_); }

 private:
  dsp::AlignedVector<float> re_, im_;
  std::size_t held_ = 0;
  std::int64_t first_ = 0;
};

}  // namespace windhover::decoders::wifi
