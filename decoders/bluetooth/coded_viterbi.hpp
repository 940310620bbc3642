#pragma once
// Convolutional code of LE Coded: rate 1/2, constraint length 4, G0 = 1+x+x²+x³ sent first, G1 = 1+x²+x³,
// terminated by three zeros. Core Specification Vol 6 Part B 3.3.1.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace windhover::decoders::bluetooth {

inline constexpr std::size_t kCodedStates = 8;
inline constexpr std::size_t kTerminationBits = 3;
/// Block 2 with the longest PDU, CRC and TERM2.
inline constexpr std::size_t kMaxCodedInput = 8 * (257 + 3) + kTerminationBits;

/// State: the last three input bits, the latest in bit 0. Returns G0's output in bit 0, G1's in bit 1.
constexpr unsigned coded_pair(unsigned state, unsigned bit) {
  const unsigned g1 = bit ^ (state >> 1U) ^ (state >> 2U);
  return ((g1 ^ state) & 1U) | ((g1 & 1U) << 1U);
}
constexpr unsigned next_coded_state(unsigned state, unsigned bit) { return ((state << 1U) | bit) & 7U; }

/// Soft maximum-likelihood decoder that takes its input as it comes.
class CodedViterbi {
 public:
  void reset();
  /// One input bit's two coded bits, positive for 1; any common scale. Ignored beyond kMaxCodedInput.
  void step(float first, float second);
  std::size_t size() const { return size_; }
  /// The likeliest state now.
  unsigned best_state() const;
  /// Input bits of the path that ends in `state`, from the first on; at most size() of them.
  void trace(unsigned state, std::span<std::uint8_t> bits) const;

 private:
  std::array<float, kCodedStates> metrics_{};
  std::array<std::uint8_t, kMaxCodedInput>
      decisions_{};  // bit s: the path into s comes from a state with bit 2
  std::size_t size_ = 0;
};

}  // namespace windhover::decoders::bluetooth
