// Location/Vector (type 1) and what belongs to it: accuracy codes and the time within the hour.

#include <cmath>
#include <cstdlib>

#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

namespace {

constexpr double kHorizontalBounds_m[] = {18520, 7408, 3704, 1852, 926, 555.6, 185.2, 92.6, 30, 10, 3, 1};
constexpr double kVerticalBounds_m[] = {150, 45, 25, 10, 3, 1};
constexpr double kSpeedBounds_mps[] = {10, 3, 1, 0.3};

/// `bounds` starts at code 1.
std::optional<double> bound_of(std::uint8_t code, std::span<const double> bounds, Anomalies& anomalies) {
  if (code == 0) return std::nullopt;
  if (code <= bounds.size()) return bounds[code - 1];
  anomalies.add(Anomaly::reserved_value);
  return std::nullopt;
}

// East/west bit set: add 180. 361 and more is unknown: core-c sends 181 + 180, as DJI aircraft do when they
// hover.
void read_track(Bytes message, Location& location) {
  const bool east_west = (message[1] & 2) != 0;
  const int raw_deg = message[2];
  const int track_deg = raw_deg + (east_west ? 180 : 0);
  if (track_deg >= 361) return;
  location.track_deg = track_deg % 360;
  location.anomalies.add_if(raw_deg > 179 && track_deg != 360, Anomaly::reserved_value);
}

// Multiplier bit set: the scale starts where the finer one ends.
void read_speed(Bytes message, Location& location) {
  const bool coarse = (message[1] & 1) != 0;
  const std::uint8_t raw = message[3];
  if (coarse && raw == 255) return;
  location.speed_mps = coarse ? raw * 0.75 + 63.75 : raw * 0.25;
  location.speed_saturated = coarse && raw == 254;
}

void read_vertical_speed(Bytes message, Location& location) {
  const int raw = static_cast<std::int8_t>(message[4]);
  if (raw == 126) return;
  if (std::abs(raw) > 124) return location.anomalies.add(Anomaly::reserved_value);
  location.vertical_mps = raw * 0.5;
  location.vertical_saturated = std::abs(raw) == 124;
}

void read_accuracies(Bytes message, Location& location) {
  Anomalies& anomalies = location.anomalies;
  location.vertical_accuracy_m = vertical_accuracy_m(message[19] >> 4, anomalies);
  location.horizontal_accuracy_m = horizontal_accuracy_m(message[19] & 15, anomalies);
  location.pressure_accuracy_m = vertical_accuracy_m(message[20] >> 4, anomalies);
  location.speed_accuracy_mps = speed_accuracy_mps(message[20] & 15, anomalies);
}

void read_time(Bytes message, Location& location) {
  const std::uint16_t raw = read_u16_le(message, 21);  // 0.1 s
  if (raw <= 36000)
    location.seconds_of_hour = raw / 10.0;
  else
    location.anomalies.add_if(raw != 0xffff, Anomaly::reserved_value);
  if (const int accuracy = message[23] & 15; accuracy != 0) location.time_accuracy_s = accuracy / 10.0;
}

void note_implausible(Location& location) {
  Anomalies& anomalies = location.anomalies;
  note_implausible_speed(location.speed_mps, anomalies);
  note_implausible_vertical_speed(location.vertical_mps, anomalies);
  note_implausible_altitude(location.pressure_altitude_m, anomalies);
  note_implausible_altitude(location.geodetic_altitude_m, anomalies);
  note_implausible_height(location.height_m, anomalies);
}

}  // namespace

std::optional<double> horizontal_accuracy_m(std::uint8_t code, Anomalies& anomalies) {
  return bound_of(code, kHorizontalBounds_m, anomalies);
}

std::optional<double> vertical_accuracy_m(std::uint8_t code, Anomalies& anomalies) {
  return bound_of(code, kVerticalBounds_m, anomalies);
}

std::optional<double> speed_accuracy_mps(std::uint8_t code, Anomalies& anomalies) {
  return bound_of(code, kSpeedBounds_mps, anomalies);
}

Location read_location(Bytes message) {
  Location location;
  location.version = message[0] & 15;
  location.status = static_cast<OperationalStatus>(message[1] >> 4);
  location.height_reference = (message[1] & 4) != 0 ? HeightReference::ground : HeightReference::take_off;
  read_track(message, location);
  read_speed(message, location);
  read_vertical_speed(message, location);
  location.position = to_position(read_i32_le(message, 5), read_i32_le(message, 9), 1e7, location.anomalies);
  location.pressure_altitude_m = to_altitude_m(read_u16_le(message, 13));
  location.geodetic_altitude_m = to_altitude_m(read_u16_le(message, 15));
  location.height_m = to_altitude_m(read_u16_le(message, 17));
  read_accuracies(message, location);
  read_time(message, location);
  note_implausible(location);
  const bool reserved = (message[1] & 8) != 0 || (message[23] & 0xf0) != 0 || message[24] != 0;
  location.anomalies.add_if(reserved, Anomaly::reserved_bits);
  location.anomalies.add_if(location.status > OperationalStatus::remote_id_failure, Anomaly::reserved_value);
  return location;
}

std::int64_t resolve_hour_time(double seconds_of_hour, std::int64_t reception_utc_ns) {
  constexpr std::int64_t hour_ns = 3'600'000'000'000;
  std::int64_t into_hour_ns = reception_utc_ns % hour_ns;
  if (into_hour_ns < 0) into_hour_ns += hour_ns;
  std::int64_t time_ns = reception_utc_ns - into_hour_ns + std::llround(seconds_of_hour * 1e9);
  while (time_ns - reception_utc_ns > hour_ns / 2) time_ns -= hour_ns;
  while (reception_utc_ns - time_ns >= hour_ns / 2) time_ns += hour_ns;
  return time_ns;
}

std::optional<std::int64_t> plausible_unix_time(std::int64_t timestamp_s, std::int64_t reception_utc_ns) {
  constexpr std::int64_t year_2021_s = 1'609'459'200;
  constexpr std::int64_t day_s = 86'400;
  if (timestamp_s < year_2021_s || timestamp_s > reception_utc_ns / 1'000'000'000 + day_s)
    return std::nullopt;
  return timestamp_s;
}

}  // namespace windhover::decoders::messages
