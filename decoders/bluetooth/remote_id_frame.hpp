#pragma once
// From advertising data to frames, for single packets and for linked ones.

#include <string_view>
#include <variant>

#include "decoders/bluetooth/advertising_pdu.hpp"
#include "decoders/frame.hpp"

namespace windhover::decoders::bluetooth {

inline constexpr std::string_view kDecoderName = "bluetooth";
inline constexpr std::string_view kDecoderName2m = "bluetooth_2m";

/// Name of the transport that a packet of this kind is in the feed.
std::string_view transport_of(Phy phy, PduType type);

/// What service data of Remote ID says: a frame without payload, transmitter and measured facts, or why not.
/// `after_code` starts at the message counter.
std::variant<Frame, RejectReason> read_remote_id(Bytes after_code);

}  // namespace windhover::decoders::bluetooth
