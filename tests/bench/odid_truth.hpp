#pragma once
// Published Remote ID against the truth files of the captures.

#include <nlohmann/json.hpp>
#include <string>

namespace windhover::bench {

/// What the feed says of a Remote ID broadcast, against what an independent parser read from the same bytes.
/// heard  body of a `frame` message
/// truth  an entry of `messages` in a truth file: {"counter", "odid": {...}}
/// Returns the first difference in words, empty if there is none.
std::string difference(const nlohmann::json& heard, const nlohmann::json& truth);

}  // namespace windhover::bench
