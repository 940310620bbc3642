#pragma once
// FEC block 1 of an advertisement on LE Coded: access address, coding indicator and TERM1, always S=8. Core
// Specification Vol 6 Part B 2.2.

#include <array>
#include <cstddef>
#include <cstdint>

#include "decoders/bluetooth/coded_viterbi.hpp"
#include "decoders/bluetooth/gfsk_reference.hpp"
#include "decoders/bluetooth/link_layer_bits.hpp"

namespace windhover::decoders::bluetooth {

/// A coded bit of S=8 is four symbols: 0 is 0011, 1 is 1100, 1 being the positive deviation.
inline constexpr int kPatternSamples = 4 * kSamplesPerSymbol;
inline constexpr int kPreambleSamples = 80 * kSamplesPerSymbol;

inline constexpr std::size_t kBlock1Bits = 32 + 2 + kTerminationBits;
inline constexpr std::size_t kBlock1Patterns = 2 * kBlock1Bits;
/// Coded bits that the two coding indicators share.
inline constexpr std::size_t kAddressPatterns = 64;

/// -1 for coded 0, 1 for coded 1; with the coding indicator 0 (S=8) or 1 (S=2).
constexpr std::array<std::int8_t, kBlock1Patterns> block1_signs(unsigned coding_indicator) {
  std::array<std::int8_t, kBlock1Patterns> signs{};
  const std::uint64_t bits = kAdvertisingAddress | (std::uint64_t{coding_indicator} << 32U);
  unsigned state = 0;
  for (std::size_t n = 0; n < kBlock1Bits; ++n) {
    const auto bit = static_cast<unsigned>((bits >> n) & 1U);
    const unsigned pair = coded_pair(state, bit);
    signs[2 * n] = (pair & 1U) != 0 ? 1 : -1;
    signs[2 * n + 1] = (pair & 2U) != 0 ? 1 : -1;
    state = next_coded_state(state, bit);
  }
  return signs;
}

}  // namespace windhover::decoders::bluetooth
