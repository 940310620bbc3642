#include "tests/support/shared_data.hpp"

#include <cstdlib>
#include <iostream>

namespace windhover::synth {

std::optional<std::filesystem::path> shared_path(std::string_view relative) {
  const char* folder = std::getenv("WINDHOVER_SHARED");
  const std::filesystem::path root = folder != nullptr ? folder : WINDHOVER_SHARED_DEFAULT;
  if (std::filesystem::exists(root / relative)) return root / relative;
  std::cout << "SKIPPED: ../shared/" << relative << " is not there\n";
  return std::nullopt;
}

}  // namespace windhover::synth
