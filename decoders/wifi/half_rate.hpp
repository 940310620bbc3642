#pragma once
// Every second sample of a channel behind a half-band low pass: the filter bank has no 5 MS/s.

#include <cstdint>
#include <span>
#include <vector>

#include "decoders/decoder.hpp"
#include "dsp/aligned.hpp"

namespace windhover::decoders::wifi {

/// Flat to ±0.2125 of the rate that comes in, 60 dB down from 0.2875 of it on.
class HalfRate {
 public:
  HalfRate();

  /// The block at half the rate; sample k lies where sample 2k of the input does. Valid until the next call.
  /// What a gap cuts off is lost: 24 samples of the input before it.
  IqBlock halve(const IqBlock& in);

 private:
  void filter_held(std::int64_t middle, std::size_t count);

  std::vector<float> taps_;  // of odd distance from the middle, from the inside out; the middle one is 1/2
  std::vector<cf32> held_;   // not yet behind every output's filter
  std::int64_t first_ = 0;   // index of held_[0]
  bool empty_ = true;
  bool gap_ = true;
  dsp::AlignedVector<cf32> middle_, odd_, out_;
};

}  // namespace windhover::decoders::wifi
