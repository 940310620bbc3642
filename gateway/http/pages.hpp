#pragma once
// What the server answers, as JSON: aircraft, links, alerts, health.

#include <string>

#include "gateway/http/server.hpp"
#include "gateway/picture.hpp"

namespace windhover::gateway::http {

/// GeoJSON (RFC 7946): a feature for each aircraft that has not gone, its geometry null while its place is
/// unknown.
Response aircraft_page(const Picture& picture, Instant now);

Response links_page(const Picture& picture, Instant now);

/// Those that are raised.
Response alerts_page(const Picture& picture);

/// 200: the process answers.
Response health_page();

/// 200 if samples flowed in every sensor in the last 5 s, 503 otherwise and while none is heard.
Response readiness_page(const Picture& picture, Instant now);

}  // namespace windhover::gateway::http
