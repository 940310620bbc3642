#include "sensor/feed_json.hpp"

#include <cmath>
#include <variant>

#include "dsp/column_levels.hpp"
#include "sensor/json_fields.hpp"
#include "sensor/remote_id_json.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

void put_levels(Json& json, const decoders::RfFacts& rf) {
  put(json, "snr_db", rf.snr_db, kDecibelDecimals);
  put(json, "rssi_dbfs", rf.rssi_dbfs, kDecibelDecimals);
  put(json, "cfo_hz", rf.cfo_hz, kHertzDecimals);
}

void put_reception(Json& json, const Reception& reception, const decoders::RfFacts& rf) {
  if (reception.full_scale && std::isfinite(rf.rssi_dbfs)) {
    put(json, "rssi_dbm", rf.rssi_dbfs + reception.full_scale->dbm, kDecibelDecimals);
    put(json, "rssi_dbm_uncertainty_db", reception.full_scale->uncertainty_db, kDecibelDecimals);
  }
  if (reception.saturated) json["saturated"] = true;
}

Json rf_json(const decoders::RfFacts& rf, const StreamPosition& at) {
  Json json = Json::object();
  put(json, "channel", rf.channel);
  if (rf.rate_mbps) put(json, "rate_mbps", static_cast<double>(*rf.rate_mbps), kRateDecimals);
  put(json, "center_hz", rf.centre.value, kHertzDecimals);
  json["sample_index"] = at.sample_index;
  put(json, "start_s", at.start_s, kSecondDecimals);
  put(json, "duration_s", at.duration_s, kSecondDecimals);
  put_levels(json, rf);
  put_reception(json, at.reception, rf);
  return json;
}

bool is_known(const std::optional<double>& value) { return value && std::isfinite(*value); }

void put_body(Json& json, const DjiTelemetry& telemetry) {
  json["version"] = telemetry.version;
  if (!telemetry.layout_verified) json["layout_verified"] = false;
  json["sequence"] = telemetry.sequence;
  json["state_info"] = telemetry.state_info;
  put(json, "serial", telemetry.serial);
  put_fields(json, "", telemetry.position);
  // The scales were found out, not published: the integers on air stand beside the values.
  if (is_known(telemetry.altitude_m)) json["altitude_raw"] = std::llround(*telemetry.altitude_m);
  put(json, "altitude_m", telemetry.altitude_m, kMetreDecimals);
  if (is_known(telemetry.height_m)) json["height_raw"] = std::llround(*telemetry.height_m * 10);
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
  json["session_hash"] = to_hex(shell.session_hash);
  put(json, "ciphertext_bytes", shell.ciphertext_bytes);
}

void put_body(Json&, const DjiUnknownKind&) {}

void put_content(Json& json, const DjiDroneId& message, UtcTime) {
  Json fields{{"length", message.length}, {"kind", message.kind}};
  std::visit([&](const auto& body) { put_body(fields, body); }, message.body);
  json["fields"] = std::move(fields);
}

void put_content(Json& json, const RemoteId& message, UtcTime reception) {
  put_remote_id(json, message, reception);
}
void put_content(Json& json, const FrenchId& message, UtcTime) { put_french_id(json, message); }

void put_authentications(Json& json, std::span<const AuthenticationSet> sets, UtcTime reception) {
  for (const AuthenticationSet& set : sets) {
    Json each = authentication_json(set, reception);
    each["data_hex"] = to_hex(set.data);
    json["authentications"].push_back(std::move(each));
  }
}

Json claimed_json(const Claims& claims, UtcTime now) {
  Json json = Json::object();
  put(json, "serial", claims.serial);
  put(json, "session_hash", claims.session_hash);
  put(json, "maker", claims.maker);
  put(json, "model", claims.model);
  put(json, "uuid", claims.uuid);
  put(json, "licence_id", claims.licence_id);
  put(json, "purpose", claims.purpose);
  put(json, "registration", claims.registration);
  put(json, "utm_id", claims.utm_id);
  put(json, "session_id", claims.session_id);
  put(json, "operator_id", claims.operator_id);
  put(json, "description", claims.description);
  put(json, "ua_type", claims.ua_type);
  put(json, "category", claims.category);
  put(json, "class", claims.aircraft_class);
  put(json, "encrypted", claims.encrypted);
  put_position(json, "position", claims.position);
  if (claims.position_time) json["position_time"] = to_rfc3339(*claims.position_time);
  put(json, "height_m", claims.height_m, kMetreDecimals);
  put(json, "height_above_ground_m", claims.height_above_ground_m, kMetreDecimals);
  put(json, "altitude_m", claims.altitude_m, kMetreDecimals);
  put(json, "geodetic_altitude_m", claims.geodetic_altitude_m, kMetreDecimals);
  put(json, "pressure_altitude_m", claims.pressure_altitude_m, kMetreDecimals);
  put(json, "horizontal_accuracy_m", claims.horizontal_accuracy_m, kMetreDecimals);
  put(json, "vertical_accuracy_m", claims.vertical_accuracy_m, kMetreDecimals);
  put(json, "speed_accuracy_mps", claims.speed_accuracy_mps, kSpeedDecimals);
  put(json, "v_north_mps", claims.v_north_mps, kSpeedDecimals);
  put(json, "v_east_mps", claims.v_east_mps, kSpeedDecimals);
  put(json, "v_up_mps", claims.v_up_mps, kSpeedDecimals);
  put(json, "speed_mps", claims.speed_mps, kSpeedDecimals);
  put(json, "track_deg", claims.track_deg, kAngleDecimals);
  put(json, "yaw_deg", claims.yaw_deg, kAngleDecimals);
  put_position(json, "pilot", claims.pilot);
  put(json, "pilot_location", claims.pilot_location);
  put(json, "pilot_altitude_m", claims.pilot_altitude_m, kMetreDecimals);
  put_position(json, "home", claims.home);
  put(json, "status", claims.status);
  put(json, "motors_on", claims.motors_on);
  put(json, "in_air", claims.in_air);
  if (claims.authentication) json["authentication"] = authentication_json(*claims.authentication, now);
  return json;
}

