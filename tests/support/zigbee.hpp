#pragma once
// IEEE 802.15.4 at 2.4 GHz: offset QPSK with half-sine chips, 2 Mchip/s, 32 chips for four bits (clause 12).

#include <array>
#include <cstdint>
#include <span>

#include "tests/support/bits.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// Channels 11 … 26.
constexpr dsp::Hertz zigbee_frequency(int channel) { return {2405e6 + 5e6 * (channel - 11)}; }

/// The chips of data symbol 0 … 15, first one first.
std::array<std::uint8_t, 32> zigbee_chips(unsigned symbol);

/// Octets of a PHY packet: preamble, start of frame, length, PSDU.
std::vector<std::uint8_t> zigbee_packet(std::span<const std::uint8_t> psdu);

/// With the check sequence of the MAC (CRC-16, x^16 + x^12 + x^5 + 1, reflected, initial 0).
std::vector<std::uint8_t> with_zigbee_fcs(std::span<const std::uint8_t> mac);

inline constexpr std::size_t kZigbeeSamplesPerChip = 4;  ///< of 0.5 µs

/// Chip k, in phase for even k, is a half sine from sample 4·k to 4·k + 8.
Waveform modulate_zigbee(std::span<const std::uint8_t> packet);
double zigbee_packet_s(std::size_t psdu_bytes);

}  // namespace windhover::synth
