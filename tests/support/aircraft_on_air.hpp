#pragma once
// A little sky for receivers that go from window to window.

#include <filesystem>
#include <string>

#include "dsp/types.hpp"

namespace windhover::synth {

/// Two seconds at 4 MS/s around `centre`, whose band must hold an advertising channel: one aircraft that
/// sends Remote ID over Bluetooth ten times a second, with `id` as its serial number, whose last two digits
/// end its address. Gives the recording, FOLDER/ID.sigmf-meta.
std::filesystem::path render_aircraft_on_air(const std::filesystem::path& folder, dsp::Hertz centre,
                                             const std::string& id);

}  // namespace windhover::synth
