#pragma once
// The messages of a Remote ID broadcast as JSON, for the body of `frame`.

#include "decoders/messages/french_id.hpp"
#include "decoders/messages/remote_id.hpp"
#include "sensor/json_fields.hpp"

namespace windhover::sensor {

/// Adds `counter` and `messages`, a list of {type, fields}, and what was odd about a pack.
void put_remote_id(Json& json, const decoders::messages::RemoteId& message);

/// Adds `messages` with the one that a French element is.
void put_french_id(Json& json, const decoders::messages::FrenchId& message);

}  // namespace windhover::sensor
