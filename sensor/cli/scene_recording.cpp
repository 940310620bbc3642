#include "sensor/cli/scene_recording.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <system_error>

#include "sensor/config_error.hpp"
#include "tests/support/scene.hpp"

namespace windhover::sensor {
namespace {

std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / ("windhover-" + std::string(6, 'X'))).string();
  if (mkdtemp(name.data()) == nullptr)
    throw ConfigError("cannot make a folder for the rendered scene in " +
                      std::filesystem::temp_directory_path().string() + "; set TMPDIR to a place with room");
  return name;
}

}  // namespace

bool is_scene(const std::filesystem::path& file) { return file.extension() == ".json"; }

SceneRecording::SceneRecording(const std::filesystem::path& scene) : folder_(new_folder()) {
  std::cerr << "rendering " << scene.string() << '\n';
  try {
    synth::render_scene(scene, folder_ / "scene");
  } catch (const synth::SceneError& error) {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    throw ConfigError(error.what());
  }
}

SceneRecording::~SceneRecording() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path SceneRecording::recording() const { return folder_ / "scene.sigmf-meta"; }

}  // namespace windhover::sensor
