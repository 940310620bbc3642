#include "decoders/messages/french_id.hpp"

#include <algorithm>
#include <array>

namespace windhover::decoders::messages {

namespace {

constexpr std::array<std::uint8_t, 4> kHeader{0x6a, 0x5c, 0x35, 0x01};

enum Field : std::uint8_t {
  protocol_version = 1,
  french_id = 2,
  cta_2063_serial = 3,
  latitude = 4,
  longitude = 5,
  altitude = 6,
  height = 7,
  take_off_latitude = 8,
  take_off_longitude = 9,
  ground_speed = 10,
  true_track = 11,
};
constexpr std::size_t kFieldEnd = 12;
/// 0 = any length.
constexpr std::array<std::size_t, kFieldEnd> kFieldBytes{0, 1, 30, 0, 4, 4, 2, 2, 4, 4, 1, 2};

/// The value of each known field, empty if it was not sent.
struct Fields {
  std::array<Bytes, kFieldEnd> value{};
  bool has(Field field) const { return !value[field].empty(); }
  Bytes of(Field field) const { return value[field]; }
};

void keep(std::uint8_t type, Bytes value, Fields& fields, FrenchId& out) {
  if (type == 0 || type >= kFieldEnd) {
    if (out.unknown_fields < 255) ++out.unknown_fields;
    return;
  }
  const std::size_t expected = kFieldBytes[type];
  if (value.empty() || (expected != 0 && value.size() != expected))
    return out.anomalies.add(Anomaly::unexpected_length);
  if (!fields.value[type].empty()) return out.anomalies.add(Anomaly::duplicate);
  fields.value[type] = value;
}

std::optional<GeoPosition> read_position(const Fields& fields, Field lat, Field lon, Anomalies& anomalies) {
  if (!fields.has(lat) || !fields.has(lon)) return std::nullopt;
  return to_position(read_i32_be(fields.of(lat), 0), read_i32_be(fields.of(lon), 0), 1e5, anomalies);
}

std::optional<double> read_metres(const Fields& fields, Field field) {
  if (!fields.has(field)) return std::nullopt;
  return static_cast<std::int16_t>(read_u16_be(fields.of(field), 0));
}

void read_motion(const Fields& fields, FrenchId& out) {
  if (fields.has(ground_speed)) out.speed_mps = fields.of(ground_speed)[0];
  if (!fields.has(true_track)) return;
  const std::uint16_t track_deg = read_u16_be(fields.of(true_track), 0);
  if (track_deg <= 360)
    out.track_deg = track_deg % 360;
  else
    out.anomalies.add(Anomaly::reserved_value);
}

void read_fields(const Fields& fields, FrenchId& out) {
  if (fields.has(protocol_version)) out.version = fields.of(protocol_version)[0];
  if (fields.has(french_id)) out.french_id = read_text(fields.of(french_id), out.anomalies);
  if (fields.has(cta_2063_serial)) out.cta_2063_serial = read_text(fields.of(cta_2063_serial), out.anomalies);
  out.position = read_position(fields, latitude, longitude, out.anomalies);
  out.take_off_position = read_position(fields, take_off_latitude, take_off_longitude, out.anomalies);
  out.altitude_m = read_metres(fields, altitude);
  out.height_m = read_metres(fields, height);
  read_motion(fields, out);
  note_implausible_speed(out.speed_mps, out.anomalies);
  note_implausible_altitude(out.altitude_m, out.anomalies);
  note_implausible_height(out.height_m, out.anomalies);
}

}  // namespace

Result<FrenchId, OdidReject> parse_french_id(Bytes element) {
  if (element.size() < kHeader.size() || !std::equal(kHeader.begin(), kHeader.end(), element.begin()))
    return OdidReject::not_mine;
  FrenchId out;
  Fields fields;
  for (Bytes rest = element.subspan(kHeader.size()); !rest.empty();) {
    if (rest.size() < 2 || rest.size() - 2 < rest[1]) return OdidReject::bad_size;
    keep(rest[0], rest.subspan(2, rest[1]), fields, out);
    rest = rest.subspan(2 + std::size_t{rest[1]});
  }
  if (std::all_of(fields.value.begin(), fields.value.end(), [](Bytes value) { return value.empty(); }))
    return OdidReject::sanity;
  read_fields(fields, out);
  return out;
}

}  // namespace windhover::decoders::messages
