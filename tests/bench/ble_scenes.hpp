#pragma once
// Streams with Bluetooth LE Remote ID whose truth is known.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tests/bench/scenes.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {

/// A Remote ID PDU that `number` makes different from others: legacy with one message (39 bytes), or
/// AUX_ADV_IND with a pack of `messages`.
std::vector<std::uint8_t> ble_legacy_pdu(std::uint32_t number);
std::vector<std::uint8_t> ble_pack_pdu(std::uint32_t number, std::size_t messages);

/// Packets one after the other on one channel, each with its own fractional start, carrier offset and phase.
struct BleCase {
  synth::BlePhy phy = synth::BlePhy::le_1m;
  std::size_t pack = 0;  ///< messages of an extended advertisement; 0 = legacy
  double snr_db = 0;     ///< in 1 MHz
  std::size_t packets = 300;
  double cfo_hz = 100e3;  ///< ± this much, at random
  double modulation_index = 0.5;
  double clock_ppm = 0;  ///< ± this much, at random
  /// Other packets on the air all the time, 2 MHz above and below, louder by so much.
  std::optional<double> neighbour_db{};
  std::uint64_t seed = 1;
};

/// 8 MS/s at 2404 MHz, legacy on channel 37, extended on channel 0. In pieces that fit into memory, handed
/// over one by one.
void for_each_ble_scene(const BleCase& c, const std::function<void(const Scene&)>& take);

/// All eight channels from 2402 to 2416 MHz busy with legacy-sized extended advertisements at 20 dB that
/// overlap in time without any order.
Scene eight_channels_scene(std::size_t packets_each, std::uint64_t seed);

/// Noise, or noise in which every BLE channel of the band carries packets for `duty` of the time; 640 ms, to
/// be repeated.
Scene ble_speed_scene(Hertz rate, Hertz centre, double duty, std::uint64_t seed);

}  // namespace windhover::bench
