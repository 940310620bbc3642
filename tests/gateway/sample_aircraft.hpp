#pragma once
// Aircraft, links and messages as the feed's parser hands them on, built by hand.

#include <string>
#include <utility>

#include "gateway/feed_values.hpp"

namespace windhover::gateway::test {

inline const UtcTime kStart = sensor::parse_rfc3339("2026-03-01T12:00:00Z");

inline UtcTime at_s(double seconds) {
  return kStart + std::chrono::duration_cast<UtcTime::duration>(std::chrono::duration<double>(seconds));
}
inline Instant instant_s(double seconds) {
  return Instant{} +
         std::chrono::duration_cast<Instant::duration>(std::chrono::duration<double>(1000 + seconds));
}
inline Moment moment_s(double seconds) { return {instant_s(seconds), at_s(seconds)}; }

/// Remote ID over Bluetooth with all that it may tell.
inline Aircraft remote_id_aircraft(std::string serial = "1ABCD23456789012") {
  Aircraft aircraft;
  aircraft.id = "rid-" + serial;
  aircraft.claimed.serial = std::move(serial);
  aircraft.claimed.maker = "Fiction";
  aircraft.claimed.operator_id = "FIN87astrdge12k8";
  aircraft.claimed.description = "Roof survey";
  aircraft.claimed.ua_type = "helicopter_or_multirotor";
  aircraft.claimed.pilot = Place{54.5011, 6.4932};
  aircraft.claimed.pilot_location = "live";
  aircraft.claimed.pilot_altitude_m = 43.5;
  Motion& motion = aircraft.claimed.motion;
  motion.position = Place{54.503, 6.495};
  motion.height_m = 42;
  motion.geodetic_altitude_m = 85.5;
  motion.pressure_altitude_m = 80;
  motion.horizontal_accuracy_m = 10;
  motion.vertical_accuracy_m = 3;
  motion.speed_accuracy_mps = 0.3;
  motion.v_up_mps = -0.5;
  motion.speed_mps = 7.25;
  motion.track_deg = 127.4;
  motion.status = "airborne";
  motion.in_air = true;
  aircraft.first_heard = aircraft.last_heard = kStart;
  aircraft.frames = 12;
  aircraft.transports = {{"odid", "bluetooth_legacy", 12, kStart, 2426e6, 22.1, -30.4}};
  return aircraft;
}

/// DroneID: a home point, height above the sea.
inline Aircraft dji_aircraft() {
  Aircraft aircraft;
  aircraft.id = "dji-FICTION0000A01";
  aircraft.claimed.serial = "FICTION0000A01";
  aircraft.claimed.maker = "DJI";
  aircraft.claimed.model = "Mavic Air 2";
  aircraft.claimed.motion.position = Place{54.50005, 6.5001};
  aircraft.claimed.motion.height_m = 12;
  aircraft.claimed.motion.altitude_m = 15;
  aircraft.claimed.pilot = Place{54.5, 6.5};
  aircraft.claimed.home = Place{54.50005, 6.5001};
  aircraft.last_heard = kStart;
  aircraft.transports = {{"dji_droneid", "ocusync", 3, kStart, 2429.5e6, 16, -21}};
  return aircraft;
}

/// DroneID that only its maker can read.
inline Aircraft encrypted_aircraft() {
  Aircraft aircraft;
  aircraft.id = "dji-session-1f2e3d4c";
  aircraft.claimed.session_hash = "1f2e3d4c";
  aircraft.claimed.encrypted = true;
  aircraft.claimed.maker = "DJI";
  aircraft.last_heard = kStart;
  aircraft.transports = {{"dji_droneid", "ocusync", 3, kStart, 5776.5e6, 9, -33}};
  return aircraft;
}

inline Link wifi_link() {
  Link link;
  link.id = "wifi-6-0011223344556677";
  link.kind = "wifi";
  link.role = "access_point";
  link.aircraft = "rid-1ABCD23456789012";
  link.center_hz = 2437e6;
  link.bandwidth_hz = 20e6;
  link.rssi_dbfs = -40;
  link.snr_db = 21;
  link.last_heard = kStart;
  return link;
}

inline Head head(std::string type, std::uint64_t seq, double seconds, std::string boot = "b1") {
  return {std::move(type), "roof", std::move(boot), seq, at_s(seconds)};
}

}  // namespace windhover::gateway::test
