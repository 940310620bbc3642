#pragma once
// What happens to a signal between two antennas and a converter. Each is one function on samples; compose
// them in the order of nature: multipath, frequency and clock offset, noise, then the receiver's own faults.

#include <complex>
#include <span>
#include <vector>

#include "dsp/types.hpp"
#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// Noise power per complex sample at `rate` that gives a signal of `signal_power` this ratio within
/// `noise_bandwidth`. For DroneID (9 MHz) that is Es/N0 per subcarrier.
double noise_power(double snr_db, double signal_power, dsp::Hertz noise_bandwidth, dsp::Hertz rate);

void apply_gain(std::span<dsp::cf32> iq, double gain);

/// Multiplies by exp(j·(phase_rad + 2π·offset·n/rate)).
void apply_frequency_offset(std::span<dsp::cf32> iq, dsp::Hertz offset, dsp::Hertz rate,
                            double phase_rad = 0);

/// The same signal as a receiver samples it whose clock is slow by `ppm` against the sender's: (1 + ppm·1e-6)
/// input samples pass per output sample. Flat up to 0.4 of the rate.
std::vector<dsp::cf32> apply_clock_offset(std::span<const dsp::cf32> iq, double ppm);

struct Tap {
  std::complex<double> gain;
  double delay_ns = 0;
};

/// Sum of delayed copies; the result is longer by the largest delay. Flat up to 0.4 of the rate.
std::vector<dsp::cf32> apply_multipath(std::span<const dsp::cf32> iq, dsp::Hertz rate,
                                       std::span<const Tap> taps);

/// Three taps at 0, spread/2 and spread. A direct path with K/(K+1) of the power lies on the first; the rest
/// is Rayleigh, spread over the taps at 0, -3 and -6 dB. `normalised` scales each draw to power 1, so that a
/// signal-to-noise ratio stays what was asked for.
struct RicianProfile {
  double k_db = 6;
  double spread_ns = 400;
  bool normalised = true;
};
std::vector<Tap> rician_taps(Random& random, const RicianProfile& profile);

/// Q against I: louder by gain_db, and away from 90° by phase_deg.
void apply_iq_imbalance(std::span<dsp::cf32> iq, double gain_db, double phase_deg);

void add_dc(std::span<dsp::cf32> iq, dsp::cf32 offset);

/// Limits each component to ±level.
void clip(std::span<dsp::cf32> iq, float level);

/// Rounds each component to a converter of `bits` (2 … 24) with full scale 1, saturating.
void quantise(std::span<dsp::cf32> iq, unsigned bits);

}  // namespace windhover::synth
