#include "sensor/claims.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <variant>

#include "decoders/messages/cta_2063.hpp"
#include "sensor/claimed_times.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

// state_info, section 2.4 of the specification sheet; bits 2 and 3 contradict the data of known models.
constexpr unsigned kMotorsOnBit = 1U << 4U;
constexpr unsigned kInAirBit = 1U << 5U;

// Below this a course over ground is noise of the last digit.
constexpr double kLeastSpeedForTrack_mps = 0.1;

std::optional<double> finite(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<Position> finite(const std::optional<DjiPosition>& at) {
  if (!at || !std::isfinite(at->lat_deg) || !std::isfinite(at->lon_deg)) return std::nullopt;
  return Position{at->lat_deg, at->lon_deg};
}

void derive_course(Claims& claims) {
  if (!claims.v_north_mps || !claims.v_east_mps) return;
  claims.speed_mps = std::hypot(*claims.v_north_mps, *claims.v_east_mps);
  if (*claims.speed_mps < kLeastSpeedForTrack_mps) return;
  const double track_deg = std::atan2(*claims.v_east_mps, *claims.v_north_mps) * 180 / std::numbers::pi;
  claims.track_deg = track_deg < 0 ? track_deg + 360 : track_deg;
}

void add(Claims& claims, const DjiTelemetry& telemetry) {
  claims.serial = telemetry.serial;
  claims.uuid = telemetry.uuid;
  if (telemetry.product_type) {
    const std::string_view name = dji_product_name(*telemetry.product_type);
    claims.model = name.empty() ? "DJI type " + std::to_string(*telemetry.product_type) : std::string(name);
  }
  claims.position = finite(telemetry.position);
  claims.height_m = finite(telemetry.height_m);
  claims.altitude_m = finite(telemetry.altitude_m);
  claims.v_north_mps = finite(telemetry.v_north_mps);
  claims.v_east_mps = finite(telemetry.v_east_mps);
  claims.v_up_mps = finite(telemetry.v_up_mps);
  claims.yaw_deg = finite(telemetry.yaw_deg);
  claims.pilot = finite(telemetry.pilot);
  claims.home = finite(telemetry.home);
  claims.motors_on = (telemetry.state_info & kMotorsOnBit) != 0;
  claims.in_air = (telemetry.state_info & kInAirBit) != 0;
  derive_course(claims);
}

void add(Claims& claims, const DjiLicence& licence) {
  claims.serial = licence.serial;
  claims.licence_id = licence.licence_id;
  claims.purpose = licence.purpose;
}

void add(Claims& claims, const DjiEncrypted& shell) {
  claims.session_hash = session_text(shell);
  claims.encrypted = true;
}

void add(Claims&, const DjiUnknownKind&) {}

void add_serial(Claims& claims, const std::string& serial) {
  claims.serial = serial;
  if (const auto maker = serial_maker(serial); !maker.empty()) claims.maker = std::string(maker);
  if (const auto model = dji_model_of_serial(serial); !model.empty()) claims.model = std::string(model);
}

std::optional<Position> to_position(const std::optional<GeoPosition>& at) {
  return at ? std::optional(Position{at->lat_deg, at->lon_deg}) : std::nullopt;
}

void add(Claims& claims, const BasicId& basic) {
  if (basic.ua_type != UaType::none) claims.ua_type = to_string(basic.ua_type);
  if (!basic.uas_id) return;
  switch (basic.id_type) {
    case IdType::serial_number:
      return add_serial(claims, *basic.uas_id);
    case IdType::caa_registration:
      claims.registration = basic.uas_id;
      return;
    case IdType::utm_uuid:
      claims.utm_id = basic.uas_id;
      return;
    case IdType::specific_session_id:
      claims.session_id = basic.uas_id;
      return;
    case IdType::none:
      return;
  }
}

void add(Claims& claims, const Location& location) {
  claims.position = to_position(location.position);
  claims.speed_mps = location.speed_mps;
  claims.track_deg = location.track_deg;
  claims.v_up_mps = location.vertical_mps;
  claims.geodetic_altitude_m = location.geodetic_altitude_m;
  claims.pressure_altitude_m = location.pressure_altitude_m;
  (location.height_reference == HeightReference::take_off ? claims.height_m : claims.height_above_ground_m) =
      location.height_m;
  claims.horizontal_accuracy_m = location.horizontal_accuracy_m;
  claims.vertical_accuracy_m = location.vertical_accuracy_m;
  claims.speed_accuracy_mps = location.speed_accuracy_mps;
  if (location.status == OperationalStatus::undeclared) return;
  claims.status = to_string(location.status);
  if (location.status == OperationalStatus::airborne) claims.in_air = true;
  if (location.status == OperationalStatus::on_ground) claims.in_air = false;
}

void add(Claims&, const Authentication&) {}

void add(Claims& claims, const SelfId& self) { claims.description = self.description; }

void add(Claims& claims, const System& system) {
  if (system.operator_position) {
    claims.pilot = to_position(system.operator_position);
    claims.pilot_location = to_string(system.operator_location_type);
    if (system.operator_location_type == OperatorLocationType::take_off) claims.home = claims.pilot;
  }
  claims.pilot_altitude_m = system.operator_altitude_m;
  if (system.category && *system.category != OperationCategory::undeclared)
    claims.category = to_string(*system.category);
  claims.aircraft_class = system.aircraft_class;
}

void add(Claims& claims, const OperatorId& id) { claims.operator_id = id.operator_id; }

void add(Claims& claims, const OdidMessage& message) {
  std::visit([&](const auto& each) { add(claims, each); }, message);
}

void add(Claims& claims, const OdidPack& pack) {
  for (const OdidMessage& message : pack.messages) add(claims, message);
}

void add(Claims& claims, const Gb46750& gb) {
  if (gb.product_id) add_serial(claims, *gb.product_id);
  claims.registration = gb.registration;
  if (gb.category && *gb.category != OperationCategory::undeclared) claims.category = to_string(*gb.category);
  if (gb.ua_class) claims.aircraft_class = to_string(*gb.ua_class);
  claims.pilot = to_position(gb.station_position);
  if (claims.pilot && gb.station_type) {
    const bool take_off = *gb.station_type == Gb46750Station::take_off;
    claims.pilot_location = take_off ? "take_off" : "live";
    if (take_off) claims.home = claims.pilot;
  }
  claims.pilot_altitude_m = gb.station_altitude_m;
  claims.position = to_position(gb.position);
  claims.track_deg = gb.track_deg;
  claims.speed_mps = gb.speed_mps;
  claims.height_m = gb.height_m;
  claims.v_up_mps = gb.vertical_mps;
  claims.geodetic_altitude_m = gb.geodetic_altitude_m;
  claims.pressure_altitude_m = gb.pressure_altitude_m;
  claims.horizontal_accuracy_m = gb.horizontal_accuracy_m;
  claims.vertical_accuracy_m = gb.vertical_accuracy_m;
  claims.speed_accuracy_mps = gb.speed_accuracy_mps;
  if (!gb.status || *gb.status == Gb46750Status::none) return;
  claims.status = to_string(*gb.status);
  if (*gb.status == Gb46750Status::airborne) claims.in_air = true;
  if (*gb.status == Gb46750Status::on_ground) claims.in_air = false;
}

void add(Claims&, const UnknownBody&) {}

Claims claims_of_message(const FrenchId& french) {
  Claims claims;
  if (french.cta_2063_serial) add_serial(claims, *french.cta_2063_serial);
  claims.registration = french.french_id;
  claims.position = to_position(french.position);
  claims.home = to_position(french.take_off_position);
  claims.altitude_m = french.altitude_m;
  claims.height_m = french.height_m;
  claims.speed_mps = french.speed_mps;
  claims.track_deg = french.track_deg;
  return claims;
}

Claims claims_of_message(const DjiDroneId& message) {
  Claims claims;
  claims.maker = "DJI";
  std::visit([&](const auto& body) { add(claims, body); }, message.body);
  return claims;
}

Claims claims_of_message(const RemoteId& message) {
  Claims claims;
  std::visit([&](const auto& body) { add(claims, body); }, message.body);
  return claims;
}

// When the position of a message is from.
std::optional<UtcTime> position_time(const OdidMessage& message, UtcTime reception) {
  const auto* location = std::get_if<Location>(&message);
  return location != nullptr && location->position ? claimed_time(*location, reception) : std::nullopt;
}
std::optional<UtcTime> position_time(const OdidPack& pack, UtcTime reception) {
  std::optional<UtcTime> last;
  for (const OdidMessage& message : pack.messages)
    if (const auto time = position_time(message, reception)) last = time;
  return last;
}
std::optional<UtcTime> position_time(const Gb46750& gb, UtcTime reception) {
  if (!gb.position || !gb.time_ms || !claimed_time(*gb.time_ms / 1000, reception)) return std::nullopt;
  return UtcTime(std::chrono::milliseconds(*gb.time_ms));
}
std::optional<UtcTime> position_time(const UnknownBody&, UtcTime) { return std::nullopt; }

}  // namespace

Claims claims_of(const decoders::Message& message) {
  return std::visit([](const auto& content) { return claims_of_message(content); }, message);
}

Claims claims_of(const TimedFrame& frame, std::span<const AuthenticationSet> authentications) {
  Claims claims = claims_of(frame.frame.message);
  if (const auto* remote_id = std::get_if<RemoteId>(&frame.frame.message))
    claims.position_time =
        std::visit([&](const auto& body) { return position_time(body, frame.at.time); }, remote_id->body);
  if (!authentications.empty()) claims.authentication = authentications.back();
  return claims;
}

std::string session_text(const DjiEncrypted& shell) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x", shell.session_hash[0], shell.session_hash[1],
                shell.session_hash[2], shell.session_hash[3]);
  return text.data();
}

std::string topic_part(std::string_view text) {
  std::string part(text);
  for (char& c : part)
    if (c <= ' ' || c > '~' || c == '.') c = '_';
  return part;
}

}  // namespace windhover::sensor
