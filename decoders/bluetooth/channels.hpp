#pragma once
// The forty channels of Bluetooth LE, Core Specification Vol 6 Part B 1.4.1.

#include <cstdint>

#include "dsp/types.hpp"

namespace windhover::decoders::bluetooth {

inline constexpr int kRfChannels = 40;  ///< RF channel k lies at 2402 + 2k MHz

constexpr dsp::Hertz rf_channel_centre(int k) { return dsp::Hertz{2402e6 + 2e6 * k}; }

/// The index that whitening and AuxPtr use: 37, 38, 39 are the primary advertising channels.
constexpr int channel_index(int k) {
  if (k == 0) return 37;
  if (k == 12) return 38;
  if (k == 39) return 39;
  return k < 12 ? k - 1 : k - 2;
}

constexpr bool is_primary(int index) { return index >= 37; }

}  // namespace windhover::decoders::bluetooth
