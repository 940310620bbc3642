#pragma once
// What the gateway itself has counted since its start.

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/feed_parser.hpp"
#include "gateway/moment.hpp"

namespace windhover::gateway {

struct OutputTally {
  std::string name;  ///< "dragonsync", "cot"
  std::uint64_t sent = 0, dropped = 0;
};

struct Tally {
  UtcTime started{};
  std::uint64_t messages = 0;   ///< of the feed
  std::uint64_t lost = 0;       ///< of the feed, by the holes in its numbering
  std::uint64_t garbled = 0;    ///< in place of messages of the feed
  std::uint64_t snapshots = 0;  ///< of the feed's state, taken
  ParseCounts parse;
  std::vector<OutputTally> outputs;
};

}  // namespace windhover::gateway
