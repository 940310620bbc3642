#pragma once
// A scene file in the place of a recording: rendered into a folder of its own, which goes when it is done
// with.

#include <filesystem>

namespace windhover::sensor {

bool is_scene(const std::filesystem::path& file);

class SceneRecording {
 public:
  /// Throws ConfigError.
  explicit SceneRecording(const std::filesystem::path& scene);
  SceneRecording(const SceneRecording&) = delete;
  SceneRecording& operator=(const SceneRecording&) = delete;
  ~SceneRecording();

  std::filesystem::path recording() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace windhover::sensor
