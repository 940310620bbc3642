// `status`: how the sensor fares.

#include "sensor/feed_json.hpp"
#include "sensor/json_fields.hpp"

namespace windhover::sensor {
namespace {

using decoders::messages::AuthCounters;

Json emissions_json(const links::EmissionCounts& counts) {
  return {{"heard", counts.heard},        {"artefacts", counts.artefacts}, {"explained", counts.explained},
          {"in_links", counts.in_links},  {"unsorted", counts.unsorted},   {"dropped", counts.dropped},
          {"snapshots", counts.snapshots}};
}

void put_sensor(Json& json, const SensorPosition& at) {
  put_position(json, "position", Position{at.lat_deg, at.lon_deg});
  put(json["position"], "altitude_m", at.hae_m, kMetreDecimals);
  put(json["position"], "uncertainty_m", at.uncertainty_m, kMetreDecimals);
  put(json["position"], "vertical_uncertainty_m", at.vertical_uncertainty_m, kMetreDecimals);
  put(json["position"], "age_s", at.age_s, kSecondDecimals);
}

void put_stream(Json& json, const StreamStatus& stream) {
  if (!stream.source.empty()) json["source"] = stream.source;
  put(json, "rate_hz", stream.rate_hz, kHertzDecimals);
  put(json, "center_hz", stream.center_hz, kHertzDecimals);
  Json band = Json::object();
  put(band, "low_hz", stream.band_low_hz, kHertzDecimals);
  put(band, "high_hz", stream.band_high_hz, kHertzDecimals);
  if (!band.empty()) json["band"] = std::move(band);
  json["time_known"] = stream.time_known;
  json["samples"] = stream.samples;
  put(json, "stream_s", stream.stream_s, kSecondDecimals);
  json["gaps"] = stream.gaps;
  json["lost_samples"] = stream.lost_samples;
  json["nonfinite_samples"] = stream.nonfinite_samples;
  json["saturated_samples"] = stream.saturated_samples;
  json["drops"] = stream.drops;
  if (!stream.notes.empty()) json["notes"] = stream.notes;
}

Json feed_json(const FeedHealth& feed) {
  return {{"full_queues", feed.full_queues},
          {"topics", feed.topics},
          {"snapshots", feed.snapshots},
          {"bad_requests", feed.bad_requests},
          {"refused_clients", feed.refused_clients},
          {"reopened", feed.reopened}};
}

Json authentications_json(const AuthCounters& counters) {
  return {{"completed", counters.completed}, {"restored", counters.restored},
          {"expired", counters.expired},     {"replaced", counters.replaced},
          {"evicted", counters.evicted},     {"inconsistent", counters.inconsistent}};
}

Json gain_json(const GainHealth& gain) {
  Json json{{"set_by", to_string(gain.set_by)}};
  put(json, "gain_db", gain.gain_db, kDecibelDecimals);
  if (gain.set_by != GainOwner::control) return json;
  json["reason"] = to_string(gain.reason);
  json["raised"] = gain.raised;
  json["lowered"] = gain.lowered;
  json["refused"] = gain.refused;
  json["clips_at_lowest"] = gain.clips_at_lowest;
  put(json, "noise_lsb", gain.noise_lsb, kShareDecimals);
  return json;
}

Json device_json(const DeviceHealth& device) {
  Json json{{"state", to_string(device.state)},
            {"overflows", device.overflows},
            {"timeouts", device.timeouts},
            {"stream_errors", device.stream_errors},
            {"restarts", device.restarts},
            {"reopened", device.reopened},
            {"failed_opens", device.failed_opens},
            {"refused_tunings", device.refused_tunings},
            {"silent_losses", device.silent_losses},
            {"lost_samples", device.lost_samples},
            {"time_from", device.hardware_time ? "device" : "host"}};
  if (device.state != DeviceState::streaming) json["silent_s"] = rounded(device.silent_s, kSecondDecimals);
  if (!device.trouble.empty()) json["trouble"] = device.trouble;
  put(json, "time_uncertainty_s", device.time_uncertainty_s, kSecondDecimals);
  put(json, "rate_error_ppm", device.rate_error_ppm, kHertzDecimals);
  if (device.gain) json["gain"] = gain_json(*device.gain);
  return json;
}

Json overload_json(const OverloadStatus& overload, const StreamStatus& stream) {
  Json shed_s = Json::object();
  for (std::size_t i = 0; i < kWorks; ++i)
    if (stream.shed_samples[i] > 0 && stream.rate_hz > 0)
      shed_s[std::string(to_string(static_cast<Work>(i)))] =
          rounded(static_cast<double>(stream.shed_samples[i]) / stream.rate_hz, kSecondDecimals);
  Json shed = Json::array();
  for (const OverloadStatus::Shed& each : overload.shed)
    shed.push_back({{"what", to_string(each.work)}, {"since", to_rfc3339(each.since)}});
  return {{"level", overload.level},           {"shed", std::move(shed)},
          {"time_share", overload.time_share}, {"lag_s", rounded(overload.lag_s, kSecondDecimals)},
          {"steps", overload.steps},           {"shed_s", std::move(shed_s)}};
}

Json evidence_status_json(const EvidenceStatus& evidence) {
  Json json{{"written", evidence.written},
            {"removed", evidence.removed},
            {"dropped_triggers", evidence.dropped_triggers},
            {"limited_triggers", evidence.limited_triggers},
            {"dropped_messages", evidence.dropped_messages},
            {"lost_chunks", evidence.lost_chunks},
            {"errors", evidence.errors},
            {"failing", evidence.failing},
            {"snippets_on_disk", evidence.snippets_on_disk},
            {"bytes_on_disk", evidence.bytes_on_disk}};
  if (!evidence.trouble.empty()) json["trouble"] = evidence.trouble;
  if (!evidence.last.empty()) json["last"] = evidence.last;
  return json;
}

Json tuning_json(const TuningStatus& tuning) {
  Json windows = Json::array();
  for (const TuningStatus::Window& window : tuning.windows) {
    Json each{{"center_hz", window.center_hz}, {"hears", window.hears}};
    if (window.dwell_s > 0) each["dwell_s"] = rounded(window.dwell_s, kSecondDecimals);
    windows.push_back(std::move(each));
  }
  Json json{{"windows", std::move(windows)},
            {"present", tuning.present},
            {"retunes", tuning.retunes},
            {"settling_s", rounded(tuning.settling_s, kSecondDecimals)},
            {"not_heard", tuning.not_heard}};
  if (tuning.longest_absence_s > 0)
    json["longest_absence_s"] = rounded(tuning.longest_absence_s, kSecondDecimals);
  return json;
}

Json live_json(const LiveStatus& live, const StreamStatus& stream, const FeedHealth& feed) {
  Json load = Json::object();
  for (const auto& [thread, share] : live.thread_load) put(load, thread.c_str(), share, kShareDecimals);
  Json json{{"thread_load", std::move(load)}};
  put(json, "lag_s", live.lag_s, kSecondDecimals);
  json["feed"] = feed_json(feed);
  if (live.overload) json["overload"] = overload_json(*live.overload, stream);
  if (live.device) json["device"] = device_json(*live.device);
  if (live.evidence) json["evidence"] = evidence_status_json(*live.evidence);
  if (live.tuning) json["tuning"] = tuning_json(*live.tuning);
  return json;
}

Json device_status_json(const DeviceStatus& device, const FeedHealth& feed) {
  Json json{{"device", device.name}};
  put_stream(json, device.stream);
  if (device.stream.live) json["live"] = live_json(*device.stream.live, device.stream, feed);
  return json;
}

}  // namespace

std::string to_json(const StatusMessage& message) {
  Json json = message_head("status", message.head);
  json["version"] = message.version;
  if (message.position) put_sensor(json, *message.position);
  put_stream(json, message.stream);
  json["frames"] = message.counts.frames;
  json["others"] = message.counts.others;
  json["switched_off"] = message.counts.switched_off;
  json["authentications"] = authentications_json(message.counts.authentications);
  json["duplicates"] = message.counts.duplicates;
  json["rejects"] = message.counts.rejects;
  json["links"] = message.counts.links;
  json["links_evicted"] = message.counts.links_evicted;
  if (message.counts.emissions.heard > 0) json["emissions"] = emissions_json(message.counts.emissions);
  json["aircraft"] = message.counts.aircraft;
  json["aircraft_evicted"] = message.counts.aircraft_evicted;
  if (message.counts.positions_held > 0) json["positions_held"] = message.counts.positions_held;
  if (message.counts.signatures_skipped > 0) json["signatures_skipped"] = message.counts.signatures_skipped;
  if (message.stream.live)
    json["live"] = live_json(*message.stream.live, message.stream, message.counts.feed);
  for (const DeviceStatus& device : message.devices)
    json["devices"].push_back(device_status_json(device, message.counts.feed));
  return json_line(json);
}

}  // namespace windhover::sensor
