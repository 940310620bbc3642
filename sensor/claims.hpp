#pragma once
// What a decoded message claims about its sender, in the words that all protocols share. A new protocol adds
// one overload of each function in claims.cpp.

#include <span>
#include <string>
#include <vector>

#include "decoders/frame.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

/// One of the names that a sender gives itself.
struct Identity {
  std::string key;  ///< equal for equal identities whatever the protocol: "serial:<text>"
  std::string id;   ///< of the aircraft that is known by it, fit for a topic
  bool operator==(const Identity&) const = default;
};

/// Who the message speaks of, strongest first: serial, registration, traffic management's, session; empty if
/// it does not say.
/// DJI: "dji-<serial>", else "dji-session-<hash>", else "dji-uuid-<account>", else "dji-unidentified" with
/// the product type if it is sent. The last stands for at least one aircraft: without any identity several
/// cannot be told apart, and inventing one for each carrier that a drone hops to would be worse.
/// Remote ID: "dji-<serial>" for serials with DJI's maker code, else "rid-<serial>"; "rid-reg-<mark>",
/// "rid-utm-<uuid>", "rid-session-<id>"; the French identity "rid-fr-<id>". Text from the air that a topic
/// cannot hold is replaced, and a digest keeps such ids apart.
std::vector<Identity> identities_of(const decoders::Message& message);

/// Key of the sender's link address, "" if the frame has none; and the id of an aircraft of which no more is
/// known than that.
std::string transmitter_key(const decoders::Frame& frame);
std::string unidentified_id(const decoders::Frame& frame);

/// Values that are not finite count as not sent.
Claims claims_of(const decoders::Message& message);
/// The same, with what only the reception tells: which hour is meant, and which authentication is complete.
Claims claims_of(const TimedFrame& frame,
                 std::span<const decoders::messages::AuthenticationSet> authentications);

/// The session hash as eight hexadecimal digits.
std::string session_text(const decoders::messages::DjiEncrypted& shell);

/// Replaces what would break a topic or a subscription to it (dots, spaces, control and non-ASCII characters)
/// by '_'.
std::string topic_part(std::string_view text);

}  // namespace windhover::sensor
