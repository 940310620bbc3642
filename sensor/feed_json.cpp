#include "sensor/feed_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <variant>

namespace windhover::sensor {
namespace {

using Json = nlohmann::ordered_json;
using namespace decoders::messages;

// Decimals of each quantity: what its source resolves, and no binary residue such as 0.30000001192.
constexpr int kDegreeDecimals = 8;  // of positions; 1 mm
constexpr int kMetreDecimals = 1;
constexpr int kSpeedDecimals = 2;
constexpr int kAngleDecimals = 2;
constexpr int kDecibelDecimals = 1;
constexpr int kHertzDecimals = 1;
constexpr int kSecondDecimals = 6;
constexpr int kShareDecimals = 4;

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double whole = std::round(value * scale);
  // Beyond 2^53 a double has no decimals left to round. Adding 0 turns -0 into 0.
  return std::abs(whole) < 9e15 ? whole / scale + 0.0 : value;
}

void put(Json& json, const char* name, double value, int decimals) {
  if (std::isfinite(value)) json[name] = rounded(value, decimals);
}
void put(Json& json, const char* name, const std::optional<double>& value, int decimals) {
  if (value) put(json, name, *value, decimals);
}
template <typename Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

template <typename Place>  // Position or DjiPosition
bool is_finite(const Place& at) {
  return std::isfinite(at.lat_deg) && std::isfinite(at.lon_deg);
}

void put_position(Json& json, const char* name, const std::optional<Position>& at) {
  if (!at || !is_finite(*at)) return;
  json[name] = {{"lat_deg", rounded(at->lat_deg, kDegreeDecimals)},
                {"lon_deg", rounded(at->lon_deg, kDegreeDecimals)}};
}

void put_fields(Json& json, const std::string& prefix, const std::optional<DjiPosition>& at) {
  if (!at || !is_finite(*at)) return;
  json[prefix + "lat_deg"] = rounded(at->lat_deg, kDegreeDecimals);
  json[prefix + "lon_deg"] = rounded(at->lon_deg, kDegreeDecimals);
}

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

Json head(const char* type, const MessageHead& head) {
  return {{"v", kFeedSchema},  {"type", type},    {"sensor", head.sensor},
          {"boot", head.boot}, {"seq", head.seq}, {"time", to_rfc3339(head.time)}};
}

// Text from the air need not be UTF-8; what is not becomes U+FFFD instead of an exception.
std::string line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void put_levels(Json& json, const decoders::RfFacts& rf) {
  put(json, "snr_db", rf.snr_db, kDecibelDecimals);
  put(json, "rssi_dbfs", rf.rssi_dbfs, kDecibelDecimals);
  put(json, "cfo_hz", rf.cfo_hz, kHertzDecimals);
}

Json rf_json(const decoders::RfFacts& rf, const StreamPosition& at) {
  Json json = Json::object();
  put(json, "center_hz", rf.centre.value, kHertzDecimals);
  json["sample_index"] = at.sample_index;
  put(json, "start_s", at.start_s, kSecondDecimals);
  put(json, "duration_s", at.duration_s, kSecondDecimals);
  put_levels(json, rf);
  return json;
}

bool is_finite(const std::optional<double>& value) { return value && std::isfinite(*value); }

void put_body(Json& json, const DjiTelemetry& telemetry) {
  json["version"] = telemetry.version;
  if (!telemetry.layout_verified) json["layout_verified"] = false;
  json["sequence"] = telemetry.sequence;
  json["state_info"] = telemetry.state_info;
  put(json, "serial", telemetry.serial);
  put_fields(json, "", telemetry.position);
  // The scales were found out, not published: the integers on air stand beside the values.
  if (is_finite(telemetry.altitude_m)) json["altitude_raw"] = std::llround(*telemetry.altitude_m);
  put(json, "altitude_m", telemetry.altitude_m, kMetreDecimals);
  if (is_finite(telemetry.height_m)) json["height_raw"] = std::llround(*telemetry.height_m * 10);
  put(json, "height_m", telemetry.height_m, kMetreDecimals);
  put(json, "v_north_mps", telemetry.v_north_mps, kSpeedDecimals);
  put(json, "v_east_mps", telemetry.v_east_mps, kSpeedDecimals);
  put(json, "v_up_mps", telemetry.v_up_mps, kSpeedDecimals);
  put(json, "pitch_deg", telemetry.pitch_deg, kAngleDecimals);
  put(json, "roll_deg", telemetry.roll_deg, kAngleDecimals);
  put(json, "yaw_deg", telemetry.yaw_deg, kAngleDecimals);
  put(json, "time_ms", telemetry.time_ms);
  put_fields(json, "pilot_", telemetry.pilot);
  put_fields(json, "home_", telemetry.home);
  if (telemetry.product_type) {
    json["product_type"] = *telemetry.product_type;
    const std::string_view name = dji_product_name(*telemetry.product_type);
    if (!name.empty()) json["product"] = name;
  }
  if (telemetry.uuid) json["uuid_length"] = telemetry.uuid->size();
  put(json, "uuid", telemetry.uuid);
}

void put_body(Json& json, const DjiLicence& licence) {
  put(json, "serial", licence.serial);
  put(json, "licence_id", licence.licence_id);
  put(json, "purpose", licence.purpose);
}

void put_body(Json& json, const DjiEncrypted& shell) {
  json["encrypted"] = true;
  json["marker"] = shell.marker;
  json["session_hash"] = hex(shell.session_hash);
  put(json, "ciphertext_bytes", shell.ciphertext_bytes);
}

void put_body(Json&, const DjiUnknownKind&) {}

Json fields_json(const DjiDroneId& message) {
  Json json{{"length", message.length}, {"kind", message.kind}};
  std::visit([&](const auto& body) { put_body(json, body); }, message.body);
  return json;
}

Json claimed_json(const Claims& claims) {
  Json json = Json::object();
  put(json, "serial", claims.serial);
  put(json, "session_hash", claims.session_hash);
  put(json, "maker", claims.maker);
  put(json, "model", claims.model);
  put(json, "uuid", claims.uuid);
  put(json, "licence_id", claims.licence_id);
  put(json, "purpose", claims.purpose);
  put(json, "encrypted", claims.encrypted);
  put_position(json, "position", claims.position);
  put(json, "height_m", claims.height_m, kMetreDecimals);
  put(json, "altitude_m", claims.altitude_m, kMetreDecimals);
  put(json, "v_north_mps", claims.v_north_mps, kSpeedDecimals);
  put(json, "v_east_mps", claims.v_east_mps, kSpeedDecimals);
  put(json, "v_up_mps", claims.v_up_mps, kSpeedDecimals);
  put(json, "speed_mps", claims.speed_mps, kSpeedDecimals);
  put(json, "track_deg", claims.track_deg, kAngleDecimals);
  put(json, "yaw_deg", claims.yaw_deg, kAngleDecimals);
  put_position(json, "pilot", claims.pilot);
  put_position(json, "home", claims.home);
  put(json, "motors_on", claims.motors_on);
  put(json, "in_air", claims.in_air);
  return json;
}

Json measured_json(const Measured& measured) {
  Json transports = Json::array();
  for (const TransportMeasure& each : measured.transports) {
    Json json{{"protocol", each.protocol},
              {"transport", each.transport},
              {"frames", each.frames},
              {"last_heard", to_rfc3339(each.last_heard)}};
    put(json, "center_hz", each.rf.centre.value, kHertzDecimals);
    put_levels(json, each.rf);
    transports.push_back(std::move(json));
  }
  return {{"first_heard", to_rfc3339(measured.first_heard)},
          {"last_heard", to_rfc3339(measured.last_heard)},
          {"frames", measured.frames},
          {"transports", std::move(transports)}};
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

Json live_json(const LiveStatus& live, std::uint64_t full_queues) {
  Json load = Json::object();
  for (const auto& [thread, share] : live.thread_load) put(load, thread.c_str(), share, kShareDecimals);
  Json json{{"thread_load", std::move(load)}};
  put(json, "lag_s", live.lag_s, kSecondDecimals);
  json["full_queues"] = full_queues;
  return json;
}

}  // namespace

std::string to_json(const FrameMessage& message) {
  const decoders::Frame& frame = message.heard.frame;
  Json json = head("frame", message.head);
  json["protocol"] = frame.protocol;
  json["transport"] = frame.transport;
  if (!message.aircraft_id.empty()) json["aircraft"] = message.aircraft_id;
  json["rf"] = rf_json(frame.rf, message.heard.at);
  json["payload_hex"] = hex(frame.payload);
  json["fields"] = std::visit([](const auto& content) { return fields_json(content); }, frame.message);
  return line(json);
}

std::string to_json(const RejectMessage& message) {
  Json json = head("reject", message.head);
  json["protocol"] = message.heard.attempt.protocol;
  json["reason"] = to_string(message.heard.attempt.reason);
  json["rf"] = rf_json(message.heard.attempt.rf, message.heard.at);
  return line(json);
}

std::string to_json(const AircraftMessage& message) {
  Json json = head("aircraft", message.head);
  json["id"] = message.id;
  json["state"] = to_string(message.state);
  json["claimed"] = claimed_json(message.claimed);
  json["measured"] = measured_json(message.measured);
  json["trust"] = {{"authenticated", message.trust.authenticated}, {"reasons", message.trust.reasons}};
  return line(json);
}

std::string to_json(const StatusMessage& message) {
  Json json = head("status", message.head);
  json["version"] = message.version;
  put_stream(json, message.stream);
  json["frames"] = message.counts.frames;
  json["duplicates"] = message.counts.duplicates;
  json["rejects"] = message.counts.rejects;
  json["aircraft"] = message.counts.aircraft;
  json["aircraft_evicted"] = message.counts.aircraft_evicted;
  if (message.stream.live) json["live"] = live_json(*message.stream.live, message.counts.full_queues);
  return line(json);
}

}  // namespace windhover::sensor
