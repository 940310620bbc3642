#pragma once
// FFTW's wisdom kept on disk, so that only the first start plans for seconds.

#include <filesystem>
#include <optional>

namespace windhover::sensor {

class SavedWisdom {
 public:
  /// Reads $XDG_CACHE_HOME/windhover/fftw-wisdom (or ~/.cache/…, or $CACHE_DIRECTORY of a service) if it is
  /// there.
  SavedWisdom();
  /// Writes it back, whole or not at all. Nothing depends on it: failure is silent.
  void save() const;

 private:
  std::optional<std::filesystem::path> file_;
};

}  // namespace windhover::sensor
