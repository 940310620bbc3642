#pragma once
// Fields of byte-aligned messages: integers of either byte order, positions, padded text. Every caller has
// checked the length; the asserts guard our own arithmetic.

#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "decoders/messages/anomalies.hpp"

namespace windhover::decoders::messages {

/// WGS-84 degrees, always within ±90 and ±180.
struct GeoPosition {
  double lat_deg = 0;
  double lon_deg = 0;
  bool operator==(const GeoPosition&) const = default;
};

using Bytes = std::span<const std::uint8_t>;

inline std::uint16_t read_u16_le(Bytes bytes, std::size_t at) {
  assert(at + 2 <= bytes.size());
  return static_cast<std::uint16_t>(bytes[at] | bytes[at + 1] << 8);
}
inline std::uint32_t read_u32_le(Bytes bytes, std::size_t at) {
  return read_u16_le(bytes, at) | static_cast<std::uint32_t>(read_u16_le(bytes, at + 2)) << 16;
}
inline std::int32_t read_i32_le(Bytes bytes, std::size_t at) {
  return static_cast<std::int32_t>(read_u32_le(bytes, at));
}
inline std::uint16_t read_u16_be(Bytes bytes, std::size_t at) {
  assert(at + 2 <= bytes.size());
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::int32_t read_i32_be(Bytes bytes, std::size_t at) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(read_u16_be(bytes, at)) << 16 |
                                   read_u16_be(bytes, at + 2));
}

/// A position in units of 1/`per_degree` degrees. (0, 0) means unknown in every protocol here; a position
/// that cannot exist is absent too and noted in `anomalies`.
std::optional<GeoPosition> to_position(std::int32_t lat_raw, std::int32_t lon_raw, double per_degree,
                                       Anomalies& anomalies);

/// Altitudes of F3411 and GB 46750: raw * 0.5 - `offset_m`, 0 = unknown.
std::optional<double> to_altitude_m(std::uint16_t raw, double offset_m = 1000);

/// Notes speeds and altitudes that no small aircraft has.
void note_implausible_speed(const std::optional<double>& speed_mps, Anomalies& anomalies);
void note_implausible_vertical_speed(const std::optional<double>& speed_mps, Anomalies& anomalies);
void note_implausible_altitude(const std::optional<double>& altitude_m, Anomalies& anomalies);
void note_implausible_height(const std::optional<double>& height_m, Anomalies& anomalies);

/// Text up to the first NUL without the spaces around it (Chinese senders pad with spaces); absent when
/// nothing is left. Only printable ASCII comes out: any other byte becomes '?' and is noted.
std::optional<std::string> read_text(Bytes field, Anomalies& anomalies);

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(Bytes bytes);

}  // namespace windhover::decoders::messages
