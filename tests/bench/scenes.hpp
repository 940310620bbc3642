#pragma once
// Streams with DroneID bursts whose truth is known.

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/bench/streams.hpp"
#include "tests/support/droneid_modulator.hpp"

namespace windhover::bench {

/// Gates are open until they know the noise floor: what is counted comes after that.
inline constexpr double kGateSettle_s = 0.045;

struct Scene {
  std::shared_ptr<Ci16> samples;
  Hertz rate{};
  Hertz centre{};
  std::vector<Sent> sent;
};

/// Bursts one after the other, each with its own carrier, fractional start, carrier offset and phase.
struct SensitivityCase {
  synth::DroneIdVariant variant = synth::DroneIdVariant::nine_symbols;
  double snr_db = 0;  ///< Es/N0 per subcarrier, which is the ratio within the occupied 9 MHz
  std::size_t bursts = 300;
  bool multipath = false;  ///< three Rician taps over 400 ns (K = 6 dB, power held at 1)
  double clock_ppm = 0;    ///< ± this much, at random
  std::uint64_t seed = 1;
};

/// 20 MS/s; carriers anywhere where the burst fits, ±40 kHz of carrier offset beside that.
Scene sensitivity_scene(const SensitivityCase& c);

/// Noise, or noise with one burst of 15 dB on each of four carriers every 640 ms; 640 ms long, to be
/// repeated.
Scene speed_scene(Hertz rate, bool busy, std::uint64_t seed);

}  // namespace windhover::bench
