#pragma once
// One broadcast of Remote ID, whatever radio carried it.

#include <cstdint>

#include "decoders/messages/remote_id_body.hpp"

namespace windhover::decoders::messages {

struct RemoteId {
  std::uint8_t counter = 0;  ///< of this kind of message, changes with its content
  RemoteIdBody body;         ///< never UnknownBody in an accepted frame
  bool operator==(const RemoteId&) const = default;
};

}  // namespace windhover::decoders::messages
