#include "sensor/remote_id_json.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "sensor/claimed_times.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

void put_anomalies(Json& json, const Anomalies& anomalies) {
  if (anomalies.empty()) return;
  Json names = Json::array();
  for (std::size_t i = 0; i < kAnomalies; ++i)
    if (anomalies.has(static_cast<Anomaly>(i))) names.push_back(to_string(static_cast<Anomaly>(i)));
  json["anomalies"] = std::move(names);
}

void put_time(Json& json, const std::optional<UtcTime>& time) {
  if (time) json["time"] = to_rfc3339(*time);
}

Json fields_of(const BasicId& basic, UtcTime) {
  Json json{{"version", basic.version},
            {"id_type", to_string(basic.id_type)},
            {"ua_type", to_string(basic.ua_type)}};
  put(json, "uas_id", basic.uas_id);
  put(json, "session_type", basic.session_type);
  put_anomalies(json, basic.anomalies);
  return json;
}

Json fields_of(const Location& location, UtcTime reception) {
  Json json{{"version", location.version}, {"status", to_string(location.status)}};
  put_fields(json, "", location.position);
  put(json, "track_deg", location.track_deg, kAngleDecimals);
  put(json, "speed_mps", location.speed_mps, kSpeedDecimals);
  if (location.speed_saturated) json["speed_saturated"] = true;
  put(json, "vertical_mps", location.vertical_mps, kSpeedDecimals);
  if (location.vertical_saturated) json["vertical_saturated"] = true;
  put(json, "pressure_altitude_m", location.pressure_altitude_m, kMetreDecimals);
  put(json, "geodetic_altitude_m", location.geodetic_altitude_m, kMetreDecimals);
  put(json, "height_m", location.height_m, kMetreDecimals);
  if (location.height_m) json["height_reference"] = to_string(location.height_reference);
  put(json, "horizontal_accuracy_m", location.horizontal_accuracy_m, kMetreDecimals);
  put(json, "vertical_accuracy_m", location.vertical_accuracy_m, kMetreDecimals);
  put(json, "pressure_accuracy_m", location.pressure_accuracy_m, kMetreDecimals);
  put(json, "speed_accuracy_mps", location.speed_accuracy_mps, kSpeedDecimals);
  put(json, "seconds_of_hour", location.seconds_of_hour, kSecondDecimals);
  put_time(json, claimed_time(location, reception));
  put(json, "time_accuracy_s", location.time_accuracy_s, kSecondDecimals);
  put_anomalies(json, location.anomalies);
  return json;
}

Json fields_of(const Authentication& page, UtcTime reception) {
  Json json{{"version", page.version}, {"auth_type", to_string(page.auth_type)}, {"page", page.page}};
  if (page.header) {
    json["last_page"] = page.header->last_page;
    json["length_bytes"] = page.header->length_bytes;
    put(json, "timestamp_s", page.header->timestamp_s);
    put_time(json, claimed_time(page.header->timestamp_s, reception));
  }
  json["data_hex"] = to_hex(page.data());
  return json;
}

Json fields_of(const SelfId& self, UtcTime) {
  Json json{{"version", self.version}, {"description_type", self.description_type}};
  put(json, "description", self.description);
  put_anomalies(json, self.anomalies);
  return json;
}

Json fields_of(const System& system, UtcTime reception) {
  Json json{{"version", system.version},
            {"operator_location_type", to_string(system.operator_location_type)}};
  put_fields(json, "operator_", system.operator_position);
  put(json, "operator_altitude_m", system.operator_altitude_m, kMetreDecimals);
  if (system.cgcs2000) json["datum"] = "cgcs2000";
  json["area_count"] = system.area_count;
  json["area_radius_m"] = system.area_radius_m;
  put(json, "area_ceiling_m", system.area_ceiling_m, kMetreDecimals);
  put(json, "area_floor_m", system.area_floor_m, kMetreDecimals);
  json["classification"] = to_string(system.classification);
  if (system.category) json["category"] = to_string(*system.category);
  put(json, "class", system.aircraft_class);
  put(json, "timestamp_s", system.timestamp_s);
  put_time(json, claimed_time(system.timestamp_s, reception));
  put_anomalies(json, system.anomalies);
  return json;
}

Json fields_of(const OperatorId& id, UtcTime) {
  Json json{{"version", id.version}, {"operator_id_type", id.operator_id_type}};
  put(json, "operator_id", id.operator_id);
  put_anomalies(json, id.anomalies);
  return json;
}

