#include "tests/support/odid_aircraft.hpp"

#include <array>
#include <cmath>
#include <span>

namespace windhover::synth {
namespace {

constexpr Range kCode{0, 15};
constexpr std::array kIdTypes{"none", "serial_number", "caa_registration", "utm_uuid", "specific_session_id"};
constexpr std::array kUaTypes{"none",
                              "aeroplane",
                              "helicopter_or_multirotor",
                              "gyroplane",
                              "hybrid_lift",
                              "ornithopter",
                              "glider",
                              "kite",
                              "free_balloon",
                              "captive_balloon",
                              "airship",
                              "free_fall_or_parachute",
                              "rocket",
                              "tethered_powered",
                              "ground_obstacle",
                              "other"};
constexpr std::array kStatuses{"undeclared", "on_ground", "airborne", "emergency", "remote_id_failure"};
constexpr Range kAltitude_m{-999, 31'767};

std::optional<double> climbed(const std::optional<double>& from_m, const OdidAircraft& aircraft, double t_s) {
  if (!from_m) return std::nullopt;
  return *from_m + aircraft.vertical_mps.value_or(0) * t_s;
}

SceneTime time_at(SceneTime start, double t_s) {
  return start + std::chrono::nanoseconds(std::llround(t_s * 1e9));
}

// What is left of a value on air: the steps of F3411.

double sent_degrees(double degrees) { return static_cast<double>(std::llround(degrees * 1e7)) / 1e7; }
double sent_metres(double metres) { return std::trunc((metres + 1000) * 2) / 2 - 1000; }
double sent_vertical(double mps) { return std::trunc(mps * 2) / 2; }
double sent_speed(double mps) {
  constexpr double kFine_mps = 63.75;
  return mps <= kFine_mps ? std::round(mps * 4) / 4 : kFine_mps + std::round((mps - kFine_mps) / 0.75) * 0.75;
}

std::string name_of(std::uint8_t code, std::span<const char* const> names) {
  return code < names.size() ? names[code] : "reserved";
}

void add(std::vector<TruthField>& fields, const char* name, const std::optional<double>& value) {
  if (value) fields.push_back({name, *value});
}

void add_sent_position(std::vector<TruthField>& fields, const std::string& prefix, const LatLon& at) {
  fields.push_back({prefix + "lat_deg", sent_degrees(at.lat_deg)});
  fields.push_back({prefix + "lon_deg", sent_degrees(at.lon_deg)});
}

OdidContent basic_id(const OdidAircraft& aircraft) {
  return {encode(aircraft.id),
          {"basic_id",
           {{"id_type", name_of(aircraft.id.id_type, kIdTypes)},
            {"ua_type", name_of(aircraft.id.ua_type, kUaTypes)},
            {"uas_id", aircraft.id.id}}}};
}

std::vector<TruthField> location_truth(const LocationValues& sent) {
  std::vector<TruthField> out{{"status", name_of(sent.status, kStatuses)}};
  add_sent_position(out, "", *sent.position);
  if (sent.track_deg) out.push_back({"track_deg", static_cast<double>(std::lround(*sent.track_deg) % 360)});
  if (sent.speed_mps) out.push_back({"speed_mps", sent_speed(*sent.speed_mps)});
  if (sent.vertical_mps) out.push_back({"vertical_mps", sent_vertical(*sent.vertical_mps)});
  if (sent.geodetic_altitude_m)
    out.push_back({"geodetic_altitude_m", sent_metres(*sent.geodetic_altitude_m)});
  if (sent.height_m) out.push_back({"height_m", sent_metres(*sent.height_m)});
  add(out, "seconds_of_hour", sent.seconds_of_hour);
  return out;
}

OdidContent location(const OdidAircraft& aircraft, double t_s, const std::optional<SceneTime>& start) {
  LocationValues values;
  values.version = aircraft.id.version;
  values.status = aircraft.status;
  values.position = position_at(aircraft, t_s);
  values.track_deg = aircraft.track_deg;
  values.speed_mps = aircraft.speed_mps;
  values.vertical_mps = aircraft.vertical_mps;
  values.geodetic_altitude_m = climbed(aircraft.altitude_m, aircraft, t_s);
  values.height_m = climbed(aircraft.height_m, aircraft, t_s);
  if (start) {
    const auto time = time_at(*start, t_s);
    const auto of_hour = time - std::chrono::floor<std::chrono::hours>(time);
    values.seconds_of_hour =
        static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(of_hour).count() / 100) / 10;
  }
  return {encode(values), {"location", location_truth(values)}};
}

OdidContent system(const OdidAircraft& aircraft, double t_s, const std::optional<SceneTime>& start) {
  SystemValues values;
  values.version = aircraft.id.version;
  values.operator_position = aircraft.operator_position;
  values.operator_altitude_m = aircraft.operator_altitude_m;
  if (start)
    values.timestamp_s =
        std::chrono::floor<std::chrono::seconds>(time_at(*start, t_s)).time_since_epoch().count();
  OdidContent out{encode(values), {"system", {}}};
  auto& fields = out.truth.fields;
  if (values.operator_position) add_sent_position(fields, "operator_", *values.operator_position);
  if (values.operator_altitude_m)
    fields.push_back({"operator_altitude_m", sent_metres(*values.operator_altitude_m)});
  if (values.timestamp_s) fields.push_back({"timestamp_s", *values.timestamp_s});
  return out;
}

// The pages are all of one set: their time is the scene's start.
void add_authentication(const OdidAircraft& aircraft, const std::optional<SceneTime>& start,
                        std::vector<OdidContent>& out) {
  AuthValues values = *aircraft.authentication;
  values.version = aircraft.id.version;
  if (start) values.timestamp_s = std::chrono::floor<std::chrono::seconds>(*start).time_since_epoch().count();
  std::int64_t page = 0;
  for (const OdidBytes& bytes : encode(values))
    out.push_back({bytes, {"authentication", {{"page", page++}}}});
}

AuthValues read_authentication(SceneObject config) {
  AuthValues out;
  out.auth_type = static_cast<std::uint8_t>(config.integer_or("auth_type", 1, kCode));
  out.data = config.bytes_or_empty("data_hex");
  out.parity = config.integer_or("parity", 0, {0, 1}) == 1;
  if (out.data.size() > 201) config.fail("data_hex", "201 bytes at most");
  config.finish();
  return out;
}

LatLon read_lat_lon(SceneObject place) {
  const LatLon out{place.number("lat_deg", kLatitude_deg), place.number("lon_deg", kLongitude_deg)};
  place.finish();
  return out;
}

}  // namespace

LatLon position_at(const OdidAircraft& aircraft, double t_s) {
  const double metres = aircraft.speed_mps.value_or(0) * t_s;
  const double track = aircraft.track_deg.value_or(0) * std::numbers::pi / 180;
  const double parallel = std::cos(aircraft.start.lat_deg * std::numbers::pi / 180);
  return {aircraft.start.lat_deg + metres * std::cos(track) / kMetresPerDegree,
          aircraft.start.lon_deg + metres * std::sin(track) / (kMetresPerDegree * parallel)};
}

OdidAircraft read_odid_aircraft(SceneObject config) {
  OdidAircraft out;
  const auto code = [&config](const char* key, std::uint8_t otherwise) {
    return static_cast<std::uint8_t>(config.integer_or(key, otherwise, kCode));
  };
  (void)config.text("id");  // may not be left out
  out.id = {code("version", 2), code("id_type", 1), code("ua_type", 2), short_text(config, "id", "", 20)};
  out.status = code("status", out.status);
  out.start = read_lat_lon(config.object("start"));
  out.altitude_m = config.optional_number("altitude_m", kAltitude_m);
  out.height_m = config.optional_number("height_m", kAltitude_m);
  out.speed_mps = config.optional_number("speed_mps", {0, 254.25});
  out.track_deg = config.optional_number("track_deg", {0, 360});
  out.vertical_mps = config.optional_number("vertical_mps", {-62, 62});
  if (auto place = config.optional_object("operator")) out.operator_position = read_lat_lon(*place);
  out.operator_altitude_m = config.optional_number("operator_altitude_m", kAltitude_m);
  out.self_id = short_text(config, "self_id", "", 23);
  out.operator_id = short_text(config, "operator_id", "", 20);
  if (auto pages = config.optional_object("authentication")) out.authentication = read_authentication(*pages);
  config.finish();
  return out;
}

std::vector<OdidContent> odid_messages(const OdidAircraft& aircraft, double t_s,
                                       const std::optional<SceneTime>& start) {
  std::vector<OdidContent> out{basic_id(aircraft), location(aircraft, t_s, start),
                               system(aircraft, t_s, start)};
  const std::uint8_t version = aircraft.id.version;
  if (!aircraft.self_id.empty())
    out.push_back({encode(SelfIdValues{version, 0, aircraft.self_id}),
                   {"self_id", {{"description", aircraft.self_id}}}});
  if (!aircraft.operator_id.empty())
    out.push_back({encode(OperatorIdValues{version, 0, aircraft.operator_id}),
                   {"operator_id", {{"operator_id", aircraft.operator_id}}}});
  if (aircraft.authentication) add_authentication(aircraft, start, out);
  return out;
}

}  // namespace windhover::synth
