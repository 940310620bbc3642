#pragma once
// A waveform put into a recording: at any instant, carrier, level and clock, at the recording's rate.

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/types.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

struct Placement {
  double start_s = 0;    ///< of the waveform's first sample, from sample 0 of the recording
  dsp::Hertz offset{};   ///< carrier, its error included, minus the recording's centre
  double power = 1;      ///< mean power while it lasts
  double phase_rad = 0;  ///< of the carrier at start_s
  double clock_ppm = 0;  ///< positive: the sender's sample clock is fast, the burst shorter
};

struct PlacedBurst {
  std::int64_t first_sample = 0;
  std::vector<dsp::cf32> samples;
  std::int64_t end_sample() const { return first_sample + static_cast<std::int64_t>(samples.size()); }
};

/// What a receiver of that rate has of it. Inside its band every value is the one of that instant (error
/// below -90 dB, -65 dB where the carriers reach 0.46 of the rate); what lies beyond 0.48 of the rate is
/// filtered away (80 dB from 0.5 on), so that nothing aliases.
PlacedBurst place_burst(const Waveform& wave, const Placement& placement, dsp::Hertz rate);

/// Adds the part that overlaps `iq`, whose first sample has the index `first_sample`.
void add_burst(std::span<dsp::cf32> iq, std::int64_t first_sample, const PlacedBurst& burst);

/// Both in one, for a recording that starts at sample 0.
void add_burst(std::span<dsp::cf32> iq, dsp::Hertz rate, const Waveform& wave, const Placement& placement);

}  // namespace windhover::synth
