#pragma once
// The ASTM messages of one Remote ID broadcast, which come alone or in a pack.

#include <span>
#include <variant>

#include "decoders/frame.hpp"

namespace windhover::sensor {

/// Of the body, which must outlive them; none if it is of another form.
inline std::span<const decoders::messages::OdidMessage> messages_of(
    const decoders::messages::RemoteIdBody& body) {
  if (const auto* single = std::get_if<decoders::messages::OdidMessage>(&body)) return {single, 1};
  if (const auto* pack = std::get_if<decoders::messages::OdidPack>(&body)) return pack->messages;
  return {};
}

/// None if it is no Remote ID.
inline std::span<const decoders::messages::OdidMessage> messages_of(const decoders::Message& message) {
  const auto* remote_id = std::get_if<decoders::messages::RemoteId>(&message);
  if (remote_id == nullptr) return {};
  return messages_of(remote_id->body);
}

}  // namespace windhover::sensor
