#pragma once
// Scenes of tests, from JSON values in memory.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/scene.hpp"

namespace windhover::synth {

struct ScratchFolder {
  std::filesystem::path path;
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "windhover-scene-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  template <typename Json>
  std::filesystem::path write(const Json& scene) const {
    const auto file = path / "scene.json";
    std::ofstream(file) << scene.dump();
    return file;
  }
};

template <typename Json>
Scene loaded(const Json& scene) {
  const ScratchFolder folder;
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
