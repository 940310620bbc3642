#pragma once
// Waveforms of links that hop with plain modulations: GFSK packets of random bits, and LoRa's chirps.

#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// Bits of a packet before those of chance: `preamble_bits` alternating ones.
struct GfskPacket {
  double symbol_rate_hz = 1e6;
  double deviation_hz = 250e3;
  double bandwidth_time = 0.5;
  std::size_t preamble_bits = 32;
  std::size_t bits = 256;  ///< preamble included
};
Waveform modulate_gfsk_packet(const GfskPacket& packet, Random& random);

/// From the rising power to the fallen one.
double gfsk_packet_s(const GfskPacket& packet);

/// LoRa's chirp spread spectrum (Semtech AN1200.22, and as reverse-engineered by Robyns et al. 2018): each
/// symbol sweeps `bandwidth_hz` in 2^spreading_factor / bandwidth_hz seconds, from a place that its value
/// chooses.
struct LoraPacket {
  int spreading_factor = 7;  ///< 5 … 12
  double bandwidth_hz = 500e3;
  std::size_t preamble_symbols = 8;
  std::size_t payload_symbols = 20;  ///< random values

  double symbol_s() const { return static_cast<double>(1 << spreading_factor) / bandwidth_hz; }
  /// Preamble, two symbols of sync word, two and a quarter down-chirps, payload.
  double duration_s() const {
    return (static_cast<double>(preamble_symbols + payload_symbols) + 4.25) * symbol_s();
  }
};
inline constexpr std::size_t kLoraOversampling = 4;
Waveform modulate_lora(const LoraPacket& packet, Random& random);

}  // namespace windhover::synth
