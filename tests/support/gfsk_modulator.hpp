#pragma once
// Gaussian frequency-shift keying as Bluetooth LE and its relatives send it (Core Specification Vol 6 Part
// A).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tests/support/ble_packet.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

inline constexpr std::size_t kGfskSamplesPerSymbol = 8;
/// Unmodulated carrier before the first symbol and after the last, in which the power rises and falls as a
/// raised cosine: 2 µs at 1 Msym/s.
inline constexpr std::size_t kBleRamp = 16;

struct GfskOptions {
  double symbol_rate_hz = 1e6;
  double modulation_index = 0.5;  ///< deviation of a long run = index · symbol rate / 2
  double bandwidth_time = 0.5;
  /// Carrier at the time t after the first symbol's start: drift_hz_per_s · t, at most ±max_drift_hz.
  double drift_hz_per_s = 0;
  std::optional<double> max_drift_hz{};
};

/// Symbol k lasts from sample kBleRamp + 8·k to 8 samples later, with its middle on sample kBleRamp + 8·k +
/// 4; samples() = 2·kBleRamp + 8·bits. The amplitude is 1 throughout all symbols, the phase 0 where the first
/// one starts, the rate 8 symbol rates and the noise bandwidth one symbol rate.
Waveform modulate_gfsk(std::span<const std::uint8_t> bits, const GfskOptions& options = {});

/// `gfsk.symbol_rate_hz` is ignored: the PHY's own is used.
struct BleOptions {
  BleFraming framing{};
  GfskOptions gfsk{};
};

/// Noise bandwidth 1 MHz for LE 1M and LE Coded, 2 MHz for LE 2M.
Waveform modulate_ble(BlePhy phy, int channel_index, std::span<const std::uint8_t> pdu,
                      const BleOptions& options = {});

}  // namespace windhover::synth
