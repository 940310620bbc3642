#include "gateway/feed_parser.hpp"

#include <algorithm>
#include <utility>

#include "gateway/json_members.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::gateway {
namespace {

// Wider than anything that flies, so that only nonsense is refused.
constexpr Range kAltitude_m{-2000, 100'000};
constexpr Range kAccuracy{0, 100'000};
constexpr Range kSpeed_mps{0, 1000};
constexpr Range kClimb_mps{-1000, 1000};
constexpr Range kAngle_deg{0, 360};
constexpr Range kFrequency_hz{0, 1e12};
constexpr Range kLevel_db{-300, 300};
constexpr Range kLag_s{0, 1e6};
constexpr Range kDuty{0, 1000};  // frames of one account may overlap

// Ids end topics: printable, in one part.
bool is_id(const std::string& id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~' && c != '.'; });
}

Motion read_motion(const Members& claimed) {
  Motion motion;
  motion.position = claimed.place("position");
  motion.height_m = claimed.number("height_m", kAltitude_m);
  motion.height_above_ground_m = claimed.number("height_above_ground_m", kAltitude_m);
  motion.altitude_m = claimed.number("altitude_m", kAltitude_m);
  motion.geodetic_altitude_m = claimed.number("geodetic_altitude_m", kAltitude_m);
  motion.pressure_altitude_m = claimed.number("pressure_altitude_m", kAltitude_m);
  motion.horizontal_accuracy_m = claimed.number("horizontal_accuracy_m", kAccuracy);
  motion.vertical_accuracy_m = claimed.number("vertical_accuracy_m", kAccuracy);
  motion.speed_accuracy_mps = claimed.number("speed_accuracy_mps", kAccuracy);
  motion.v_up_mps = claimed.number("v_up_mps", kClimb_mps);
  motion.speed_mps = claimed.number("speed_mps", kSpeed_mps);
  motion.track_deg = claimed.number("track_deg", kAngle_deg);
  motion.status = claimed.text("status");
  motion.in_air = claimed.flag("in_air");
  return motion;
}

Claimed read_claimed(const Members& members) {
  Claimed claimed;
  claimed.serial = members.text("serial");
  claimed.session_hash = members.text("session_hash");
  claimed.maker = members.text("maker");
  claimed.model = members.text("model");
  claimed.uuid = members.text("uuid");
  claimed.registration = members.text("registration");
  claimed.utm_id = members.text("utm_id");
  claimed.session_id = members.text("session_id");
  claimed.operator_id = members.text("operator_id");
  claimed.description = members.text("description");
  claimed.ua_type = members.text("ua_type");
  claimed.category = members.text("category");
  claimed.aircraft_class = members.text("class");
  claimed.encrypted = members.flag("encrypted");
  claimed.motion = read_motion(members);
  claimed.pilot = members.place("pilot");
  claimed.home = members.place("home");
  claimed.pilot_location = members.text("pilot_location");
  claimed.pilot_altitude_m = members.number("pilot_altitude_m", kAltitude_m);
  return claimed;
}

HeardOn read_transport(const Members& members) {
  HeardOn heard;
  heard.protocol = members.text("protocol").value_or("");
  heard.transport = members.text("transport").value_or("");
  heard.frames = members.count("frames");
  heard.last_heard = members.time("last_heard");
  heard.center_hz = members.number("center_hz", kFrequency_hz);
  heard.snr_db = members.number("snr_db", kLevel_db);
  heard.rssi_dbfs = members.number("rssi_dbfs", kLevel_db);
  heard.rssi_dbm = members.number("rssi_dbm", kLevel_db);
  return heard;
}

State read_state(const Members& members) {
  const std::string state = members.text("state").value_or("");
  if (state == "gone") return State::gone;
  return state == "fading" ? State::fading : State::alive;
}

std::optional<Body> read_aircraft(const Members& members) {
  Aircraft aircraft;
  aircraft.id = members.text("id").value_or("");
  if (!is_id(aircraft.id)) return std::nullopt;
  aircraft.same_as = members.text("same_as").value_or("");
  aircraft.state = read_state(members);
  aircraft.claimed = read_claimed(members.object("claimed"));
  const Members measured = members.object("measured");
  aircraft.first_heard = measured.time("first_heard");
  aircraft.last_heard = measured.time("last_heard");
  aircraft.frames = measured.count("frames");
  measured.for_each("transports",
                    [&](const Members& each) { aircraft.transports.push_back(read_transport(each)); });
  const Members trust = members.object("trust");
  aircraft.authenticated = trust.flag("authenticated").value_or(false);
  trust.for_each("reasons", [&](const Members& each) {
    aircraft.reasons.push_back(
        {each.text("kind").value_or(""), each.text("severity").value_or(""), each.text("text").value_or("")});
  });
  return aircraft;
}

std::optional<Body> read_link(const Members& members) {
  Link link;
  link.id = members.text("id").value_or("");
  link.kind = members.text("kind").value_or("");
  if (!is_id(link.id) || !is_id(link.kind)) return std::nullopt;
  link.state = read_state(members);
  link.role = members.text("role");
  link.aircraft = members.object("aircraft").text("id");
  const Members hint = members.object("hint");
  link.hint = hint.text("what");
  link.reason = hint.text("reason");
  const Members rf = members.object("rf");
  link.center_hz = rf.number("center_hz", kFrequency_hz);
  link.bandwidth_hz = rf.number("bandwidth_hz", kFrequency_hz);
  link.rssi_dbfs = rf.number("rssi_dbfs", kLevel_db);
  link.rssi_dbm = rf.number("rssi_dbm", kLevel_db);
  link.snr_db = rf.number("snr_db", kLevel_db);
  link.duty = members.number("duty", kDuty);
  link.last_heard = members.time("last_heard");
  return link;
}

std::optional<Body> read_alert(const Members& members) {
  Alert alert;
  alert.id = members.text("id").value_or("");
  if (!is_id(alert.id)) return std::nullopt;
  alert.category = members.text("category").value_or("");
  alert.severity = members.text("severity").value_or("");
  alert.raised = members.text("state") != "cleared";
  alert.since = members.time("since");
  alert.aircraft = members.text("aircraft");
  alert.text = members.text("text").value_or("");
  return alert;
}

std::optional<SensorPosition> read_position(const Members& status) {
  const auto at = status.place("position");
  if (!at) return std::nullopt;
  return SensorPosition{at->lat_deg, at->lon_deg,
                        status.object("position").number("altitude_m", kAltitude_m)};
}

void add_stream(Status& status, const Members& stream) {
  status.samples += stream.count("samples");
  status.gaps += stream.count("gaps");
  status.lost_samples += stream.count("lost_samples");
  status.saturated_samples += stream.count("saturated_samples");
  for (const auto& [stage, count] : stream.counts("drops")) status.drops[stage] += count;
  const Members live = stream.object("live");
  for (const auto& [thread, load] : live.shares("thread_load")) {
    double& most = status.thread_load[thread];
    most = std::max(most, load);
  }
  const auto lag_s = live.number("lag_s", kLag_s);
  if (lag_s) status.lag_s = std::max(*lag_s, status.lag_s.value_or(*lag_s));
}

// Of several devices the body itself tells the first, which is among them.
void add_streams(Status& status, const Members& members) {
  bool has_several = false;
  members.for_each("devices", [&](const Members& device) {
    add_stream(status, device);
    has_several = true;
  });
  if (!has_several) add_stream(status, members);
}

std::optional<Body> read_status(const Members& members) {
  Status status;
  status.version = members.text("version").value_or("");
  status.position = read_position(members);
  add_streams(status, members);
  status.frames = members.counts("frames");
  status.rejects = members.nested_counts("rejects");
  status.aircraft = members.count("aircraft");
  status.aircraft_evicted = members.count("aircraft_evicted");
  const Members live = members.object("live");
  for (const auto& [kind, count] : live.object("feed").counts("full_queues")) status.full_queues += count;
  return status;
}

std::optional<Head> read_head(const Members& members) {
  const auto type = members.text("type"), sensor = members.text("sensor"), boot = members.text("boot");
  const auto time = members.time("time");
  const std::uint64_t seq = members.count("seq");
  if (!type || !sensor || !boot || !time || seq == 0) return std::nullopt;
  return Head{*type, *sensor, *boot, seq, *time};
}

std::optional<Body> read_body(const std::string& type, const Members& members, ParseCounts& counts) {
  if (type == "aircraft") return read_aircraft(members);
  if (type == "link") return read_link(members);
  if (type == "alert") return read_alert(members);
  if (type == "status") return read_status(members);
  ++counts.unknown_kinds;
  return Body{};
}

std::optional<Message> read_message(const Json& json, ParseCounts& counts) {
  if (!json.is_object() || !json.contains("v") || json["v"] != sensor::kFeedSchema) return std::nullopt;
  const Members members(json, counts.wrong_fields);
  auto head = read_head(members);
  if (!head) return std::nullopt;
  auto body = read_body(head->type, members, counts);
  if (!body) return std::nullopt;
  return Message{std::move(*head), std::move(*body)};
}

}  // namespace

std::optional<Message> parse_message(std::string_view text, ParseCounts& counts) {
  std::optional<Message> message;
  if (text.size() <= kMostBodyBytes)
    message = read_message(Json::parse(text, nullptr, /*allow_exceptions=*/false), counts);
  if (!message) ++counts.garbled;
  return message;
}

}  // namespace windhover::gateway
