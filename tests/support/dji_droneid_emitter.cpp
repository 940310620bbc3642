// Scene emitter "dji_droneid": an aircraft on a path, an aircraft that encrypts, or any packet given in
// hexadecimal, as OcuSync bursts every 0.64 s.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/emitters.hpp"

namespace windhover::synth {
namespace {

constexpr double kInterval_s = 0.64;

/// A packet and what a receiver should read from it.
struct DroneIdContent {
  std::vector<std::uint8_t> packet;
  std::vector<TruthField> fields;
};

/// The packet of the n-th burst.
using DroneIdContentSource = std::function<DroneIdContent(std::size_t n, double t_s)>;

struct Waypoint {
  double t_s, lat_deg, lon_deg, height_m;
  std::optional<double> yaw_deg;
};

struct Aircraft {
  DroneIdTelemetry constant;  ///< what does not change in flight; sequence is the first one
  double takeoff_altitude_m = 0;
  double sequence_step_s = 1;
  std::vector<Waypoint> path;
  std::size_t licence_every = 0;  ///< 0: never
  std::string licence_id, purpose;
};

struct MotionSample {
  double lat_deg, lon_deg, height_m, v_north_mps, v_east_mps, v_up_mps, yaw_deg;
};

MotionSample motion_at(const std::vector<Waypoint>& path, double t_s) {
  const auto after = std::ranges::find_if(path, [t_s](const Waypoint& w) { return w.t_s > t_s; });
  if (after == path.begin() || after == path.end()) {
    const Waypoint& at = after == path.begin() ? path.front() : path.back();
    return {at.lat_deg, at.lon_deg, at.height_m, 0, 0, 0, at.yaw_deg.value_or(0)};
  }
  const Waypoint &a = *(after - 1), &b = *after;
  const double span_s = b.t_s - a.t_s, part = (t_s - a.t_s) / span_s;
  MotionSample out{std::lerp(a.lat_deg, b.lat_deg, part),
                   std::lerp(a.lon_deg, b.lon_deg, part),
                   std::lerp(a.height_m, b.height_m, part),
                   0,
                   0,
                   (b.height_m - a.height_m) / span_s,
                   0};
  out.v_north_mps = (b.lat_deg - a.lat_deg) * kMetresPerDegree / span_s;
  out.v_east_mps =
      (b.lon_deg - a.lon_deg) * kMetresPerDegree * std::cos(out.lat_deg * std::numbers::pi / 180) / span_s;
  const double course_deg = std::atan2(out.v_east_mps, out.v_north_mps) * 180 / std::numbers::pi;
  out.yaw_deg = a.yaw_deg.value_or(course_deg);
  return out;
}

std::int16_t scaled16(double value, double per_unit) {
  return static_cast<std::int16_t>(std::clamp<long>(std::lround(value * per_unit), -32768, 32767));
}

/// Degrees as the packet carries them, to the eighth place.
double truth_degrees(std::int32_t coordinate) { return std::round(droneid_degrees(coordinate) * 1e8) / 1e8; }

void add_droneid_position(std::vector<TruthField>& fields, const std::string& prefix, std::int32_t lat,
                          std::int32_t lon) {
  if (lat == 0 && lon == 0) return;
  fields.push_back({prefix + "lat_deg", truth_degrees(lat)});
  fields.push_back({prefix + "lon_deg", truth_degrees(lon)});
}

std::vector<TruthField> telemetry_truth(const DroneIdTelemetry& t) {
  const auto integer = [](auto value) { return static_cast<std::int64_t>(value); };
  std::vector<TruthField> fields{{"length", integer(0x58)},
                                 {"kind", integer(0x10)},
                                 {"version", integer(2)},
                                 {"sequence", integer(t.sequence)},
                                 {"state_info", integer(t.state_info)},
                                 {"serial", t.serial}};
  add_droneid_position(fields, "", t.lat, t.lon);
  fields.push_back({"altitude_raw", integer(t.altitude)});
  fields.push_back({"altitude_m", static_cast<double>(t.altitude)});
  fields.push_back({"height_raw", integer(t.height)});
  fields.push_back({"height_m", t.height / 10.0});
  fields.push_back({"v_north_mps", t.v_north / 100.0});
  fields.push_back({"v_east_mps", t.v_east / 100.0});
  fields.push_back({"v_up_mps", t.v_up / 100.0});
  fields.push_back({"yaw_deg", t.yaw / 100.0});
  if (t.time_ms != 0) fields.push_back({"time_ms", integer(t.time_ms)});
  add_droneid_position(fields, "pilot_", t.pilot_lat, t.pilot_lon);
  add_droneid_position(fields, "home_", t.home_lat, t.home_lon);
  if (t.product_type != 0) fields.push_back({"product_type", integer(t.product_type)});
  if (!t.uuid.empty()) {
    fields.push_back({"uuid_length", integer(t.uuid.size())});
    fields.push_back({"uuid", t.uuid});
  }
  return fields;
}

/// A new message comes with each sequence number; bursts in between repeat it. A step of 0 makes each its
/// own.
DroneIdContent telemetry_content(const Aircraft& aircraft, const EmitterContext& context, std::size_t n,
                                 double t_s) {
  const double steps =
      aircraft.sequence_step_s > 0 ? std::floor(t_s / aircraft.sequence_step_s) : static_cast<double>(n);
  const double message_s = aircraft.sequence_step_s > 0 ? steps * aircraft.sequence_step_s : t_s;
  const MotionSample motion = motion_at(aircraft.path, message_s);
  DroneIdTelemetry t = aircraft.constant;
  t.sequence = static_cast<std::uint16_t>(t.sequence + static_cast<std::uint64_t>(steps));
  t.lat = droneid_coordinate(motion.lat_deg);
  t.lon = droneid_coordinate(motion.lon_deg);
  t.altitude = scaled16(aircraft.takeoff_altitude_m + motion.height_m, 1);
  t.height = scaled16(motion.height_m, 10);
  t.v_north = scaled16(motion.v_north_mps, 100);
  t.v_east = scaled16(motion.v_east_mps, 100);
  t.v_up = scaled16(motion.v_up_mps, 100);
  t.yaw = scaled16(motion.yaw_deg, 100);
  if (context.start) {
    const auto start_ms =
        std::chrono::floor<std::chrono::milliseconds>(context.start->time_since_epoch()).count();
    t.time_ms = static_cast<std::uint64_t>(start_ms + 1000 * static_cast<std::int64_t>(message_s));
  }
  return {droneid_telemetry_packet(t), telemetry_truth(t)};
}

DroneIdContent licence_content(const Aircraft& aircraft) {
  DroneIdContent out{
      droneid_licence_packet(aircraft.constant.serial, aircraft.licence_id, aircraft.purpose),
      {{"length", std::int64_t{0x8d}}, {"kind", std::int64_t{0x11}}, {"serial", aircraft.constant.serial}}};
  if (!aircraft.licence_id.empty()) out.fields.push_back({"licence_id", aircraft.licence_id});
  if (!aircraft.purpose.empty()) out.fields.push_back({"purpose", aircraft.purpose});
  return out;
}

void read_droneid_place(SceneObject& config, const std::string& key, std::int32_t& lat, std::int32_t& lon) {
  auto place = config.optional_object(key);
  if (!place) return;
  lat = droneid_coordinate(place->number("lat_deg", kLatitude_deg));
  lon = droneid_coordinate(place->number("lon_deg", kLongitude_deg));
  place->finish();
}

std::vector<Waypoint> read_path(SceneObject& config) {
  std::vector<Waypoint> path;
  for (auto& point : config.objects("path")) {
    path.push_back({point.number("t_s"), point.number("lat_deg", kLatitude_deg),
                    point.number("lon_deg", kLongitude_deg), point.number("height_m", {-500, 10'000}),
                    point.optional_number("yaw_deg", {-180, 180})});
    if (path.size() > 1 && path.back().t_s <= path[path.size() - 2].t_s)
      point.fail("t_s", "later than that of the point before");
    point.finish();
  }
  return path;
}

Aircraft read_aircraft(SceneObject config) {
  Aircraft out;
  DroneIdTelemetry& t = out.constant;
  (void)config.text("serial");  // the one text that may not be left out
  t.serial = short_text(config, "serial", "", 16);
  t.product_type = static_cast<std::uint8_t>(config.integer("product_type", {0, 255}));
  t.uuid = short_text(config, "uuid", "", 20);
  t.sequence = static_cast<std::uint16_t>(config.integer_or("sequence", 0, {0, 65535}));
  t.state_info = static_cast<std::uint16_t>(config.integer_or("state_info", t.state_info, {0, 65535}));
  read_droneid_place(config, "pilot", t.pilot_lat, t.pilot_lon);
  read_droneid_place(config, "home", t.home_lat, t.home_lon);
  out.sequence_step_s = config.number_or("sequence_step_s", 1, {0, 1e6});
  out.takeoff_altitude_m = config.number_or("takeoff_altitude_m", 0, {-500, 10'000});
  out.path = read_path(config);
  if (auto licence = config.optional_object("licence")) {
    out.licence_every = static_cast<std::size_t>(licence->integer("every", {1, 1e9}));
    out.licence_id = short_text(*licence, "id", "", 10);
    out.purpose = short_text(*licence, "purpose", "", 112);
    licence->finish();
  }
  config.finish();
  return out;
}

DroneIdContentSource aircraft_source(SceneObject& config, const EmitterContext& context) {
  return [aircraft = read_aircraft(config.object("aircraft")), context](std::size_t n, double t_s) {
    const bool licence =
        aircraft.licence_every > 0 && n % aircraft.licence_every == aircraft.licence_every - 1;
    return licence ? licence_content(aircraft) : telemetry_content(aircraft, context, n, t_s);
  };
}

DroneIdContentSource encrypted_source(SceneObject& config, const EmitterContext& context) {
  auto shell = config.object("encrypted");
  const std::string hash_text = shell.text("session_hash");
  const auto hash = shell.bytes_or_empty("session_hash");
  if (hash.size() != 4) shell.fail("session_hash", "eight hexadecimal digits");
  shell.finish();
  return [hash, hash_text, seed = context.seed](std::size_t n, double) {
    constexpr std::size_t kCiphertextBytes = 109;
    Random random(seed, 1000 + n);
    std::array<std::uint8_t, 8> nonce{};
    std::vector<std::uint8_t> ciphertext(kCiphertextBytes);
    for (auto& byte : nonce) byte = static_cast<std::uint8_t>(random.next());
    for (auto& byte : ciphertext) byte = static_cast<std::uint8_t>(random.next());
    return DroneIdContent{droneid_infp_packet(std::span<const std::uint8_t, 4>(hash), nonce, ciphertext),
                          {{"length", std::int64_t{0x87}},
                           {"kind", std::int64_t{0x10}},
                           {"marker", std::string("INFP")},
                           {"session_hash", hash_text},
                           {"ciphertext_bytes", std::int64_t{kCiphertextBytes}}}};
  };
}

DroneIdContentSource hex_source(SceneObject& config) {
  const auto packet = config.bytes_or_empty("payload_hex");
  if (packet.empty() || packet.size() > 173)
    config.fail("payload_hex", "1 to 173 bytes in hexadecimal digits");
  return [packet](std::size_t, double) { return DroneIdContent{packet, {}}; };
}

DroneIdContentSource read_content(SceneObject& config, const EmitterContext& context) {
  if (config.has("aircraft") + config.has("encrypted") + config.has("payload_hex") != 1)
    config.fail("aircraft", "given, or encrypted or payload_hex in its place, but only one of them");
  if (config.has("aircraft")) return aircraft_source(config, context);
  if (config.has("encrypted")) return encrypted_source(config, context);
  return hex_source(config);
}

}  // namespace

void plan_dji_droneid(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const auto variant = config.integer_or("variant", 9, {8, 9}) == 9 ? DroneIdVariant::nine_symbols
                                                                    : DroneIdVariant::eight_symbols;
  const Schedule schedule = read_schedule(config, context, kInterval_s);
  const Radio radio = read_radio(config, context);
  const DroneIdContentSource content = read_content(config, context);
  const auto stale = config.bytes_or_empty("stale_hex");
  config.finish();

  const Waveform sample = modulate_droneid(transport_block({}), variant);
  Random random(context.seed);
  for (std::size_t n = 0; n < schedule.starts_s.size(); ++n) {
    const Place place{schedule.starts_s[n], schedule.carriers[n], sample.duration_s(),
                      sample.noise_bandwidth};
    Transmission burst = transmission(radio, place, context, random);
    auto [packet, fields] = content(n, burst.start_s);
    burst.protocol = "dji_droneid";
    burst.transport = "ocusync";
    burst.waveform = [block = transport_block(packet, stale), variant] {
      return modulate_droneid(block, variant);
    };
    burst.payload = std::move(packet);
    burst.fields = std::move(fields);
    out.push_back(std::move(burst));
  }
}

}  // namespace windhover::synth
