#include "decoders/messages/gb_46750.hpp"

#include <array>
#include <bit>

namespace windhover::decoders::messages {

namespace {

template <std::size_t n>
constexpr std::string_view name_of(std::size_t code, const std::string_view (&names)[n]) {
  return code < n ? names[code] : std::string_view{"reserved"};
}

/// A code below `count`; others have no meaning yet.
template <typename Enum>
std::optional<Enum> read_code(Bytes item, std::uint8_t count, Anomalies& anomalies) {
  if (item[0] < count) return static_cast<Enum>(item[0]);
  anomalies.add(Anomaly::reserved_value);
  return std::nullopt;
}

// Longitude comes first; all ones in either is unknown.
std::optional<GeoPosition> read_position(Bytes item, Anomalies& anomalies) {
  if (read_u32_le(item, 0) == 0xffffffff || read_u32_le(item, 4) == 0xffffffff) return std::nullopt;
  return to_position(read_i32_le(item, 4), read_i32_le(item, 0), 1e7, anomalies);
}

std::optional<double> read_tenths(Bytes item) {
  const std::uint16_t raw = read_u16_le(item, 0);
  if (raw == 0xffff) return std::nullopt;
  return raw / 10.0;
}

// Sign and magnitude: bit 7 is down.
std::optional<double> read_vertical(Bytes item) {
  if (item[0] == 0xff) return std::nullopt;
  const double magnitude_mps = (item[0] & 0x7f) * 0.5;
  return (item[0] & 0x80) != 0 && magnitude_mps > 0 ? -magnitude_mps : magnitude_mps;
}

std::optional<double> read_track(Bytes item, Anomalies& anomalies) {
  const auto track_deg = read_tenths(item);
  if (!track_deg || *track_deg < 360) return track_deg;
  if (*track_deg == 360) return 0.0;
  anomalies.add(Anomaly::reserved_value);
  return std::nullopt;
}

std::optional<std::int64_t> read_time(Bytes item) {
  const std::int64_t ms = read_u32_le(item, 0) | static_cast<std::int64_t>(read_u16_le(item, 4)) << 32;
  if (ms == 0) return std::nullopt;
  return ms;
}

std::optional<OperationCategory> read_category(Bytes item, Anomalies& anomalies) {
  const auto category = read_code<OperationCategory>(item, 4, anomalies);
  if (category == OperationCategory::undeclared) return std::nullopt;
  return category;
}

struct Item {
  std::size_t bytes;
  void (*read)(Bytes item, Gb46750& out);
};

// In the order of their flags.
constexpr std::array kItems{
    Item{20, [](Bytes in, Gb46750& out) { out.product_id = read_text(in, out.anomalies); }},
    Item{8, [](Bytes in, Gb46750& out) { out.registration = read_text(in, out.anomalies); }},
    Item{1, [](Bytes in, Gb46750& out) { out.category = read_category(in, out.anomalies); }},
    Item{1, [](Bytes in, Gb46750& out) { out.ua_class = read_code<Gb46750Class>(in, 5, out.anomalies); }},
    Item{1,
         [](Bytes in, Gb46750& out) { out.station_type = read_code<Gb46750Station>(in, 2, out.anomalies); }},
    Item{8, [](Bytes in, Gb46750& out) { out.station_position = read_position(in, out.anomalies); }},
    Item{2, [](Bytes in, Gb46750& out) { out.station_altitude_m = to_altitude_m(read_u16_le(in, 0)); }},
    Item{8, [](Bytes in, Gb46750& out) { out.position = read_position(in, out.anomalies); }},
    Item{2, [](Bytes in, Gb46750& out) { out.track_deg = read_track(in, out.anomalies); }},
    Item{2, [](Bytes in, Gb46750& out) { out.speed_mps = read_tenths(in); }},
    Item{2, [](Bytes in, Gb46750& out) { out.height_m = to_altitude_m(read_u16_le(in, 0), 9000); }},
    Item{1, [](Bytes in, Gb46750& out) { out.vertical_mps = read_vertical(in); }},
    Item{2, [](Bytes in, Gb46750& out) { out.geodetic_altitude_m = to_altitude_m(read_u16_le(in, 0)); }},
    Item{2, [](Bytes in, Gb46750& out) { out.pressure_altitude_m = to_altitude_m(read_u16_le(in, 0)); }},
    Item{1, [](Bytes in, Gb46750& out) { out.status = read_code<Gb46750Status>(in, 6, out.anomalies); }},
    Item{1, [](Bytes in, Gb46750& out) { out.datum = read_code<Gb46750Datum>(in, 2, out.anomalies); }},
    Item{1, [](Bytes in,
               Gb46750& out) { out.horizontal_accuracy_m = horizontal_accuracy_m(in[0], out.anomalies); }},
    Item{1,
         [](Bytes in, Gb46750& out) { out.vertical_accuracy_m = vertical_accuracy_m(in[0], out.anomalies); }},
    Item{1,
         [](Bytes in, Gb46750& out) { out.speed_accuracy_mps = speed_accuracy_mps(in[0], out.anomalies); }},
    Item{6, [](Bytes in, Gb46750& out) { out.time_ms = read_time(in); }},
    Item{1, [](Bytes in, Gb46750& out) { out.time_accuracy_code = in[0]; }},
};

/// Reads the items that one flag byte announces, most significant bit first.
/// false when they do not fit into `content`.
bool read_items(std::uint8_t flags, std::size_t first_item, Bytes& content, Gb46750& out) {
  for (std::size_t i = 0; i < 7; ++i) {
    if ((flags >> (7 - i) & 1) == 0) continue;
    if (first_item + i >= kItems.size()) {
      if (out.unknown_items < 255) ++out.unknown_items;
      continue;
    }
    const Item& item = kItems[first_item + i];
    if (content.size() < item.bytes) return false;
    item.read(content.first(item.bytes), out);
    content = content.subspan(item.bytes);
  }
  return true;
}

void note_implausible(Gb46750& gb) {
  note_implausible_speed(gb.speed_mps, gb.anomalies);
  note_implausible_vertical_speed(gb.vertical_mps, gb.anomalies);
  note_implausible_altitude(gb.geodetic_altitude_m, gb.anomalies);
  note_implausible_altitude(gb.pressure_altitude_m, gb.anomalies);
  note_implausible_altitude(gb.station_altitude_m, gb.anomalies);
  note_implausible_height(gb.height_m, gb.anomalies);
}

}  // namespace

std::string_view to_string(Gb46750Class ua_class) {
  constexpr std::string_view names[] = {"micro", "light", "small", "medium", "large"};
  return name_of(static_cast<std::size_t>(ua_class), names);
}

std::string_view to_string(Gb46750Station station) {
  constexpr std::string_view names[] = {"take_off", "control_station"};
  return name_of(static_cast<std::size_t>(station), names);
}

std::string_view to_string(Gb46750Status status) {
  constexpr std::string_view names[] = {"none",      "on_ground",         "airborne",
                                        "emergency", "remote_id_failure", "remote_id_failure_and_emergency"};
  return name_of(static_cast<std::size_t>(status), names);
}

std::string_view to_string(Gb46750Datum datum) {
  constexpr std::string_view names[] = {"wgs84", "cgcs2000"};
  return name_of(static_cast<std::size_t>(datum), names);
}

Result<Gb46750, OdidReject> parse_gb_46750(Bytes body) {
  if (body.size() < 2 || body[0] != 0xff || body[1] >> 5 != 1) return OdidReject::not_mine;
  std::size_t flags_end = 3;
  while (flags_end < body.size() && (body[flags_end] & 1) != 0) ++flags_end;
  if (flags_end >= body.size()) return OdidReject::too_short;
  const Bytes flags = body.subspan(3, flags_end - 2);
  Bytes content = body.subspan(flags_end + 1);
  if (content.size() < body[2]) return OdidReject::too_short;
  content = content.first(body[2]);

  Gb46750 gb;
  gb.version_minor = body[1] & 31;
  int announced = 0;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    announced += std::popcount(static_cast<unsigned>(flags[i] >> 1));
    if (!read_items(flags[i], 7 * i, content, gb)) return OdidReject::bad_size;
  }
  if (announced == 0) return OdidReject::sanity;
  gb.anomalies.add_if(!content.empty() && gb.unknown_items == 0, Anomaly::unexpected_length);
  note_implausible(gb);
  return gb;
}

}  // namespace windhover::decoders::messages
