#pragma once
// Channels of 20 MHz in the 2.4 and 5 GHz bands (IEEE 802.11 Annex E).

#include <cstdint>
#include <optional>

#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

using dsp::Hertz;

inline constexpr std::uint16_t kMostChannel = 177;

/// Where ASTM F3411 wants Remote ID to be sent; on other channels it is an exception.
inline constexpr std::uint16_t kRemoteId2g4 = 6, kRemoteId5g = 149;

/// nullopt where there is no 20 MHz channel of this number: 1 … 14, 36 … 64, 100 … 144, 149 … 177.
constexpr std::optional<Hertz> channel_centre(std::uint16_t channel) {
  if (channel >= 1 && channel <= 13) return Hertz{2407e6 + 5e6 * channel};
  if (channel == 14) return Hertz{2484e6};
  const bool low = (channel >= 36 && channel <= 64) || (channel >= 100 && channel <= 144);
  const bool high = channel >= 149 && channel <= kMostChannel;
  if ((low && channel % 4 == 0) || (high && channel % 4 == 1)) return Hertz{5000e6 + 5e6 * channel};
  return std::nullopt;
}

}  // namespace windhover::decoders::wifi
