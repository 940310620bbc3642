#pragma once
// VHT and HE PPDUs for one user (IEEE 802.11 clauses 21 and 27) as far as others can measure them: preambles
// and headers are real, DATA is random symbols for the announced time.

#include <cstddef>
#include <cstdint>

#include "tests/support/waveform.hpp"
#include "tests/support/wifi_coding.hpp"

namespace windhover::synth {

struct VhtOptions {
  int mcs = 0;  ///< 0 … 7
  bool forty_mhz = false;
  bool short_guard_interval = false;
  std::uint8_t group_id = 63;  ///< 0 and 63: single user
  std::uint16_t partial_aid = 0;
  std::uint64_t seed = 1;  ///< of DATA
};

/// VHT-SIG-A1 and A2, 48 bits.
Bits vht_signal_a(std::size_t data_symbols, const VhtOptions& options);
/// VHT-SIG-B of 20 or 40 MHz with its tail.
Bits vht_signal_b(std::size_t psdu_bytes, bool forty_mhz);

double wifi_vht_duration_s(std::size_t psdu_bytes, const VhtOptions& options);
Waveform modulate_wifi_vht(std::size_t psdu_bytes, const VhtOptions& options = {});

struct HeOptions {
  int mcs = 0;                  ///< 0 … 7
  std::uint8_t bss_colour = 1;  ///< 0 … 63
  bool uplink = false;
  std::uint64_t seed = 1;
};

/// HE-SIG-A of a single user's PPDU, 52 bits; 20 MHz, training twice as long as the shortest, guard 0.8 µs.
Bits he_signal_a(const HeOptions& options);

double wifi_he_duration_s(std::size_t data_symbols);
/// 20 MHz; DATA symbols of 13.6 µs on 242 carriers. Left out: the four outer carriers of L-SIG and RL-SIG
/// that only help to estimate the channel. HE-LTF is random signs, the same ones each time.
Waveform modulate_wifi_he(std::size_t data_symbols, const HeOptions& options = {});

}  // namespace windhover::synth
