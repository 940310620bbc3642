#pragma once
// The messages of a Remote ID broadcast as JSON, for the body of `frame`.

#include "decoders/messages/french_id.hpp"
#include "decoders/messages/odid_auth.hpp"
#include "decoders/messages/remote_id.hpp"
#include "sensor/json_fields.hpp"

namespace windhover::sensor {

/// Adds `counter` and `messages`, a list of {type, fields}, and what was odd about a pack. `reception` tells
/// which times are meant.
void put_remote_id(Json& json, const decoders::messages::RemoteId& message, UtcTime reception);

/// A complete authentication without its data.
Json authentication_json(const decoders::messages::AuthenticationSet& set, UtcTime reception);

/// Adds `messages` with the one that a French element is.
void put_french_id(Json& json, const decoders::messages::FrenchId& message);

}  // namespace windhover::sensor
