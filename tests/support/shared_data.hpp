#pragma once
// Where the real recordings and vectors lie that tests use when they are there.

#include <filesystem>
#include <optional>
#include <string_view>

namespace windhover::synth {

/// The file or folder `relative` of the shared evidence (environment WINDHOVER_SHARED, else ../shared beside
/// the project). nullopt after one line that says SKIPPED and why, so that a run shows what it could not
/// check.
std::optional<std::filesystem::path> shared_path(std::string_view relative);

}  // namespace windhover::synth
