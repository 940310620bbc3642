#pragma once
// MAC frames, bytes to values (IEEE 802.11 clause 9); lengths are checked before anything is read.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "decoders/frame.hpp"

namespace windhover::decoders::wifi {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t kFcsBytes = 4;

/// CRC-32 as the last four octets carry it, least significant first.
std::uint32_t frame_check_sequence(Bytes frame);
/// Whether the last four octets are right for those before.
bool has_good_fcs(Bytes frame_with_fcs);

enum class FrameType : std::uint8_t { management, control, data, extension };

enum class ManagementKind : std::uint8_t { beacon = 8, probe_response = 5, action = 13 };

/// What a frame begins with; `octets` as written, most significant first.
struct MacHeader {
  FrameType type = FrameType::management;
  std::uint8_t subtype = 0;
  bool to_ds = false, from_ds = false, retry = false, is_protected = false;
  std::optional<Transmitter> transmitter{};  ///< address 2, where the frame has one
  std::optional<Transmitter> receiver{};     ///< address 1, a group's too
  std::size_t size = 0;                      ///< octets before the body
};

/// `frame` without or with its FCS; its head is enough. nullopt for another protocol version or a frame that
/// is shorter than its header.
std::optional<MacHeader> parse_mac_header(Bytes frame);

/// Whether the rest of a frame with this head may hold Remote ID: beacon, probe response, public action.
bool may_hold_remote_id(Bytes head);

/// A frame of an A-MPDU with its check sequence, as far as it is there.
struct Subframe {
  Bytes octets;
  std::size_t length = 0;  ///< that its delimiter states
  bool complete() const { return octets.size() == length; }
};
/// The next one, and `rest` moved behind it; nullopt at the end. What is no delimiter is passed over in steps
/// of four octets (IEEE 802.11 9.7.1, HT).
std::optional<Subframe> next_subframe(Bytes& rest);

/// Elements of a beacon or probe response, one after the other.
struct Element {
  std::uint8_t number = 0;
  Bytes content;
};
class Elements {
 public:
  /// `body` behind the MAC header, without FCS, from the time stamp on.
  explicit Elements(Bytes body);
  /// nullopt at the end, or where an element runs over it.
  std::optional<Element> next();

 private:
  Bytes rest_;
};

}  // namespace windhover::decoders::wifi
