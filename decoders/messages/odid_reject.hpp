#pragma once
// Why bytes are no Remote ID, for all the Remote ID parsers of this folder.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace windhover::decoders::messages {

enum class OdidReject : std::uint8_t {
  not_mine,      ///< another organisation or protocol
  too_short,     ///< fewer bytes than the format needs
  unknown_type,  ///< a message type that is not assigned
  bad_size,      ///< a length or count field contradicts the format
  nested_pack,   ///< a message pack inside a message pack
  sanity,        ///< well formed and without any content
};
inline constexpr std::size_t kOdidRejects = 6;
constexpr std::string_view to_string(OdidReject reason) {
  constexpr std::string_view names[kOdidRejects] = {"not_mine", "too_short",   "unknown_type",
                                                    "bad_size", "nested_pack", "sanity"};
  return names[static_cast<std::size_t>(reason)];
}

/// How often each reason occurred.
struct OdidRejectCounts {
  std::array<std::uint32_t, kOdidRejects> by_reason{};
  constexpr void count(OdidReject reason) { ++by_reason[static_cast<std::size_t>(reason)]; }
  constexpr std::uint32_t of(OdidReject reason) const { return by_reason[static_cast<std::size_t>(reason)]; }
  constexpr std::uint32_t total() const {
    std::uint32_t sum = 0;
    for (const std::uint32_t n : by_reason) sum += n;
    return sum;
  }
  bool operator==(const OdidRejectCounts&) const = default;
};

}  // namespace windhover::decoders::messages
