#pragma once
// HT PPDUs in mixed format with one spatial stream (IEEE 802.11 clause 19), 20 or 40 MHz, binary
// convolutional code.

#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/support/waveform.hpp"
#include "tests/support/wifi_coding.hpp"

namespace windhover::synth {

struct HtOptions {
  int mcs = 0;  ///< 0 … 7
  bool forty_mhz = false;
  bool short_guard_interval = false;
  bool aggregated = false;  ///< the PSDU is an A-MPDU
  unsigned scrambler_seed = 0x5d;
};

/// 48 bits. Throws std::invalid_argument unless 0 <= mcs <= 7 and 1 <= psdu_bytes <= 65535.
Bits ht_signal_field(std::size_t psdu_bytes, const HtOptions& options);

/// Throws std::invalid_argument unless 0 <= mcs <= 7.
std::size_t ht_bits_per_carrier(int mcs);
/// Of one DATA symbol.
std::size_t ht_data_bits(const HtOptions& options);

/// LENGTH of L-SIG of a PPDU whose symbols behind L-SIG last that long: so many octets of 6 Mb/s.
std::size_t spoofed_length(double after_signal_s);

/// First sample of short training to the last of DATA.
double wifi_ht_duration_s(std::size_t psdu_bytes, const HtOptions& options);

/// 40 MS/s for 20 MHz, 80 for 40; noise bandwidth 20 or 40 MHz. Starts nominally at sample kWifiRamp.
Waveform modulate_wifi_ht(std::span<const std::uint8_t> psdu, const HtOptions& options = {});

}  // namespace windhover::synth
