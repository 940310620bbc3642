#include <iostream>

#include "sensor/cli/commands.hpp"
#include "sensor/config_error.hpp"
#include "tests/support/scene.hpp"

namespace windhover::sensor {

int run_synth(const SynthCommand& command) {
  try {
    synth::render_scene(command.scene, command.out);
  } catch (const synth::SceneError& error) {
    throw ConfigError(error.what());
  }
  std::cerr << "wrote " << command.out.string() << ".sigmf-meta, .sigmf-data and .expected.jsonl\n";
  return 0;
}

}  // namespace windhover::sensor
