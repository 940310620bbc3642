#pragma once
// Code words of CCK (IEEE 802.11 16.4.6.5): eight chips to the likeliest word and phase.

#include <cstddef>
#include <cstdint>
#include <span>

#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

using dsp::cf32;

inline constexpr std::size_t kCckChips = 8;

/// The likeliest symbol, and the next likely. Words are their bits, the first on air lowest: two at 5.5 Mb/s,
/// six at 11.
struct CckDecision {
  std::uint8_t quarter = 0, word = 0;
  std::uint8_t second_quarter = 0, second_word = 0;
  cf32 value;        ///< e^(jφ1) without noise
  float margin = 0;  ///< how much the second is less likely: 1 where there is no noise
};
CckDecision decide_cck(std::span<const cf32, kCckChips> chips, bool eleven);

/// A chip of a word with φ1 = 0.
cf32 cck_chip(std::uint8_t word, bool eleven, std::size_t chip);

}  // namespace windhover::decoders::wifi
