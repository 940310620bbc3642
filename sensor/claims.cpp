#include "sensor/claims.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numbers>
#include <variant>

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

template <typename... Overloads>
struct Visitor : Overloads... {
  using Overloads::operator()...;
};

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

std::string session_text(const DjiEncrypted& shell) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%02x%02x%02x%02x", shell.session_hash[0], shell.session_hash[1],
                shell.session_hash[2], shell.session_hash[3]);
  return text.data();
}

// FNV-1a: keeps apart what topic_part() would make equal.
std::uint32_t digest(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string id_of(std::string_view prefix, std::string_view identity) {
  const std::string safe = topic_part(identity);
  std::string id = std::string(prefix) + safe;
  if (safe != identity) {
    std::array<char, 10> text{};
    std::snprintf(text.data(), text.size(), "-%08x", digest(identity));
    id += text.data();
  }
  return id;
}

std::string dji_id(const DjiTelemetry& telemetry) {
  if (telemetry.serial) return id_of("dji-", *telemetry.serial);
  if (telemetry.uuid) return id_of("dji-uuid-", *telemetry.uuid);
  if (telemetry.product_type) return "dji-unidentified-" + std::to_string(*telemetry.product_type);
  return "dji-unidentified";
}
std::string dji_id(const DjiLicence& licence) {
  return licence.serial ? id_of("dji-", *licence.serial) : "dji-unidentified";
}
std::string dji_id(const DjiEncrypted& shell) { return "dji-session-" + session_text(shell); }
std::string dji_id(const DjiUnknownKind&) { return "dji-unidentified"; }

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

Claims claims_of_dji(const DjiDroneId& message) {
  Claims claims;
  claims.maker = "DJI";
  std::visit([&](const auto& body) { add(claims, body); }, message.body);
  return claims;
}

}  // namespace

std::string aircraft_id(const decoders::Message& message) {
  return std::visit(Visitor{[](const DjiDroneId& dji) {
                      return std::visit([](const auto& body) { return dji_id(body); }, dji.body);
                    }},
                    message);
}

Claims claims_of(const decoders::Message& message) {
  return std::visit(Visitor{[](const DjiDroneId& dji) { return claims_of_dji(dji); }}, message);
}

std::string topic_part(std::string_view text) {
  std::string part(text);
  for (char& c : part)
    if (c <= ' ' || c > '~' || c == '.') c = '_';
  return part;
}

}  // namespace windhover::sensor
