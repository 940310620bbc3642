#pragma once
// Puts pages of Open Drone ID Authentication messages together and says what they hold. Signatures are
// verified elsewhere.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

/// Specific authentication methods of DRIP (RFC 9575), first data byte of AuthType::specific_method.
enum class SamType : std::uint8_t { link = 1, wrapper = 2, manifest = 3, frame = 4 };
std::string_view to_string(SamType type);

/// What a specific authentication method claims to be, and whether the lengths fit that.
struct SamClass {
  std::uint8_t sent = 0;  ///< the byte of the air
  /// Absent for codes that are not assigned. The published example of a Link carries the code of a Frame:
  /// what has a Link's length and two DRIP entity tags at a Link's places is called Link whatever it says.
  std::optional<SamType> type;
  bool well_formed = false;
  bool operator==(const SamClass&) const = default;
};
SamClass classify_sam(Bytes data);

/// A complete set of pages.
struct AuthenticationSet {
  std::uint8_t version = 0;
  AuthType auth_type = AuthType::none;
  std::optional<std::int64_t> timestamp_s;  ///< Unix as sent
  std::vector<std::uint8_t> data;           ///< as many bytes as page 0 announced
  std::optional<SamClass> sam;              ///< AuthType::specific_method only
  bool restored = false;                    ///< one page was lost and came back from the parity page
  /// The pages came in one round of the sender, in ascending order. Where they did not, a page lost in one
  /// round may have been filled in from the next, and the sender may have gone on to another set in between:
  /// a signature that does not fit then says nothing.
  bool one_round = true;
  bool operator==(const AuthenticationSet&) const = default;
};

struct AuthCounters {
  std::uint64_t completed = 0;
  std::uint64_t restored = 0;      ///< of the completed ones
  std::uint64_t expired = 0;       ///< partial sets dropped kAuthLifetime_ns after their last new page
  std::uint64_t replaced = 0;      ///< partial sets dropped because another set began
  std::uint64_t evicted = 0;       ///< partial sets dropped for want of room
  std::uint64_t inconsistent = 0;  ///< pages that contradict page 0 or themselves
  bool operator==(const AuthCounters&) const = default;
};

inline constexpr std::int64_t kAuthLifetime_ns = 10'000'000'000;

/// Collects pages in any order. A set is handed out once; its repetitions within kAuthLifetime_ns of its
/// first page are silent. State is bounded by kSets, and nothing is allocated later but for a completed set.
class AuthAssembler {
 public:
  static constexpr std::size_t kSets = 512;

  AuthAssembler() : sets_(kSets) {}

  /// `key` tells transmitters apart (hash of address and transport); the authentication type is added to it
  /// here. `now_ns` of one key must not run backwards by more than the lifetime.
  std::optional<AuthenticationSet> add(std::uint64_t key, const Authentication& page, std::int64_t now_ns);

  const AuthCounters& counters() const { return counters_; }

 private:
  static constexpr std::size_t kPages = 16;

  struct Set {
    bool used = false;
    bool delivered = false;
    std::uint64_t key = 0;
    AuthType auth_type = AuthType::none;
    std::int64_t first_ns = 0;   ///< of the first page
    std::int64_t latest_ns = 0;  ///< of the last page that was new
    std::uint8_t version = 0;
    std::uint8_t latest_page = 0;  ///< new or not
    bool one_round = true;
    std::array<bool, kPages> held{};
    std::array<std::array<std::uint8_t, 23>, kPages> payload{};  ///< bytes 2..24 of each page
  };
  static std::optional<AuthHeader> header_of(const Set& set);
  static bool fits(const Set& set, const Authentication& page);
  static std::optional<Set> restored(const Set& set);

  Set& set_of(std::uint64_t key, const Authentication& page, std::int64_t now_ns);
  void begin(Set& set, std::uint64_t key, const Authentication& page, std::int64_t now_ns);
  void expire(std::int64_t now_ns);
  std::optional<AuthenticationSet> finish(Set& set);

  std::vector<Set> sets_;
  AuthCounters counters_;
};

}  // namespace windhover::decoders::messages
