#include "gateway/http/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <chrono>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "gateway/http/open_metrics.hpp"

namespace windhover::gateway::http {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Families in the making.
class Families {
 public:
  void counter(const char* name, const char* help, double value, Labels labels = {}) {
    add(MetricType::Counter, name, help, std::move(labels)).counter.value = value;
  }
  void gauge(const char* name, const char* help, double value, Labels labels = {}) {
    add(MetricType::Gauge, name, help, std::move(labels)).gauge.value = value;
  }
  template <typename Value>
  void gauge(const char* name, const char* help, const std::optional<Value>& value) {
    if (value) gauge(name, help, static_cast<double>(*value));
  }
  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  // Metrics of one name come one after another.
  ClientMetric& add(MetricType type, const char* name, const char* help, Labels labels) {
    if (families_.empty() || families_.back().name != name) families_.push_back({name, help, type, {}});
    ClientMetric& metric = families_.back().metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<MetricFamily> families_;
};

constexpr std::size_t kMostLinkKinds = 16;

double number(std::uint64_t count) { return static_cast<double>(count); }

/// Of all sensors together.
struct Sums {
  Counts drops, frames;
  std::map<std::string, Counts> rejects;
  std::map<std::string, double> thread_load;
  std::uint64_t samples = 0, gaps = 0, lost_samples = 0, saturated_samples = 0, full_queues = 0, evicted = 0;
  std::optional<double> lag_s, status_age_s;
};

void add(Counts& to, const Counts& from) {
  for (const auto& [name, count] : from) to[name] += count;
}

void add(Sums& sums, const KnownSensor& sensor, Instant now) {
  const Status& status = sensor.status.value;
  add(sums.drops, status.drops);
  add(sums.frames, status.frames);
  for (const auto& [protocol, reasons] : status.rejects) add(sums.rejects[protocol], reasons);
  for (const auto& [thread, load] : status.thread_load) sums.thread_load[thread] += load;
  sums.samples += status.samples;
  sums.gaps += status.gaps;
  sums.lost_samples += status.lost_samples;
  sums.saturated_samples += status.saturated_samples;
  sums.full_queues += status.full_queues;
  sums.evicted += status.aircraft_evicted;
  if (status.lag_s) sums.lag_s = std::max(sums.lag_s.value_or(0), *status.lag_s);
  const double age_s = seconds_between(sensor.status.at, now);
  sums.status_age_s = std::max(sums.status_age_s.value_or(0), age_s);
}

void put_stream(Families& out, const Sums& sums) {
  out.counter("windhover_samples_total", "Samples taken from the radio or the recording.",
              number(sums.samples));
  out.counter("windhover_overflows_total", "Holes in the stream of samples.", number(sums.gaps));
  out.counter("windhover_lost_samples_total", "Samples missing in these holes.", number(sums.lost_samples));
  out.counter("windhover_saturated_samples_total", "Samples at full scale.", number(sums.saturated_samples));
  for (const auto& [stage, count] : sums.drops)
    out.counter("windhover_drops_total", "Blocks or frames lost inside the sensor.", number(count),
                {{"stage", stage}});
  for (const auto& [thread, load] : sums.thread_load)
    out.gauge("windhover_thread_load_ratio", "Share of a core that a thread of the sensor takes.", load,
              {{"stage", thread}});
  out.gauge("windhover_lag_seconds", "From the air to the feed.", sums.lag_s);
  out.gauge("windhover_status_age_seconds", "Since the sensor's last status message.", sums.status_age_s);
}

void put_frames(Families& out, const Sums& sums) {
  const char* help = "Frames accepted (ok) and attempts that were not, by reason.";
  for (const auto& [protocol, count] : sums.frames)
    out.counter("windhover_frames_total", help, number(count), {{"protocol", protocol}, {"result", "ok"}});
  for (const auto& [protocol, reasons] : sums.rejects)
    for (const auto& [reason, count] : reasons)
      out.counter("windhover_frames_total", help, number(count),
                  {{"protocol", protocol}, {"result", reason}});
}

void put_picture(Families& out, const Picture& picture, Instant now) {
  std::uint64_t aircraft = 0, ready = 0;
  for (const auto& [key, told] : picture.aircraft()) aircraft += told.value.state != State::gone ? 1 : 0;
  Counts links;
  for (const auto& [key, told] : picture.links())
    if (picture.is_heard(told, now) && (links.size() < kMostLinkKinds || links.contains(told.value.kind)))
      ++links[told.value.kind];
  for (const auto& [name, sensor] : picture.sensors()) ready += sensor.samples_flow(now) ? 1 : 0;
  out.gauge("windhover_aircraft", "Aircraft heard in the last minute.", number(aircraft));
  for (const auto& [kind, count] : links)
    out.gauge("windhover_links_active", "Radio links heard in the last seconds.", number(count),
              {{"protocol", kind}});
  out.gauge("windhover_sensors_ready", "Sensors in which samples flowed in the last 5 s.", number(ready));
}

void put_tally(Families& out, const Tally& tally, const Sums& sums) {
  out.counter("windhover_feed_messages_total", "Messages of the feed that came here.",
              number(tally.messages));
  out.counter("windhover_feed_lost_total", "Messages of the feed that did not, by their numbering.",
              number(tally.lost));
  out.counter("windhover_feed_garbled_total", "Messages that are none of the feed's.",
              number(tally.garbled + tally.parse.garbled));
  out.counter("windhover_feed_snapshots_total", "Times that the whole state was taken from the feed.",
              number(tally.snapshots));
  out.counter("windhover_feed_wrong_fields_total", "Fields of a wrong type or out of range.",
              number(tally.parse.wrong_fields));
  out.counter("windhover_feed_full_queues_total", "Times that a subscriber of the feed was too slow.",
              number(sums.full_queues));
  out.counter("windhover_aircraft_evicted_total", "Aircraft forgotten early, for there were too many.",
              number(sums.evicted));
  for (const OutputTally& output : tally.outputs)
    out.counter("windhover_published_total", "Messages given to an output.", number(output.sent),
                {{"output", output.name}});
  for (const OutputTally& output : tally.outputs)
    out.counter("windhover_publish_dropped_total", "Of them, times that a reader or the network took none.",
                number(output.dropped), {{"output", output.name}});
}

void put_process(Families& out, const Tally& tally, const ProcessStats& process) {
  out.gauge("windhover_build_info", "Version of the gateway.", 1, {{"version", WINDHOVER_VERSION}});
  if (process.cpu_s)
    out.counter("process_cpu_seconds_total", "Processor time of the gateway.", *process.cpu_s);
  out.gauge("process_resident_memory_bytes", "Memory of the gateway.", process.resident_bytes);
  out.gauge("process_open_fds", "Open files of the gateway.", process.open_files);
  const std::chrono::duration<double> started = tally.started.time_since_epoch();
  out.gauge("process_start_time_seconds", "Start of the gateway since 1970.", std::round(started.count()));
}

bool accepts_open_metrics(const Request& request) {
  return request.accept.find("application/openmetrics-text") != std::string::npos;
}

}  // namespace

Response metrics_page(const Request& request, const Picture& picture, const Tally& tally,
                      const ProcessStats& process, Instant now) {
  Sums sums;
  for (const auto& [name, sensor] : picture.sensors()) add(sums, sensor, now);
  Families out;
  put_stream(out, sums);
  put_frames(out, sums);
  put_picture(out, picture, now);
  put_tally(out, tally, sums);
  put_process(out, tally, process);
  const std::vector<MetricFamily> families = out.take();
  if (accepts_open_metrics(request))
    return {200, "application/openmetrics-text; version=1.0.0; charset=utf-8", open_metrics_text(families)};
  return {200, "text/plain; version=0.0.4; charset=utf-8", prometheus::TextSerializer().Serialize(families)};
}

}  // namespace windhover::gateway::http
