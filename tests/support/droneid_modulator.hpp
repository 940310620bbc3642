#pragma once
// DJI OcuSync DroneID burst, learnt by reverse engineering and verified against a Mavic Air 2 recording:
// 1024-point OFDM at 15.36 MS/s, 600 carriers 15 kHz apart, QPSK, two Zadoff-Chu symbols.

#include <array>
#include <complex>
#include <cstdint>
#include <span>

#include "tests/support/ofdm.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

inline constexpr double kDroneIdRate_hz = 15.36e6;
inline constexpr unsigned kDroneIdCarriers = 600;
inline constexpr double kDroneIdSpacing_hz = 15e3;

enum class DroneIdVariant : std::uint8_t { nine_symbols, eight_symbols };

struct DroneIdOptions {
  unsigned first_zc_root = 600;
  unsigned second_zc_root = 147;
  /// The sources disagree about the first prefix of the eight-symbol burst: 72 or 80 samples.
  unsigned eight_symbol_first_prefix = 80;
  /// What the unused centre carrier leaks, relative to a data carrier: 0.28 to 0.42 at -60° to -78° measured.
  cf64 dc_residue = std::polar(0.35, -1.2);
};

/// One ZC symbol's 1024 samples as the plain sum of unit carriers, -300 … +300 without 0.
std::vector<cf64> droneid_zc_symbol(unsigned root);

/// block  176 bytes as transport_block() makes them. Each data carrier has 1/600 of the power, so every
/// symbol
///        body has mean power 1 (and the residue 0.001 dB more) whatever it carries.
Waveform modulate_droneid(std::span<const std::uint8_t> block,
                          DroneIdVariant variant = DroneIdVariant::nine_symbols,
                          const DroneIdOptions& options = {});

}  // namespace windhover::synth
