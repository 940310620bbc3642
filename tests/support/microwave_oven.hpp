#pragma once
// What a microwave oven leaks around 2.45 GHz: a carrier while one half of the mains' cycle feeds the
// magnetron, whose frequency follows the voltage (after NTIA report 94-303). Shape only; no oven was
// measured.

#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

struct OvenOptions {
  double mains_hz = 50;
  double duty = 0.45;      ///< of the cycle
  double sweep_hz = 8e6;   ///< from the start of a burst to its middle, and back
  double jitter_hz = 3e5;  ///< standard deviation of a wandering of some 10 µs
};

/// One burst: the frequency rises from -sweep/2 to sweep/2 as a half sine and falls again; the power rises
/// and falls with the voltage. Mean power 1.
Waveform modulate_oven(const OvenOptions& options, Random& random);

}  // namespace windhover::synth
