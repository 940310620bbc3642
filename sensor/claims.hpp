#pragma once
// What a decoded message claims about its sender, in the words that all protocols share. A new protocol adds
// one overload of each function in claims.cpp.

#include <string>

#include "decoders/frame.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

/// The aircraft that the message speaks of, empty if it speaks of none.
/// DJI: "dji-<serial>", else "dji-session-<hash>", else "dji-uuid-<account>", else "dji-unidentified" with
/// the product type if it is sent. The last stands for at least one aircraft: without any identity several
/// cannot be told apart, and inventing one for each carrier that a drone hops to would be worse. Text from
/// the air that a topic cannot hold is replaced, and a digest keeps such ids apart.
std::string aircraft_id(const decoders::Message& message);

/// Values that are not finite count as not sent.
Claims claims_of(const decoders::Message& message);

/// Replaces what would break a topic or a subscription to it (dots, spaces, control and non-ASCII characters)
/// by '_'.
std::string topic_part(std::string_view text);

}  // namespace windhover::sensor