Json measured_json(const Measured& measured) {
  Json transports = Json::array();
  for (const TransportMeasure& each : measured.transports) {
    Json json{{"protocol", each.protocol},
              {"transport", each.transport},
              {"frames", each.frames},
              {"last_heard", to_rfc3339(each.last_heard)}};
    put(json, "channel", each.rf.channel);
    put(json, "center_hz", each.rf.centre.value, kHertzDecimals);
    put_levels(json, each.rf);
    put_reception(json, each.reception, each.rf);
    transports.push_back(std::move(json));
  }
  Json json{{"first_heard", to_rfc3339(measured.first_heard)},
            {"last_heard", to_rfc3339(measured.last_heard)},
            {"frames", measured.frames}};
  if (measured.positions_held > 0) json["positions_held"] = measured.positions_held;
  json["transports"] = std::move(transports);
  return json;
}

Json sight_json(const Sight& sight) {
  Json json = Json::object();
  put(json, "distance_m", sight.distance_m, kMetreDecimals);
  put(json, "bearing_deg", sight.bearing_deg, kAngleDecimals);
  put(json, "elevation_deg", sight.elevation_deg, kAngleDecimals);
  put(json, "slant_m", sight.slant_m, kMetreDecimals);
  return json;
}

void put_derived(Json& json, const Derived& derived) {
  Json inner = Json::object();
  put(inner, "flight_state", derived.flight_state);
  if (derived.aircraft) inner["aircraft"] = sight_json(*derived.aircraft);
  if (derived.pilot) inner["pilot"] = sight_json(*derived.pilot);
  if (!inner.empty()) json["derived"] = std::move(inner);
}

Json reasons_json(const std::vector<Reason>& reasons) {
  Json json = Json::array();
  for (const Reason& reason : reasons) {
    Json each{{"kind", reason.kind}, {"severity", to_string(reason.severity)}};
    put(each, "log_likelihood_ratio", reason.log_likelihood_ratio, kEvidenceDecimals);
    each["since"] = to_rfc3339(reason.since);
    each["text"] = reason.text;
    Json evidence = Json::object();
    for (const auto& [name, value] : reason.evidence)
      put(evidence, std::string(name).c_str(), value, kEvidenceDecimals);
    if (!evidence.empty()) each["evidence"] = std::move(evidence);
    json.push_back(std::move(each));
  }
  return json;
}

Json trust_json(const Trust& trust) {
  Json json{{"authenticated", trust.authenticated}};
  if (trust.signatures) {
    Json signatures{{"state", trust.signatures->state}};
    if (!trust.signatures->signer.empty()) signatures["signer"] = trust.signatures->signer;
    signatures["right"] = trust.signatures->right;
    signatures["wrong"] = trust.signatures->wrong;
    signatures["signed_messages"] = trust.signatures->signed_messages;
    json["signatures"] = std::move(signatures);
  }
  json["reasons"] = reasons_json(trust.reasons);
  return json;
}

Json links_json(const std::vector<links::AircraftLink>& links) {
  Json json = Json::array();
  for (const links::AircraftLink& link : links) {
    Json each{{"id", link.id}, {"kind", link.kind}};
    put(each, "likelihood", link.likelihood, kEvidenceDecimals);
    put(each, "airtime_s", link.airtime_s, kSecondDecimals);
    Json bytes = Json::object(), rate = Json::object();
    put(bytes, "lower", link.lower, 0);
    put(bytes, "upper", link.upper, 0);
    put(rate, "lower", link.lower_bps, kHertzDecimals);
    put(rate, "upper", link.upper_bps, kHertzDecimals);
    if (!bytes.empty()) each["bytes"] = std::move(bytes);
    if (!rate.empty()) each["rate_bps"] = std::move(rate);
    json.push_back(std::move(each));
  }
  return json;
}

