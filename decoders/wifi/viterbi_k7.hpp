#pragma once
// Soft Viterbi decoder of the 802.11 convolutional code, constraint length 7, generators 133 and 171 (IEEE
// 802.11 17.3.5.6), as a stream: bits come out while symbols still come in.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"

namespace windhover::decoders::wifi {

class ViterbiK7 {
 public:
  ViterbiK7();

  /// The encoder starts in state 0.
  void start() noexcept;

  /// soft   pairs A, B as the encoder gave them: positive for 1, the larger the surer, 0 where nothing was
  /// sent bits   appends one octet, 0 or 1, for each bit that is decided: all but the last kDepth to kDepth +
  /// kBatch
  void feed(std::span<const std::int8_t> soft, std::vector<std::uint8_t>& bits);

  /// What is left. `terminated`: the encoder's last six bits were 0.
  void finish(bool terminated, std::vector<std::uint8_t>& bits);

  /// Bits after which a decision is taken; nine constraint lengths of the code, more than punctured ones
  /// need.
  static constexpr std::size_t kDepth = 128;
  static constexpr std::size_t kBatch = 192;
  static constexpr std::size_t kStates = 64;

 private:
  void trace_back(unsigned state, std::size_t keep, std::vector<std::uint8_t>& bits);

  alignas(64) std::array<std::int16_t, kStates> metrics_{};
  dsp::AlignedVector<std::int8_t> decisions_;  // kStates for each step since the last batch
  std::size_t steps_ = 0;
  std::array<std::uint8_t, kDepth + kBatch> traced_{};
};

}  // namespace windhover::decoders::wifi
