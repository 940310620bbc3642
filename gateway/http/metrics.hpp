#pragma once
// Counters and gauges for Prometheus. Labels are of bounded number: kinds, protocols, stages, outputs; never
// an aircraft, an address or a place.

#include <string>

#include "gateway/host_stats.hpp"
#include "gateway/http/server.hpp"
#include "gateway/picture.hpp"
#include "gateway/tally.hpp"

namespace windhover::gateway::http {

/// In OpenMetrics 1.0 if the request accepts that, else in Prometheus' text format 0.0.4. With several
/// sensors on one feed their counters are summed.
Response metrics_page(const Request& request, const Picture& picture, const Tally& tally,
                      const ProcessStats& process, Instant now);

}  // namespace windhover::gateway::http
