#pragma once
// DRIP entity tags (RFC 9374) and the keys behind them: anchors that the user gave, and what Links (RFC 9575)
// add. A tag holds a hash of its key, so that a key cannot be given to a foreign tag; whose the tag is,
// only a chain of Links to an anchor tells.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sensor/time.hpp"
#include "sensor/trust/ed25519.hpp"

namespace windhover::sensor {

using Det = std::array<std::uint8_t, 16>;  ///< as the IPv6 address that it is

struct DripAnchor {
  Det det{};
  Ed25519Key key{};
};

/// Text with one anchor a line: 32 hexadecimal digits of the tag (colons of a full address are skipped) and
/// 64 of the key; empty lines and what follows # are ignored. Throws ConfigError for anything else, and for
/// a tag that its key does not fit.
std::vector<DripAnchor> parse_drip_anchors(std::string_view text);
std::vector<DripAnchor> read_drip_anchors(const std::filesystem::path& file);

/// Both forms that are in use: the hash over the upper half of the tag and either the bare key, as in the
/// published example, or the key behind 00 01 00 00, as the text says.
bool is_key_of(const Det& det, const Ed25519Key& key);

/// Seconds of a signed structure to UTC: since 2019 by the text, Unix in the published example.
UtcTime drip_time(std::uint32_t seconds);
/// Whether `now` lies between the times that the first 8 bytes of a signed structure give, with a minute to
/// spare; true while the date is not known.
bool is_valid_at(std::span<const std::uint8_t> not_before_not_after, UtcTime now);

/// Verifications cost 50 µs each and anybody can ask for them: so many a second, the rest is skipped.
class VerifyBudget {
 public:
  static constexpr int kEachSecond = 40;
  bool spend(UtcTime now);
  std::uint64_t skipped() const { return skipped_; }

 private:
  std::optional<UtcTime> second_;
  int spent_ = 0;
  std::uint64_t skipped_ = 0;
};

class DripKeys {
 public:
  static constexpr std::size_t kMostKeys = 512;  ///< beside the anchors; then the longest known goes
  static constexpr int kLongestChain = 4;        ///< apex, RAA, HDA, UA
  static constexpr std::size_t kLinkBytes = 136;

  explicit DripKeys(const std::vector<DripAnchor>& anchors);

  enum class LinkFate : std::uint8_t { kept, wrong };
  /// A Link without its SAM byte, kLinkBytes long. Wrong: its key is not the tag's, or its signature is not
  /// that of a parent that is known.
  LinkFate take_link(std::span<const std::uint8_t> link, UtcTime now, VerifyBudget& budget);

  std::optional<Ed25519Key> key_of(const Det& det) const;
  /// Whether a chain of Links that are valid now leads to an anchor.
  bool is_trusted(const Det& det, UtcTime now, VerifyBudget& budget);

 private:
  enum class Proof : std::uint8_t { open, right, wrong };
  struct Entry {
    Ed25519Key key{};
    bool is_anchor = false;
    UtcTime learnt{};
    std::array<std::uint8_t, kLinkBytes> link{};
    Proof proof = Proof::open;
  };
  static Det parent_of(const Entry& entry);
  Proof prove(const Entry& entry, UtcTime now, VerifyBudget& budget) const;
  void make_room();

  std::map<Det, Entry> entries_;
  std::size_t anchors_ = 0;
};

}  // namespace windhover::sensor
