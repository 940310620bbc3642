#pragma once
// Wi-Fi PPDUs as 802.11a and g send them, OFDM of 6 … 54 Mb/s (IEEE 802.11 clause 17), with the half and
// quarter clocked variants of 10 and 5 MHz.

#include <cstdint>
#include <span>

#include "tests/support/waveform.hpp"

namespace windhover::synth {

struct WifiOfdmOptions {
  unsigned scrambler_seed = 0x5d;  ///< bit k - 1 is x_k; the default is that of the standard's example
  double clock = 1;                ///< 1/2: 10 MHz, 1/4: 5 MHz; rates in Mb/s stay those of 20 MHz
};

/// First sample of short training to the last of DATA, without a signal extension.
double wifi_ofdm_duration_s(std::size_t psdu_bytes, int rate_mbps, double clock = 1);

/// 40 MS/s times clock, noise bandwidth 20 MHz times clock; nominally starts at sample kWifiRamp. Each
/// carrier has 1/52 of the power, so 16- and 64-QAM symbols have power 1 on average only.
Waveform modulate_wifi_ofdm(std::span<const std::uint8_t> psdu, int rate_mbps,
                            const WifiOfdmOptions& options = {});

}  // namespace windhover::synth