Json fields_of(const Gb46750& gb) {
  Json json{{"version_minor", gb.version_minor}};
  put(json, "product_id", gb.product_id);
  put(json, "registration", gb.registration);
  if (gb.category) json["category"] = to_string(*gb.category);
  if (gb.ua_class) json["class"] = to_string(*gb.ua_class);
  if (gb.station_type) json["station_type"] = to_string(*gb.station_type);
  put_fields(json, "station_", gb.station_position);
  put(json, "station_altitude_m", gb.station_altitude_m, kMetreDecimals);
  put_fields(json, "", gb.position);
  put(json, "track_deg", gb.track_deg, kAngleDecimals);
  put(json, "speed_mps", gb.speed_mps, kSpeedDecimals);
  put(json, "height_m", gb.height_m, kMetreDecimals);
  put(json, "vertical_mps", gb.vertical_mps, kSpeedDecimals);
  put(json, "geodetic_altitude_m", gb.geodetic_altitude_m, kMetreDecimals);
  put(json, "pressure_altitude_m", gb.pressure_altitude_m, kMetreDecimals);
  if (gb.status) json["status"] = to_string(*gb.status);
  if (gb.datum) json["datum"] = to_string(*gb.datum);
  put(json, "horizontal_accuracy_m", gb.horizontal_accuracy_m, kMetreDecimals);
  put(json, "vertical_accuracy_m", gb.vertical_accuracy_m, kMetreDecimals);
  put(json, "speed_accuracy_mps", gb.speed_accuracy_mps, kSpeedDecimals);
  put(json, "time_ms", gb.time_ms);
  put(json, "time_accuracy_code", gb.time_accuracy_code);
  if (gb.unknown_items > 0) json["unknown_items"] = gb.unknown_items;
  put_anomalies(json, gb.anomalies);
  return json;
}

Json fields_of(const FrenchId& french) {
  Json json{{"version", french.version}};
  put(json, "french_id", french.french_id);
  put(json, "serial", french.cta_2063_serial);
  put_fields(json, "", french.position);
  put(json, "altitude_m", french.altitude_m, kMetreDecimals);
  put(json, "height_m", french.height_m, kMetreDecimals);
  put_fields(json, "take_off_", french.take_off_position);
  put(json, "speed_mps", french.speed_mps, kSpeedDecimals);
  put(json, "track_deg", french.track_deg, kAngleDecimals);
  if (french.unknown_fields > 0) json["unknown_fields"] = french.unknown_fields;
  put_anomalies(json, french.anomalies);
  return json;
}

std::string_view type_of(const BasicId&) { return to_string(OdidType::basic_id); }
std::string_view type_of(const Location&) { return to_string(OdidType::location); }
std::string_view type_of(const Authentication&) { return to_string(OdidType::authentication); }
std::string_view type_of(const SelfId&) { return to_string(OdidType::self_id); }
std::string_view type_of(const System&) { return to_string(OdidType::system); }
std::string_view type_of(const OperatorId&) { return to_string(OdidType::operator_id); }

void put_messages(Json& json, const OdidMessage& message, UtcTime reception) {
  json["messages"].push_back(std::visit(
      [&](const auto& each) {
        return Json{{"type", type_of(each)}, {"fields", fields_of(each, reception)}};
      },
      message));
}

void put_messages(Json& json, const OdidPack& pack, UtcTime reception) {
  for (const OdidMessage& message : pack.messages) put_messages(json, message, reception);
  if (pack.rejects.total() > 0) json["messages_rejected"] = pack.rejects.total();
  put_anomalies(json, pack.anomalies);
}

void put_messages(Json& json, const Gb46750& gb, UtcTime) {
  json["messages"].push_back({{"type", "gb46750"}, {"fields", fields_of(gb)}});
}

void put_messages(Json&, const UnknownBody&, UtcTime) {}

}  // namespace

void put_remote_id(Json& json, const RemoteId& message, UtcTime reception) {
  json["counter"] = message.counter;
  json["messages"] = Json::array();
  std::visit([&](const auto& body) { put_messages(json, body, reception); }, message.body);
}

Json authentication_json(const AuthenticationSet& set, UtcTime reception) {
  Json json{{"version", set.version}, {"auth_type", to_string(set.auth_type)}};
  if (set.sam) {
    if (set.sam->type) json["method"] = to_string(*set.sam->type);
    json["method_code"] = set.sam->sent;
    json["well_formed"] = set.sam->well_formed;
  }
  put(json, "timestamp_s", set.timestamp_s);
  put_time(json, claimed_time(set.timestamp_s, reception));
  json["length_bytes"] = set.data.size();
  if (set.restored) json["restored"] = true;
  if (!set.one_round) json["one_round"] = false;
  return json;
}

void put_french_id(Json& json, const FrenchId& message) {
  json["messages"] = Json::array({{{"type", "french_id"}, {"fields", fields_of(message)}}});
}

}  // namespace windhover::sensor
