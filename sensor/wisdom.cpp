#include "sensor/wisdom.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include "dsp/fft.hpp"

namespace windhover::sensor {
namespace {

std::optional<std::filesystem::path> cache_folder() {
  if (const char* service = std::getenv("CACHE_DIRECTORY")) return service;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return std::filesystem::path(xdg) / "windhover";
  if (const char* home = std::getenv("HOME")) return std::filesystem::path(home) / ".cache" / "windhover";
  return std::nullopt;
}

}  // namespace

SavedWisdom::SavedWisdom() : file_(cache_folder()) {
  if (!file_) return;
  *file_ /= "fftw-wisdom";
  dsp::load_fft_wisdom(file_->string());
}

void SavedWisdom::save() const {
  if (!file_) return;
  std::error_code error;
  std::filesystem::create_directories(file_->parent_path(), error);
  const std::string draft = file_->string() + "." + std::to_string(getpid());
  if (!error && dsp::save_fft_wisdom(draft)) std::filesystem::rename(draft, *file_, error);
}

}  // namespace windhover::sensor
