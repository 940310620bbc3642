#include "gateway/http/open_metrics.hpp"

#include <prometheus/metric_family.h>

#include <string_view>

#include "gateway/text.hpp"

namespace windhover::gateway::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::string_view kTotal = "_total";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string family_name(const MetricFamily& family) {
  const bool is_counter = family.type == MetricType::Counter && family.name.ends_with(kTotal);
  return is_counter ? family.name.substr(0, family.name.size() - kTotal.size()) : family.name;
}

std::string labels_text(const std::vector<ClientMetric::Label>& labels) {
  std::string text;
  for (const auto& [name, value] : labels)
    text.append(text.empty() ? "{" : ",").append(name).append("=\"").append(escaped(value)).append("\"");
  return text.empty() ? text : text + "}";
}

}  // namespace

std::string open_metrics_text(const std::vector<MetricFamily>& families) {
  std::string text;
  for (const MetricFamily& family : families) {
    const bool is_counter = family.type == MetricType::Counter;
    const std::string name = family_name(family);
    text.append("# TYPE ").append(name).append(is_counter ? " counter\n" : " gauge\n");
    text.append("# HELP ").append(name).append(" ").append(escaped(family.help)).append("\n");
    for (const ClientMetric& metric : family.metric) {
      const double value = is_counter ? metric.counter.value : metric.gauge.value;
      text.append(family.name)
          .append(labels_text(metric.label))
          .append(" ")
          .append(number_text(value))
          .append("\n");
    }
  }
  return text + "# EOF\n";
}

}  // namespace windhover::gateway::http
