#include "decoders/messages/field_reader.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace windhover::decoders::messages {

std::string_view to_string(Anomaly anomaly) {
  constexpr std::string_view names[kAnomalies] = {"reserved_bits",
                                                  "reserved_value",
                                                  "position_out_of_range",
                                                  "implausible_speed",
                                                  "implausible_vertical_speed",
                                                  "implausible_altitude",
                                                  "unprintable_text",
                                                  "malformed_id",
                                                  "duplicate",
                                                  "count_over_limit",
                                                  "unexpected_length"};
  return names[static_cast<std::size_t>(anomaly)];
}

std::optional<GeoPosition> to_position(std::int32_t lat_raw, std::int32_t lon_raw, double per_degree,
                                       Anomalies& anomalies) {
  if (lat_raw == 0 && lon_raw == 0) return std::nullopt;
  // Division, not multiplication by the inverse: it gives the double nearest to the decimal fraction.
  const GeoPosition at{lat_raw / per_degree, lon_raw / per_degree};
  if (std::abs(at.lat_deg) > 90 || std::abs(at.lon_deg) > 180) {
    anomalies.add(Anomaly::position_out_of_range);
    return std::nullopt;
  }
  return at;
}

std::optional<double> to_altitude_m(std::uint16_t raw, double offset_m) {
  if (raw == 0) return std::nullopt;
  return raw * 0.5 - offset_m;
}

void note_implausible_speed(const std::optional<double>& speed_mps, Anomalies& anomalies) {
  anomalies.add_if(speed_mps > 120.0, Anomaly::implausible_speed);
}

void note_implausible_vertical_speed(const std::optional<double>& speed_mps, Anomalies& anomalies) {
  anomalies.add_if(speed_mps && std::abs(*speed_mps) > 40, Anomaly::implausible_vertical_speed);
}

void note_implausible_altitude(const std::optional<double>& altitude_m, Anomalies& anomalies) {
  anomalies.add_if(altitude_m && (*altitude_m < -430 || *altitude_m > 9000), Anomaly::implausible_altitude);
}

// No lower limit: one may start on a mountain and fly down into the valley.
void note_implausible_height(const std::optional<double>& height_m, Anomalies& anomalies) {
  anomalies.add_if(height_m > 9000.0, Anomaly::implausible_altitude);
}

std::optional<std::string> read_text(Bytes field, Anomalies& anomalies) {
  const auto end = std::find(field.begin(), field.end(), std::uint8_t{0});
  std::string text(field.begin(), end);
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  for (char& c : text) {
    if (c >= 0x20 && c <= 0x7e) continue;
    c = '?';
    anomalies.add(Anomaly::unprintable_text);
  }
  return text;
}

std::string to_hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace windhover::decoders::messages
