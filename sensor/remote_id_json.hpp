#pragma once
// The messages of a Remote ID broadcast as JSON, for the body of `frame`.

#include "decoders/messages/remote_id.hpp"
#include "sensor/json_fields.hpp"

namespace windhover::sensor {

/// Adds `counter` and `messages`, a list of {type, fields}, and what was odd about a pack.
void put_remote_id(Json& json, const decoders::messages::RemoteId& message);

}  // namespace windhover::sensor
