#pragma once
// Streams with Wi-Fi Remote ID and busy Wi-Fi channels whose truth is known.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "tests/bench/scenes.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/wifi_emitter.hpp"

namespace windhover::bench {

/// PSDU of a beacon with three Open Drone ID messages that `number` makes different from others; its name
/// and an element of somebody else fill it up to `octets`, 128 at least.
std::vector<std::uint8_t> wifi_beacon(std::uint32_t number, std::size_t octets);

/// Beacons one after the other on channel 6, each with its own fractional start, carrier offset and phase.
struct WifiCase {
  synth::WifiPhy phy = synth::LegacyPhy{6};
  std::size_t octets = 151;
  double snr_db = 0;  ///< in 20 MHz
  std::size_t frames = 300;
  double cfo_hz = 80e3;  ///< ± this much, at random
  double clock_ppm = 0;  ///< ± this much, at random
  std::optional<synth::RicianProfile> fading{};
  /// 40 MS/s of five channels, of which 6 is the middle one, instead of 20 MS/s that hold it alone.
  bool among_others = false;
  std::uint64_t seed = 1;
};

/// In pieces that fit into memory, handed over one by one.
void for_each_wifi_scene(const WifiCase& c, const std::function<void(const Scene&)>& take);

/// PPDUs one behind the other, with noise around them.
struct WifiSending {
  synth::WifiPhy phy;
  std::vector<std::uint8_t> psdu;
  double snr_db = 0;  ///< in 20 MHz
};
/// All of them on channel `channel` of a band of 20 MS/s around it, `seed` for noise, offsets within ±80 kHz
/// and starts. `sent` has one entry for each.
Scene wifi_row_scene(std::span<const WifiSending> row, int channel, std::uint64_t seed);

/// Channels that are never free: data frames at 6 Mb/s with their acknowledgements, SIFS and waiting times
/// between them, and a Remote ID beacon each 0.1 s. 640 ms, to be repeated; 20 dB.
struct BusyWifi {
  Hertz rate{20e6}, centre{2437e6};
  std::vector<int> channels{6};
  std::uint64_t seed = 1;
};
Scene busy_wifi_scene(const BusyWifi& busy);

}  // namespace windhover::bench
