#pragma once
// How values are put into the JSON of the feed: what is unknown or not finite is left out, and numbers have
// the decimals that their source resolves. For the .cpp files that make the feed's bodies only.

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/messages/field_reader.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

using Json = nlohmann::ordered_json;

// Decimals of each quantity: what its source resolves, and no binary residue such as 0.30000001192.
inline constexpr int kDegreeDecimals = 8;  // of positions; 1 mm
inline constexpr int kMetreDecimals = 1;
inline constexpr int kSpeedDecimals = 2;
inline constexpr int kAngleDecimals = 2;
inline constexpr int kDecibelDecimals = 1;
inline constexpr int kHertzDecimals = 1;
inline constexpr int kRateDecimals = 1;  // Mb/s
inline constexpr int kEvidenceDecimals = 3;
inline constexpr int kSecondDecimals = 6;
inline constexpr int kShareDecimals = 4;

/// What every body begins with.
inline Json message_head(const char* type, const MessageHead& head, std::string_view device = {}) {
  Json json = {{"v", kFeedSchema},  {"type", type},    {"sensor", head.sensor},
               {"boot", head.boot}, {"seq", head.seq}, {"time", to_rfc3339(head.time)}};
  if (!device.empty()) json["device"] = device;
  return json;
}

/// Text from the air need not be UTF-8; what is not becomes U+FFFD instead of an exception.
inline std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// As people write it: C2:12:34:56:78:9A.
inline std::string address_text(const decoders::Transmitter& transmitter) {
  std::array<char, 18> text{};
  const auto& o = transmitter.octets;
  std::snprintf(text.data(), text.size(), "%02X:%02X:%02X:%02X:%02X:%02X", o[0], o[1], o[2], o[3], o[4],
                o[5]);
  return text.data();
}

inline double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double whole = std::round(value * scale);
  // Beyond 2^53 a double has no decimals left to round. Adding 0 turns -0 into 0.
  return std::abs(whole) < 9e15 ? whole / scale + 0.0 : value;
}

inline void put(Json& json, const char* name, double value, int decimals) {
  if (std::isfinite(value)) json[name] = rounded(value, decimals);
}
inline void put(Json& json, const char* name, const std::optional<double>& value, int decimals) {
  if (value) put(json, name, *value, decimals);
}
template <typename Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

template <typename Place>  // Position, DjiPosition or GeoPosition
bool is_finite(const Place& at) {
  return std::isfinite(at.lat_deg) && std::isfinite(at.lon_deg);
}

inline void put_position(Json& json, const char* name, const std::optional<Position>& at) {
  if (!at || !is_finite(*at)) return;
  json[name] = {{"lat_deg", rounded(at->lat_deg, kDegreeDecimals)},
                {"lon_deg", rounded(at->lon_deg, kDegreeDecimals)}};
}

template <typename Place>
void put_fields(Json& json, const std::string& prefix, const std::optional<Place>& at) {
  if (!at || !is_finite(*at)) return;
  json[prefix + "lat_deg"] = rounded(at->lat_deg, kDegreeDecimals);
  json[prefix + "lon_deg"] = rounded(at->lon_deg, kDegreeDecimals);
}

}  // namespace windhover::sensor
