#pragma once
// Scenes of tests, from JSON values in memory.

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/scene.hpp"
#include "tests/support/scratch_folder.hpp"

namespace windhover::synth {

/// Holds a scene file, and what is rendered from it.
class SceneFolder : public ScratchFolder {
 public:
  template <typename Json>
  std::filesystem::path write(const Json& scene) const {
    const auto file = path() / "scene.json";
    std::ofstream(file) << scene.dump();
    return file;
  }
};

template <typename Json>
Scene loaded(const Json& scene) {
  const SceneFolder folder;
  return load_scene(folder.write(scene));
}

/// What a scene with a mistake is refused with.
template <typename Json>
std::string sentence_of(const Json& scene) {
  try {
    loaded(scene);
  } catch (const SceneError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace windhover::synth
