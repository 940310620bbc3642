#pragma once
// Frequencies for people.

#include <string>

namespace windhover::sensor::tuning {

/// In MHz, to 1 kHz: "2429.5".
std::string megahertz(double hz);

}  // namespace windhover::sensor::tuning
