#pragma once
// JSON of the feed to values. The feed may come over a network, and its texts come from the air: what arrives
// is measured before it is believed, and nothing here throws.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/feed_values.hpp"

namespace windhover::gateway {

/// A longer body is garbled; the feed's own are a few kilobytes.
inline constexpr std::size_t kMostBodyBytes = 256 * 1024;

/// What was not taken, since the start.
struct ParseCounts {
  std::uint64_t garbled = 0;        ///< no message of this schema, or one without a head or an id
  std::uint64_t unknown_kinds = 0;  ///< well formed, of a kind that the gateway does not read
  std::uint64_t wrong_fields = 0;   ///< of a wrong type, out of range or too long: read as unknown
};

/// nullopt if it is garbled, which is counted. Texts are valid UTF-8 and may hold anything else.
std::optional<Message> parse_message(std::string_view json, ParseCounts& counts);

}  // namespace windhover::gateway
