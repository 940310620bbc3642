#pragma once
// A recording as what is on the air: it can be received at any centre frequency and rate.

#include <filesystem>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

struct AirRecording {
  dsp::Hertz rate{};
  dsp::Hertz centre{};
  std::vector<dsp::cf32> samples;  ///< full scale 1.0
};

/// meta  a .sigmf-meta file with its data beside it, ci8, ci16_le or cf32_le; captures are played one after
///       the other without the holes between them. Throws std::runtime_error.
AirRecording read_air_recording(const std::filesystem::path& meta);

/// What a receiver of this centre and rate hears of it: nothing beyond the recording's band, no images.
std::vector<dsp::cf32> receive(const AirRecording& air, dsp::Hertz centre, dsp::Hertz rate);

}  // namespace windhover::synth
