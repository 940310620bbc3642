#include "tests/bench/recordings.hpp"

#include <fstream>

namespace windhover::bench {

bool recordings_missing(std::ostream& out) {
  out << "SKIPPED: the recordings are not there.\n";
  return true;
}

nlohmann::json truth_of(const std::filesystem::path& path) {
  return nlohmann::json::parse(std::ifstream(path));
}

}  // namespace windhover::bench
