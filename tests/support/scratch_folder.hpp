#pragma once
// A folder for files that go with whoever made them.

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace windhover::synth {

class ScratchFolder {
 public:
  /// Throws std::system_error if there is no room for one.
  ScratchFolder() {
    // mkdtemp replaces six of these by what no other folder has.
    std::string name =
        (std::filesystem::temp_directory_path() / ("windhover-" + std::string(6, 'X'))).string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "cannot make the folder " + name);
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace windhover::synth
