#include "gateway/http/pages.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace windhover::gateway::http {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kJson = "application/json";
constexpr const char* kGeoJson = "application/geo+json";

Response json_response(const Json& json, int status = 200, const char* type = kJson) {
  return {status, type, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

template <typename Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

void put_place(Json& json, const char* name, const std::optional<Place>& at) {
  if (at) json[name] = {{"lat_deg", at->lat_deg}, {"lon_deg", at->lon_deg}};
}

double tenths(double value) { return std::round(value * 10) / 10; }

const char* name_of(State state) {
  if (state == State::gone) return "gone";
  return state == State::fading ? "fading" : "alive";
}

void put_motion(Json& json, const Motion& motion) {
  put(json, "height_m", motion.height_m);
  put(json, "height_above_ground_m", motion.height_above_ground_m);
  put(json, "altitude_m", motion.altitude_m);
  put(json, "geodetic_altitude_m", motion.geodetic_altitude_m);
  put(json, "pressure_altitude_m", motion.pressure_altitude_m);
  put(json, "horizontal_accuracy_m", motion.horizontal_accuracy_m);
  put(json, "vertical_accuracy_m", motion.vertical_accuracy_m);
  put(json, "speed_accuracy_mps", motion.speed_accuracy_mps);
  put(json, "speed_mps", motion.speed_mps);
  put(json, "track_deg", motion.track_deg);
  put(json, "v_up_mps", motion.v_up_mps);
  put(json, "status", motion.status);
  put(json, "in_air", motion.in_air);
}

// Named as in the feed.
Json claimed_json(const Claimed& claimed) {
  Json json = Json::object();
  put(json, "serial", claimed.serial);
  put(json, "session_hash", claimed.session_hash);
  put(json, "registration", claimed.registration);
  put(json, "utm_id", claimed.utm_id);
  put(json, "session_id", claimed.session_id);
  put(json, "uuid", claimed.uuid);
  put(json, "maker", claimed.maker);
  put(json, "model", claimed.model);
  put(json, "ua_type", claimed.ua_type);
  put(json, "category", claimed.category);
  put(json, "class", claimed.aircraft_class);
  put(json, "operator_id", claimed.operator_id);
  put(json, "description", claimed.description);
  put(json, "encrypted", claimed.encrypted);
  put_motion(json, claimed.motion);
  put_place(json, "pilot", claimed.pilot);
  put(json, "pilot_location", claimed.pilot_location);
  put(json, "pilot_altitude_m", claimed.pilot_altitude_m);
  put_place(json, "home", claimed.home);
  return json;
}

Json transports_json(const std::vector<HeardOn>& transports) {
  Json list = Json::array();
  for (const HeardOn& heard : transports) {
    Json json{{"protocol", heard.protocol}, {"transport", heard.transport}, {"frames", heard.frames}};
    put(json, "center_hz", heard.center_hz);
    put(json, "snr_db", heard.snr_db);
    put(json, "rssi_dbfs", heard.rssi_dbfs);
    list.push_back(std::move(json));
  }
  return list;
}

Json trust_json(const Aircraft& aircraft) {
  Json reasons = Json::array();
  for (const Reason& reason : aircraft.reasons)
    reasons.push_back({{"kind", reason.kind}, {"severity", reason.severity}, {"text", reason.text}});
  return {{"authenticated", aircraft.authenticated}, {"reasons", std::move(reasons)}};
}

Json geometry(const Motion& motion) {
  if (!motion.position) return nullptr;
  // RFC 7946: longitude first; a third number is the height above the ellipsoid.
  Json coordinates{motion.position->lon_deg, motion.position->lat_deg};
  if (motion.geodetic_altitude_m) coordinates.push_back(*motion.geodetic_altitude_m);
  return {{"type", "Point"}, {"coordinates", std::move(coordinates)}};
}

Json feature(const Told<Aircraft>& told, double age_s) {
  const Aircraft& aircraft = told.value;
  Json properties{
      {"sensor", told.head.sensor},
      {"id", aircraft.id},
      {"state", name_of(aircraft.state)},
      {"age_s", tenths(age_s)},
      {"claimed", claimed_json(aircraft.claimed)},
      {"measured", {{"frames", aircraft.frames}, {"transports", transports_json(aircraft.transports)}}},
      {"trust", trust_json(aircraft)}};
  return {{"type", "Feature"},
          {"id", aircraft.id},
          {"geometry", geometry(aircraft.claimed.motion)},
          {"properties", std::move(properties)}};
}

Json link_json(const Told<Link>& told, double age_s) {
  const Link& link = told.value;
  Json json{{"sensor", told.head.sensor},
            {"id", link.id},
            {"kind", link.kind},
            {"state", name_of(link.state)},
            {"age_s", tenths(age_s)}};
  put(json, "role", link.role);
  put(json, "aircraft", link.aircraft);
  put(json, "hint", link.hint);
  put(json, "reason", link.reason);
  put(json, "center_hz", link.center_hz);
  put(json, "bandwidth_hz", link.bandwidth_hz);
  put(json, "rssi_dbfs", link.rssi_dbfs);
  put(json, "snr_db", link.snr_db);
  put(json, "duty", link.duty);
  return json;
}

}  // namespace

Response aircraft_page(const Picture& picture, Instant now) {
  Json features = Json::array();
  for (const auto& [key, told] : picture.aircraft())
    if (told.value.state != State::gone) features.push_back(feature(told, picture.age_s(told, now)));
  return json_response({{"type", "FeatureCollection"}, {"features", std::move(features)}}, 200, kGeoJson);
}

Response links_page(const Picture& picture, Instant now) {
  Json links = Json::array();
  for (const auto& [key, told] : picture.links())
    if (told.value.state != State::gone) links.push_back(link_json(told, picture.age_s(told, now)));
  return json_response({{"links", std::move(links)}});
}

Response alerts_page(const Picture& picture) {
  Json alerts = Json::array();
  for (const auto& [key, told] : picture.alerts()) {
    const Alert& alert = told.value;
    if (!alert.raised) continue;
    Json json{{"sensor", told.head.sensor},
              {"id", alert.id},
              {"category", alert.category},
              {"severity", alert.severity},
              {"text", alert.text}};
    put(json, "aircraft", alert.aircraft);
    if (alert.since) json["since"] = utc_text(*alert.since);
    alerts.push_back(std::move(json));
  }
  return json_response({{"alerts", std::move(alerts)}});
}

Response health_page() { return json_response({{"status", "ok"}, {"version", WINDHOVER_VERSION}}); }

Response readiness_page(const Picture& picture, Instant now) {
  Json sensors = Json::object();
  bool ready = !picture.sensors().empty();
  for (const auto& [name, sensor] : picture.sensors()) {
    const bool flow = sensor.samples_flow(now);
    ready &= flow;
    sensors[name] = {{"samples_flow", flow},
                     {"status_age_s", tenths(seconds_between(sensor.status.at, now))}};
  }
  return json_response({{"ready", ready}, {"sensors", std::move(sensors)}}, ready ? 200 : 503);
}

}  // namespace windhover::gateway::http
