#pragma once
// The channel as a PPDU's training symbols show it.

#include <array>
#include <span>

#include "decoders/wifi/ofdm_tables.hpp"

namespace windhover::decoders::wifi {

struct ChannelEstimate {
  std::array<cf32, kFft> response{};  ///< by bin, 0 where no carrier is used
  float noise = 0;                    ///< mean |error|² of one carrier of one symbol
  float power = 0;                    ///< Σ|response|²
  float delay = 0;                    ///< mean delay of the response, samples
};

/// spectra  of one or two training symbols, not scaled, carriers by bin
/// noise    of one carrier; with two symbols it is measured instead
/// The response is smoothed over the carriers as far as it shows no more delay than that.
ChannelEstimate estimate_channel(std::span<const std::array<cf32, kFft>> spectra, const CarrierPlan& plan,
                                 float noise = 0);

}  // namespace windhover::decoders::wifi
