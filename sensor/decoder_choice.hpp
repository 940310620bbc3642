#pragma once
// Which decoders a run uses, as the user says it.

#include <string>
#include <vector>

#include "decoders/decoder.hpp"

namespace windhover::sensor {

struct DecoderChoice {
  std::vector<std::string> with{};     ///< beside those that run by default
  std::vector<std::string> without{};  ///< of those that run by default
};

/// Throws ConfigError for a name that no decoder has.
std::vector<decoders::DecoderEntry> chosen_decoders(const DecoderChoice& choice);

}  // namespace windhover::sensor
