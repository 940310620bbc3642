#include "gateway/dragonsync/aircraft_list.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "gateway/dragonsync/json_fields.hpp"
#include "gateway/naming.hpp"
#include "gateway/received.hpp"
#include "gateway/text.hpp"

namespace windhover::gateway::dragonsync {
namespace {

// DragonSync compares these texts whole.
constexpr const char* kSerialType = "Serial Number (ANSI/CTA-2063-A)";
constexpr const char* kRegistrationType = "CAA Assigned Registration ID";

struct Name {
  std::string_view ours, theirs;
};

// F3411 names of operational status as the older decoders write them.
constexpr std::array kStatus{
    Name{"on_ground", "Ground"},
    Name{"airborne", "Airborne"},
    Name{"emergency", "Emergency"},
    Name{"remote_id_failure", "Remote ID System Failure"},
};

// DJI's receiver sends none, and DragonSync tells DJI aircraft by that.
constexpr std::array kTransports{
    Name{"bluetooth_legacy", "BT4-Legacy"},
    Name{"bluetooth_coded_s8", "BT5-LR-Extended"},
    Name{"bluetooth_coded_s2", "BT5-LR-Extended"},
    Name{"bluetooth_1m_extended", "BT5-Extended"},
    Name{"wifi_beacon", "WiFi-Beacon"},
    Name{"wifi_probe_response", "WiFi-ProbeResponse"},
    Name{"wifi_nan", "WiFi-NAN"},
};

template <std::size_t N>
std::string_view theirs(const std::array<Name, N>& names, std::string_view ours) {
  const auto at =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.ours == ours; });
  return at == names.end() ? std::string_view{} : at->theirs;
}

void put_text(Json& json, const char* name, std::string_view text) {
  if (std::string clean = clean_text(text); !clean.empty()) json[name] = std::move(clean);
}

void put_bound(Json& json, const char* name, const std::optional<double>& bound, const char* unit) {
  if (bound) json[name] = std::string("<").append(number_text(*bound, 2)).append(" ").append(unit);
}

void put_item(Json& list, const char* name, Json&& item) {
  if (!item.empty()) list.push_back({{name, std::move(item)}});
}

Json basic_id(const Aircraft& aircraft, const ListContext& context) {
  Json json{{"id_type", kSerialType}, {"id", track_id(aircraft)}};
  if (const auto code = ua_type_code(aircraft.claimed.ua_type)) json["ua_type"] = *code;
  const HeardOn* heard = latest_transport(aircraft);
  if (heard == nullptr) return json;
  if (const auto dbm = rssi_dbm(*heard, context.full_scale_dbm)) json["RSSI"] = std::lround(*dbm);
  put_text(json, "transport", theirs(kTransports, heard->transport));
  if (heard->center_hz) json["frequency_mhz"] = *heard->center_hz / 1e6;
  put_text(json, "description", aircraft.claimed.model.value_or(""));
  return json;
}

// Comes after the serial number, which it would hide otherwise; DragonSync takes the type of aircraft from
// the last Basic ID alone.
Json registration_id(const Claimed& claimed) {
  Json json = Json::object();
  const std::string id = clean_text(claimed.registration.value_or(""));
  if (id.empty()) return json;
  json = {{"id_type", kRegistrationType}, {"id", id}};
  if (const auto code = ua_type_code(claimed.ua_type)) json["ua_type"] = *code;
  return json;
}

Json operator_id(const Claimed& claimed) {
  Json json = Json::object();
  const std::string id = clean_text(claimed.operator_id.value_or(""));
  if (!id.empty()) json = {{"operator_id_type", "Operator ID"}, {"operator_id", id}};
  return json;
}

void put_height(Json& json, const Motion& motion) {
  const auto& height_m = motion.height_m ? motion.height_m : motion.height_above_ground_m;
  if (!height_m) return;
  json["height_agl"] = *height_m;
  json["height_type"] = motion.height_m ? "Above Takeoff" : "AGL";
}

void put_direction(Json& json, const std::optional<double>& track_deg) {
  if (!track_deg) return;
  const long direction = std::lround(*track_deg) % 360;
  json["direction"] = direction;
  json["ew_dir_segment"] = direction < 180 ? "East" : "West";
}

Json location(const Motion& motion) {
  Json json = Json::object();
  if (!motion.position) return json;
  json["latitude"] = motion.position->lat_deg;
  json["longitude"] = motion.position->lon_deg;
  // DJI tells height above the sea only; its own receiver sends that here, too.
  put(json, "geodetic_altitude", motion.geodetic_altitude_m ? motion.geodetic_altitude_m : motion.altitude_m);
  put(json, "pressure_altitude", motion.pressure_altitude_m);
  put_height(json, motion);
  put(json, "speed", motion.speed_mps);
  put(json, "vert_speed", motion.v_up_mps);
  put_direction(json, motion.track_deg);
  put_text(json, "op_status", theirs(kStatus, motion.status.value_or("")));
  put_bound(json, "horizontal_accuracy", motion.horizontal_accuracy_m, "m");
  put_bound(json, "vertical_accuracy", motion.vertical_accuracy_m, "m");
  put_bound(json, "speed_accuracy", motion.speed_accuracy_mps, "m/s");
  return json;
}

Json alert_location(const ListContext& context) {
  return context.sensor ? sensor_location(*context.sensor) : Json::object();
}

// DragonSync reads latitude in a list and operator_lat in an object, others either.
Json system(const Claimed& claimed) {
  Json json = Json::object();
  if (claimed.pilot) {
    json["latitude"] = claimed.pilot->lat_deg;
    json["longitude"] = claimed.pilot->lon_deg;
    json["operator_lat"] = claimed.pilot->lat_deg;
    json["operator_lon"] = claimed.pilot->lon_deg;
  }
  if (claimed.home) {
    json["home_lat"] = claimed.home->lat_deg;
    json["home_lon"] = claimed.home->lon_deg;
  }
  return json;
}

Json self_id(const Aircraft& aircraft) {
  Json json = Json::object();
  if (is_alert(aircraft)) {
    json["text"] = aircraft.claimed.encrypted.value_or(false) ? "DJI encrypted DroneID (alert)"
                                                              : "DJI DroneID without identity (alert)";
    return json;
  }
  const Claimed& claimed = aircraft.claimed;
  put_text(json, "text", claimed.description.value_or(claimed.model.value_or("")));
  return json;
}

Json frequency(const Aircraft& aircraft) {
  Json json = Json::object();
  const HeardOn* heard = latest_transport(aircraft);
  if (heard != nullptr && heard->center_hz) json["frequency"] = *heard->center_hz / 1e6;
  return json;
}

}  // namespace

std::string aircraft_list(const Aircraft& aircraft, const ListContext& context) {
  Json list = Json::array();
  put_item(list, "Basic ID", basic_id(aircraft, context));
  put_item(list, "Operator ID Message", operator_id(aircraft.claimed));
  put_item(list, "Location/Vector Message",
           is_alert(aircraft) ? alert_location(context) : location(aircraft.claimed.motion));
  put_item(list, "Self-ID Message", self_id(aircraft));
  if (!is_alert(aircraft)) put_item(list, "System Message", system(aircraft.claimed));
  put_item(list, "Frequency Message", frequency(aircraft));
  put_item(list, "Basic ID", registration_id(aircraft.claimed));
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace windhover::gateway::dragonsync
