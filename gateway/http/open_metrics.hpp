#pragma once
// The text format of OpenMetrics 1.0, which prometheus-cpp does not write: a counter's family has no _total
// in its name, and the text says where it ends.

#include <string>
#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace windhover::gateway::http {

/// Counters and gauges; a counter's name ends in _total.
std::string open_metrics_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace windhover::gateway::http
