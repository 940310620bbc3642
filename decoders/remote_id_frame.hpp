#pragma once
// Remote ID as Bluetooth and Wi-Fi carry it alike: from the octets behind the application code to a frame.

#include <variant>

#include "decoders/frame.hpp"
#include "decoders/messages/field_reader.hpp"

namespace windhover::decoders {

/// A frame without transport, payload, transmitter and measured facts, or why not.
/// `after_code` starts at the message counter.
std::variant<Frame, RejectReason> read_remote_id(messages::Bytes after_code);

RejectReason reason_of(messages::OdidReject reject);

}  // namespace windhover::decoders
