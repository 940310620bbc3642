#pragma once
// How wide a waveform is, measured by the generator's own transform.

#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

/// Mean power in each of `bins` (a power of two) parts of the rate, lowest frequency first, over Hann windows
/// that overlap by half. All zero for fewer samples than bins.
std::vector<double> power_spectrum(std::span<const dsp::cf32> iq, std::size_t bins);

struct Edges {
  dsp::Hertz low{}, high{};
  dsp::Hertz width() const { return high - low; }
};

/// Between which 99 % of the power lies, 0.5 % left out on either side (ITU-R SM.328). The resolution is
/// 1/4096 of the rate, or what the samples' number allows.
Edges occupied_band(std::span<const dsp::cf32> iq, dsp::Hertz rate);

}  // namespace windhover::synth
