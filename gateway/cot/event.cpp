#include "gateway/cot/event.hpp"

#include <initializer_list>
#include <string_view>

#include "gateway/naming.hpp"
#include "gateway/received.hpp"
#include "gateway/text.hpp"

namespace windhover::gateway::cot {
namespace {

using std::chrono::seconds;

constexpr const char* kUnknown = "9999999.0";  // TAK's word for an unknown height or error
constexpr const char* kMarker = "b-m-p-s-m";
constexpr const char* kSpot = "b-m-p-s-s";
constexpr const char* kSensor = "a-f-G-E-S";
constexpr const char* kPilotIcon = "com.atakmap.android.maps.public/Civilian/Person.png";
constexpr const char* kHomeIcon = "com.atakmap.android.maps.public/Civilian/House.png";
constexpr int kDegreeDecimals = 8;

struct Attribute {
  std::string_view name;
  std::string value;  ///< plain; left out if empty
};

std::string element(std::string_view name, std::initializer_list<Attribute> attributes,
                    std::string_view content = {}) {
  std::string xml = "<";
  xml += name;
  for (const auto& [key, value] : attributes) {
    const std::string text = xml_text(value);
    if (!text.empty()) xml.append(" ").append(key).append("=\"").append(text).append("\"");
  }
  if (content.empty()) return xml + "/>";
  return xml.append(">").append(content).append("</").append(name).append(">");
}

struct Point {
  Place at;
  std::optional<double> hae_m, ce_m, le_m;
};

std::string metres(const std::optional<double>& value) {
  return value ? number_text(*value, 2) : std::string(kUnknown);
}

std::string point_element(const Point& where) {
  return element("point", {{"lat", number_text(where.at.lat_deg, kDegreeDecimals)},
                           {"lon", number_text(where.at.lon_deg, kDegreeDecimals)},
                           {"hae", metres(where.hae_m)},
                           {"ce", metres(where.ce_m)},
                           {"le", metres(where.le_m)}});
}

struct Subject {
  std::string uid, type;
  seconds stale_after;
};

UtcTime heard_at(const Report& report) {
  return report.time -
         std::chrono::duration_cast<UtcTime::duration>(std::chrono::duration<double>(report.age_s));
}

std::string event(const Subject& subject, const Report& report, const Point& where,
                  const std::string& detail) {
  const UtcTime heard = heard_at(report);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         element("event",
                 {{"version", "2.0"},
                  {"uid", subject.uid},
                  {"type", subject.type},
                  {"how", "m-g"},
                  {"time", utc_text(report.time)},
                  {"start", utc_text(heard)},
                  {"stale", utc_text(heard + subject.stale_after)}},
                 point_element(where) + element("detail", {}, detail));
}

std::string contact(const std::string& callsign) { return element("contact", {{"callsign", callsign}}); }
std::string remarks(const std::string& text) { return element("remarks", {}, xml_text(text)); }

/// Adds "name value unit" to remarks.
void tell(std::string& text, std::string_view name, std::string_view value, std::string_view unit = {}) {
  if (value.empty()) return;
  if (!text.empty()) text += "; ";
  text.append(name).append(" ").append(value).append(unit);
}
void tell_if(std::string& text, std::string_view name, const std::optional<std::string>& value) {
  if (value) tell(text, name, *value);
}
void tell_if(std::string& text, std::string_view name, const std::optional<double>& value,
             std::string_view unit) {
  if (value) tell(text, name, number_text(*value, 2), unit);
}

bool speaks_against(const Reason& reason) {
  return reason.severity == "warning" || reason.severity == "critical";
}

std::string aircraft_remarks(const Aircraft& aircraft) {
  const Claimed& claimed = aircraft.claimed;
  std::string text;
  if (is_alert(aircraft)) text = "DroneID that tells no place, shown at the sensor";
  tell_if(text, "model", claimed.model);
  tell_if(text, "serial", claimed.serial);
  tell_if(text, "registration", claimed.registration);
  tell_if(text, "session", claimed.session_id ? claimed.session_id : claimed.utm_id);
  tell_if(text, "operator", claimed.operator_id);
  tell_if(text, "says", claimed.description);
  tell_if(text, "height above take-off", claimed.motion.height_m, " m");
  tell_if(text, "height above ground", claimed.motion.height_above_ground_m, " m");
  tell_if(text, "altitude above mean sea level", claimed.motion.altitude_m, " m");
  tell_if(text, "climb", claimed.motion.v_up_mps, " m/s");
  tell_if(text, "status", claimed.motion.status);
  text += aircraft.authenticated ? "; identity signed" : "; claims are not verified";
  // The weightiest alone: an event has to fit in a datagram.
  if (!aircraft.reasons.empty() && speaks_against(aircraft.reasons.front()))
    tell(text, "doubt:", aircraft.reasons.front().text);
  return text;
}

// What TAK passes on without a meaning of its own.
std::string cuas(const Aircraft& aircraft, const Report& report) {
  const HeardOn* heard = latest_transport(aircraft);
  if (heard == nullptr) return element("__cuas", {{"sensor_id", report.kit}});
  const auto text = [](const std::optional<double>& value) {
    return value ? number_text(*value, 1) : std::string();
  };
  return element("__cuas", {{"sensor_id", report.kit},
                            {"type", heard->transport},
                            {"frequency_hz", text(heard->center_hz)},
                            {"rssi", text(rssi_dbm(*heard, report.full_scale_dbm))},
                            {"snr_db", text(heard->snr_db)}});
}

std::string type_of(const Aircraft& aircraft, const AircraftTypes& types) {
  const std::string name = aircraft.claimed.ua_type.value_or("");
  return name == "aeroplane" || name == "glider" ? types.fixed_wing : types.rotorcraft;
}

std::optional<Point> place_of(const Aircraft& aircraft, const Report& report) {
  const Motion& motion = aircraft.claimed.motion;
  if (motion.position)
    return Point{*motion.position, motion.geodetic_altitude_m, motion.horizontal_accuracy_m,
                 motion.vertical_accuracy_m};
  if (!is_alert(aircraft) || !report.sensor) return std::nullopt;
  return Point{{report.sensor->lat_deg, report.sensor->lon_deg}, {}, {}, {}};
}

std::string track(const Motion& motion) {
  if (!motion.track_deg && !motion.speed_mps) return {};
  const auto text = [](const std::optional<double>& value) {
    return value ? number_text(*value, 2) : std::string();
  };
  return element("track", {{"course", text(motion.track_deg)}, {"speed", text(motion.speed_mps)}});
}

// How the place came about. An alert's is not the aircraft's.
std::string precision(const Aircraft& aircraft) {
  const Motion& motion = aircraft.claimed.motion;
  if (!motion.position) return {};
  return element("precisionlocation",
                 {{"geopointsrc", "GPS"}, {"altsrc", motion.geodetic_altitude_m ? "GPS" : "???"}});
}

struct Companion {
  std::string uid;
  const char* icon;
  std::string words;
  Place at;
  std::optional<double> hae_m;
};

std::string companion_event(const Companion& companion, const Aircraft& aircraft, const Report& report) {
  const std::string detail =
      contact(companion.uid) +
      element(
          "link",
          {{"uid", track_uid(aircraft)}, {"type", type_of(aircraft, report.types)}, {"relation", "p-p"}}) +
      element("usericon", {{"iconsetpath", companion.icon}}) + remarks(companion.words);
  return event({companion.uid, kMarker, kStale}, report, {companion.at, companion.hae_m, {}, {}}, detail);
}

Companion pilot_of(const Aircraft& aircraft) {
  const bool is_take_off = aircraft.claimed.pilot_location == "take_off";
  return {pilot_uid(aircraft), kPilotIcon,
          (is_take_off ? "Take-off place, told as the pilot's, of " : "Pilot of ") + track_uid(aircraft),
          *aircraft.claimed.pilot, aircraft.claimed.pilot_altitude_m};
}

}  // namespace

std::vector<std::string> aircraft_events(const Aircraft& aircraft, const Report& report) {
  std::vector<std::string> events;
  if (const auto place = place_of(aircraft, report)) {
    const std::string uid = track_uid(aircraft);
    const std::string detail = contact(uid) + track(aircraft.claimed.motion) + precision(aircraft) +
                               remarks(aircraft_remarks(aircraft)) + cuas(aircraft, report);
    events.push_back(event({uid, type_of(aircraft, report.types), kStale}, report, *place, detail));
  }
  if (is_alert(aircraft)) return events;
  if (aircraft.claimed.pilot) events.push_back(companion_event(pilot_of(aircraft), aircraft, report));
  if (aircraft.claimed.home)
    events.push_back(companion_event(
        {home_uid(aircraft), kHomeIcon, "Home of " + track_uid(aircraft), *aircraft.claimed.home, {}},
        aircraft, report));
  return events;
}

std::optional<std::string> signal_event(const Link& link, const Report& report) {
  if (!report.sensor) return std::nullopt;
  std::string text = "heard at the sensor, where it is shown; its own place is not known";
  tell(text, "kind", link.kind);
  tell_if(text, "of", link.aircraft);
  tell_if(text, "looks like", link.hint);
  tell_if(text, "since", link.reason);
  tell(text, "centre", number_text(*link.center_hz / 1e6, 3), " MHz");
  tell_if(text, "SNR", link.snr_db, " dB");
  const std::string uid = signal_uid(link);
  return event({uid, kSpot, kStale}, report, {{report.sensor->lat_deg, report.sensor->lon_deg}, {}, {}, {}},
               contact(uid) + remarks(text));
}

std::optional<std::string> sensor_event(const std::string& health, const Report& report) {
  if (!report.sensor) return std::nullopt;
  const std::string uid = sensor_uid(report.kit);
  return event({uid, kSensor, kSensorStale}, report,
               {{report.sensor->lat_deg, report.sensor->lon_deg}, report.sensor->hae_m, {}, {}},
               contact(uid) + remarks(health));
}

}  // namespace windhover::gateway::cot
