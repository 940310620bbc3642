#include "tests/support/odid_encoder.hpp"

#include <algorithm>
#include <cstdlib>

#include "tests/support/odid_fields.hpp"

namespace windhover::synth {

using namespace fields;

namespace {

constexpr std::int64_t kEpoch2019_s = 1'546'300'800;

OdidBytes empty_message(std::uint8_t type, std::uint8_t version) {
  require(version <= 15, "such a version");
  OdidBytes out{};
  out[0] = static_cast<std::uint8_t>(type << 4 | version);
  return out;
}

std::span<std::uint8_t> at(OdidBytes& message, std::size_t first, std::size_t bytes) {
  return std::span(message).subspan(first, bytes);
}

std::uint8_t nibbles(unsigned high, unsigned low) {
  require(high <= 15 && low <= 15, "such a code");
  return static_cast<std::uint8_t>(high << 4 | low);
}

std::uint64_t since_2019(const std::optional<std::int64_t>& unix_s) {
  if (!unix_s) return 0;
  require(*unix_s > kEpoch2019_s && *unix_s <= kEpoch2019_s + 0xffffffffLL, "such a time");
  return static_cast<std::uint64_t>(*unix_s - kEpoch2019_s);
}

// Unknown is 181 with the bit that adds 180.
void put_track(const LocationValues& values, OdidBytes& out) {
  int track_deg = 361;
  if (values.track_deg) {
    require(*values.track_deg >= 0 && *values.track_deg <= 360, "such a track");
    track_deg = static_cast<int>(std::lround(*values.track_deg)) % 360;
  }
  if (track_deg >= 180) {
    out[1] |= 2;
    track_deg -= 180;
  }
  out[2] = static_cast<std::uint8_t>(track_deg);
}

void put_speed(const LocationValues& values, OdidBytes& out) {
  constexpr double fine_limit_mps = 63.75;  // still sent in quarters
  if (values.speed_mps && *values.speed_mps <= fine_limit_mps) {
    require(*values.speed_mps >= 0, "a negative speed");
    out[3] = static_cast<std::uint8_t>(std::lround(*values.speed_mps * 4));
    return;
  }
  out[1] |= 1;
  out[3] = 255;
  if (values.speed_mps)
    out[3] = static_cast<std::uint8_t>(
        std::min<long>(254, std::lround((*values.speed_mps - fine_limit_mps) / 0.75)));
}

void put_vertical_speed(const LocationValues& values, OdidBytes& out) {
  out[4] = 126;
  if (!values.vertical_mps) return;
  const double limited_mps = std::clamp(*values.vertical_mps, -62.0, 62.0);
  out[4] = static_cast<std::uint8_t>(static_cast<int>(limited_mps * 2));
}

void put_time(const LocationValues& values, OdidBytes& out) {
  std::uint64_t tenths = 0xffff;
  if (values.seconds_of_hour) {
    require(*values.seconds_of_hour >= 0 && *values.seconds_of_hour <= 3600, "such a second of the hour");
    tenths = static_cast<std::uint64_t>(std::lround(*values.seconds_of_hour * 10));
  }
  put_le(at(out, 21, 2), tenths);
  const double accuracy_s = values.time_accuracy_s.value_or(0);
  require(accuracy_s >= 0 && accuracy_s <= 1.5, "such a time accuracy");
  out[23] = static_cast<std::uint8_t>(std::lround(accuracy_s * 10));
}

}  // namespace

OdidBytes encode(const BasicIdValues& values) {
  OdidBytes out = empty_message(0, values.version);
  out[1] = nibbles(values.id_type, values.ua_type);
  put_text(at(out, 2, 20), values.id);
  return out;
}

OdidBytes encode(const LocationValues& values) {
  OdidBytes out = empty_message(1, values.version);
  out[1] = nibbles(values.status, values.height_above_ground ? 4 : 0);
  put_track(values, out);
  put_speed(values, out);
  put_vertical_speed(values, out);
  if (values.position) {
    put_le(at(out, 5, 4), latitude(*values.position, 1e7));
    put_le(at(out, 9, 4), longitude(*values.position, 1e7));
  }
  put_le(at(out, 13, 2), altitude(values.pressure_altitude_m));
  put_le(at(out, 15, 2), altitude(values.geodetic_altitude_m));
  put_le(at(out, 17, 2), altitude(values.height_m));
  out[19] = nibbles(accuracy(values.vertical_accuracy_m, kVertical_m),
                    accuracy(values.horizontal_accuracy_m, kHorizontal_m));
  out[20] = nibbles(accuracy(values.pressure_accuracy_m, kVertical_m),
                    accuracy(values.speed_accuracy_mps, kSpeed_mps));
  put_time(values, out);
  return out;
}

OdidBytes encode(const SelfIdValues& values) {
  OdidBytes out = empty_message(3, values.version);
  out[1] = values.description_type;
  put_text(at(out, 2, 23), values.description);
  return out;
}

OdidBytes encode(const SystemValues& values) {
  OdidBytes out = empty_message(4, values.version);
  require(values.operator_location_type <= 3 && values.classification <= 7, "such a code");
  out[1] = static_cast<std::uint8_t>(values.operator_location_type | values.classification << 2 |
                                     (values.cgcs2000 ? 0x80 : 0));
  if (values.operator_position) {
    put_le(at(out, 2, 4), latitude(*values.operator_position, 1e7));
    put_le(at(out, 6, 4), longitude(*values.operator_position, 1e7));
  }
  put_le(at(out, 10, 2), values.area_count);
  require(values.area_radius_m >= 0 && values.area_radius_m <= 2550, "such an area radius");
  out[12] = static_cast<std::uint8_t>(values.area_radius_m / 10);
  put_le(at(out, 13, 2), altitude(values.area_ceiling_m));
  put_le(at(out, 15, 2), altitude(values.area_floor_m));
  out[17] = nibbles(values.category_code, values.class_code);
  put_le(at(out, 18, 2), altitude(values.operator_altitude_m));
  put_le(at(out, 20, 4), since_2019(values.timestamp_s));
  return out;
}

OdidBytes encode(const OperatorIdValues& values) {
  OdidBytes out = empty_message(5, values.version);
  out[1] = values.operator_id_type;
  put_text(at(out, 2, 20), values.operator_id);
  return out;
}

std::vector<OdidBytes> encode(const AuthValues& values) {
  require(values.data.size() <= 255, "so much authentication data");
  ByteVector content = values.data;
  const auto pages_for = [](std::size_t bytes) { return bytes <= 17 ? 1 : 1 + (bytes - 17 + 22) / 23; };
  // The byte after the data counts everything behind it: padding and the parity page.
  const std::size_t data_pages = pages_for(content.size() + (values.parity ? 1 : 0));
  const std::size_t pages = data_pages + (values.parity ? 1 : 0);
  require(pages <= 16, "so many authentication pages");
  const std::size_t capacity = 17 + 23 * (pages - 1);
  if (values.parity) content.push_back(static_cast<std::uint8_t>(capacity - content.size() - 1));
  content.resize(capacity);

  std::vector<OdidBytes> out(pages, empty_message(2, values.version));
  for (std::size_t page = 0; page < pages; ++page) {
    out[page][1] = nibbles(values.auth_type, static_cast<unsigned>(page));
    const std::size_t from = page == 0 ? 0 : 17 + 23 * (page - 1);
    const std::size_t bytes = page == 0 ? 17 : 23;
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(from), bytes,
                out[page].end() - static_cast<std::ptrdiff_t>(bytes));
  }
  out[0][2] = static_cast<std::uint8_t>(values.version == 0 ? pages : pages - 1);
  out[0][3] = static_cast<std::uint8_t>(values.data.size());
  put_le(at(out[0], 4, 4), since_2019(values.timestamp_s));
  if (values.parity)
    for (std::size_t page = 0; page < data_pages; ++page)
      for (std::size_t i = 2; i < 25; ++i)
        out.back()[i] = static_cast<std::uint8_t>(out.back()[i] ^ out[page][i]);
  return out;
}

ByteVector encode_pack(std::uint8_t version, std::span<const OdidBytes> messages) {
  require(messages.size() <= 10 && version <= 15, "such a pack");
  ByteVector out{static_cast<std::uint8_t>(0xf0 | version), 25, static_cast<std::uint8_t>(messages.size())};
  for (const OdidBytes& message : messages) out.insert(out.end(), message.begin(), message.end());
  return out;
}

}  // namespace windhover::synth
