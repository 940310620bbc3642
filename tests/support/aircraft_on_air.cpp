#include "tests/support/aircraft_on_air.hpp"

#include <cstdint>
#include <fstream>

#include "tests/support/scene.hpp"

namespace windhover::synth {

std::filesystem::path render_aircraft_on_air(const std::filesystem::path& folder, dsp::Hertz centre,
                                             const std::string& id) {
  const auto scene = folder / (id + ".json");
  std::ofstream(scene) << R"({"description": "One Remote ID aircraft on Bluetooth LE", "sample_rate": 4000000,
    "duration_s": 2.0, "datatype": "ci16_le", "noise_dbfs": -40, "seed": 7, "center_frequency": )"
                       << static_cast<std::int64_t>(centre.value) << R"(,
    "emitters": [{"type": "ble_remote_id", "transport": "legacy", "address": "C6:00:00:F1:C7:)"
                       << id.substr(id.size() - 2) << R"(", "start_s": 0.02,
                  "interval_s": 0.1, "snr_db": 22, "aircraft": {"id": ")"
                       << id << R"(", "start": {"lat_deg": 54.503, "lon_deg": 6.495}}}]})";
  render_scene(scene, folder / id);
  return folder / (id + ".sigmf-meta");
}

}  // namespace windhover::synth
