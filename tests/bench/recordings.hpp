#pragma once
// What figures on real recordings share.

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

namespace windhover::bench {

/// Says so, and is true: a promise that cannot be looked at is not broken.
bool recordings_missing(std::ostream& out);

/// The truth file of a recording or a capture.
nlohmann::json truth_of(const std::filesystem::path& path);

}  // namespace windhover::bench