// Says what was taken away, so that nobody takes it for not sent.
void put_privacy(Json& json, Disclosure disclosure, PlaceDetail operator_position) {
  Json privacy = Json::object();
  if (disclosure != Disclosure::full)
    privacy["disclosure"] = "presence";
  else if (operator_position == PlaceDetail::withheld)
    privacy["operator_position"] = "withheld";
  else if (operator_position == PlaceDetail::rounded)
    privacy["operator_position"] = "rounded";
  if (!privacy.empty()) json["privacy"] = std::move(privacy);
}

}  // namespace

std::string to_json(const FrameMessage& message, std::string_view device) {
  const decoders::Frame& frame = message.heard.frame;
  Json json = message_head("frame", message.head, device);
  json["protocol"] = frame.protocol;
  json["transport"] = frame.transport;
  if (!message.aircraft_id.empty()) json["aircraft"] = message.aircraft_id;
  json["rf"] = rf_json(frame.rf, message.heard.at);
  put_privacy(json, message.disclosure, message.operator_position);
  if (message.disclosure != Disclosure::full) return json_line(json);
  if (frame.transmitter) {
    json["transmitter"] = address_text(*frame.transmitter);
    json["transmitter_random"] = frame.transmitter->random;
  }
  if (message.operator_position == PlaceDetail::full) json["payload_hex"] = to_hex(frame.payload);
  std::visit([&](const auto& content) { put_content(json, content, message.heard.at.time); }, frame.message);
  put_authentications(json, message.authentications, message.heard.at.time);
  return json_line(json);
}

std::string to_json(const RejectMessage& message, std::string_view device) {
  Json json = message_head("reject", message.head, device);
  json["protocol"] = message.heard.attempt.protocol;
  json["reason"] = to_string(message.heard.attempt.reason);
  json["rf"] = rf_json(message.heard.attempt.rf, message.heard.at);
  return json_line(json);
}

std::string to_json(const AircraftMessage& message) {
  Json json = message_head("aircraft", message.head);
  json["id"] = message.id;
  json["state"] = to_string(message.state);
  if (!message.same_as.empty()) json["same_as"] = message.same_as;
  put_privacy(json, message.disclosure, message.operator_position);
  json["claimed"] = claimed_json(message.claimed, message.head.time);
  json["measured"] = measured_json(message.measured);
  put_derived(json, message.derived);
  json["trust"] = trust_json(message.trust);
  if (!message.links.empty()) json["links"] = links_json(message.links);
  return json_line(json);
}

std::string to_json(const AlertMessage& message, std::string_view device) {
  Json json = message_head("alert", message.head, device);
  json["id"] = message.id;
  json["category"] = to_string(message.category);
  json["severity"] = to_string(message.severity);
  json["state"] = message.cleared ? "cleared" : "raised";
  json["since"] = to_rfc3339(message.since);
  if (!message.aircraft.empty()) json["aircraft"] = message.aircraft;
  json["text"] = message.text;
  if (!message.reasons.empty()) json["reasons"] = reasons_json(message.reasons);
  return json_line(json);
}

std::string to_json(const CoverageMessage& message, std::string_view device) {
  Json json = message_head("coverage", message.head, device);
  json["window_s"] = rounded(message.window_s, kSecondDecimals);
  json["bands"] = Json::array();
  for (const BandShare& band : message.bands)
    json["bands"].push_back({{"low_hz", rounded(band.low_hz, kHertzDecimals)},
                             {"high_hz", rounded(band.high_hz, kHertzDecimals)},
                             {"share", rounded(band.share, kShareDecimals)}});
  json["intercept"] = Json::object();
  for (const CoverageMessage::Chance& chance : message.intercept)
    json["intercept"][std::string(chance.signals)] = {{"one", rounded(chance.one, kShareDecimals)},
                                                      {"window", rounded(chance.window, kShareDecimals)}};
  return json_line(json);
}

std::string to_json(const SpectrumMessage& message, std::string_view device) {
  const TimedSpectrum& row = message.row;
  Json json = message_head("spectrum", message.head, device);
  json["center_hz"] = rounded(row.center_hz, kHertzDecimals);
  json["low_hz"] = rounded(row.low_hz, kHertzDecimals);
  json["column_hz"] = rounded(row.column_hz, kHertzDecimals);
  json["columns"] = row.levels.size() / 2;
  json["levels"] = {"mean", "peak"};
  json["level_min_dbfs"] = dsp::ColumnLevels::kLeast_dbfs;
  json["level_step_db"] = dsp::ColumnLevels::kStep_db;
  json["sample_index"] = row.at.sample_index;
  json["start_s"] = rounded(row.at.start_s, kSecondDecimals);
  json["duration_s"] = rounded(row.at.duration_s, kSecondDecimals);
  json["spectra"] = row.spectra;
  if (row.gap) json["gap"] = true;
  if (row.at.reception.saturated) json["saturated"] = true;
  return json_line(json);
}

}  // namespace windhover::sensor
