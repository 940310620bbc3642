// What radios wrap around Remote ID messages, and the national formats beside them.

#include <algorithm>
#include <initializer_list>

#include "tests/support/odid_encoder.hpp"
#include "tests/support/odid_fields.hpp"

namespace windhover::synth {

using namespace fields;

namespace {

void append_text(ByteVector& out, std::string_view text, std::size_t bytes) {
  out.resize(out.size() + bytes);
  put_text(std::span(out).last(bytes), text);
}

/// `head` follows the element's length.
ByteVector vendor_element(std::initializer_list<std::uint8_t> head, std::span<const std::uint8_t> body) {
  require(head.size() + body.size() <= 255, "so long an element");
  ByteVector out{221, static_cast<std::uint8_t>(head.size() + body.size())};
  append(out, head);
  append(out, body);
  return out;
}

ByteVector service_data(std::uint8_t counter, std::span<const std::uint8_t> body) {
  require(body.size() <= 250, "so long an advertisement");
  ByteVector out{static_cast<std::uint8_t>(5 + body.size()), 0x16, 0xfa, 0xff, 0x0d, counter};
  append(out, body);
  return out;
}

// Longitude first.
void append_gb_position(ByteVector& out, const std::optional<LatLon>& at) {
  append_le(out, at ? longitude(*at, 1e7) : 0xffffffff, 4);
  append_le(out, at ? latitude(*at, 1e7) : 0xffffffff, 4);
}

std::uint64_t tenths(const std::optional<double>& value) {
  if (!value) return 0xffff;
  require(*value >= 0 && *value <= 6553, "such a track or speed");
  return static_cast<std::uint64_t>(std::llround(*value * 10));
}

std::uint8_t gb_vertical(const std::optional<double>& up_mps) {
  if (!up_mps) return 0xff;
  const double halves = std::min(126.0, std::round(std::abs(*up_mps) * 2));
  return static_cast<std::uint8_t>((*up_mps < 0 ? 0x80 : 0) | static_cast<int>(halves));
}

/// Item `number` (1..21) in its coding.
void append_gb_item(ByteVector& out, const Gb46750Values& values, int number) {
  switch (number) {
    case 1:
      return append_text(out, values.product_id, 20);
    case 2:
      return append_text(out, values.registration, 8);
    case 3:
      return out.push_back(values.category_code);
    case 4:
      return out.push_back(values.class_code);
    case 5:
      return out.push_back(values.station_type);
    case 6:
      return append_gb_position(out, values.station_position);
    case 7:
      return append_le(out, altitude(values.station_altitude_m), 2);
    case 8:
      return append_gb_position(out, values.position);
    case 9:
      return append_le(out, tenths(values.track_deg), 2);
    case 10:
      return append_le(out, tenths(values.speed_mps), 2);
    case 11:
      return append_le(out, altitude(values.height_m, 9000), 2);
    case 12:
      return out.push_back(gb_vertical(values.vertical_mps));
    case 13:
      return append_le(out, altitude(values.geodetic_altitude_m), 2);
    case 14:
      return append_le(out, altitude(values.pressure_altitude_m), 2);
    case 15:
      return out.push_back(values.status);
    case 16:
      return out.push_back(values.datum);
    case 17:
      return out.push_back(accuracy(values.horizontal_accuracy_m, kHorizontal_m));
    case 18:
      return out.push_back(accuracy(values.vertical_accuracy_m, kVertical_m));
    case 19:
      return out.push_back(accuracy(values.speed_accuracy_mps, kSpeed_mps));
    case 20:
      return append_le(out, static_cast<std::uint64_t>(values.time_ms.value_or(0)), 6);
    case 21:
      return out.push_back(values.time_accuracy_code);
  }
}

void append_french_field(ByteVector& out, std::uint8_t type, std::uint64_t value, int bytes) {
  out.push_back(type);
  out.push_back(static_cast<std::uint8_t>(bytes));
  append_be(out, value, bytes);
}

void append_french_field(ByteVector& out, std::uint8_t type, std::string_view text) {
  out.push_back(type);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  append_text(out, text, text.size());
}

}  // namespace

ByteVector ble_legacy_adv_data(std::uint8_t counter, const OdidBytes& message) {
  return service_data(counter, message);
}

ByteVector ble_extended_adv_data(std::uint8_t counter, std::span<const std::uint8_t> body) {
  return service_data(counter, body);
}

ByteVector wifi_odid_element(std::uint8_t counter, std::span<const std::uint8_t> body) {
  return vendor_element({0xfa, 0x0b, 0xbc, 0x0d, counter}, body);
}

ByteVector nan_discovery_body(std::uint8_t counter, std::span<const std::uint8_t> body) {
  require(body.size() <= 254, "so long a service info");
  const std::size_t service_info_bytes = 1 + body.size();
  ByteVector out{0x04, 0x09, 0x50, 0x6f, 0x9a, 0x13, 0x03};
  append_le(out, 10 + service_info_bytes, 2);
  // First six bytes of the SHA-256 of "org.opendroneid.remoteid", instance, requestor, control.
  append(out, std::initializer_list<std::uint8_t>{0x88, 0x69, 0x19, 0x9d, 0x92, 0x09, 0x01, 0x00, 0x10});
  out.push_back(static_cast<std::uint8_t>(service_info_bytes));
  out.push_back(counter);
  append(out, body);
  append(out, std::initializer_list<std::uint8_t>{0x0e, 0x04, 0x00, 0x01, 0x00, 0x02, counter});
  return out;
}

ByteVector encode(const Gb46750Values& values) {
  ByteVector items;
  std::array<std::uint8_t, 3> flags{};
  for (int number = 1; number <= 21; ++number) {
    if ((values.items >> (number - 1) & 1) == 0) continue;
    std::uint8_t& flag = flags[static_cast<std::size_t>(number - 1) / 7];
    flag = static_cast<std::uint8_t>(flag | 0x80 >> (number - 1) % 7);
    append_gb_item(items, values, number);
  }
  std::size_t flag_bytes = flags.size();
  while (flag_bytes > 1 && flags[flag_bytes - 1] == 0) --flag_bytes;
  for (std::size_t i = 0; i + 1 < flag_bytes; ++i) flags[i] |= 1;

  ByteVector out{0xff, static_cast<std::uint8_t>(0x20 | values.version_minor),
                 static_cast<std::uint8_t>(items.size())};
  append(out, std::span(flags).first(flag_bytes));
  append(out, items);
  return out;
}

ByteVector encode_french_fields(const FrenchValues& values) {
  ByteVector out;
  append_french_field(out, 1, values.version, 1);
  if (!values.french_id.empty()) append_french_field(out, 2, values.french_id);
  if (!values.cta_2063_serial.empty()) append_french_field(out, 3, values.cta_2063_serial);
  if (values.position) {
    append_french_field(out, 4, latitude(*values.position, 1e5), 4);
    append_french_field(out, 5, longitude(*values.position, 1e5), 4);
  }
  if (values.altitude_m) append_french_field(out, 6, static_cast<std::uint64_t>(*values.altitude_m), 2);
  if (values.height_m) append_french_field(out, 7, static_cast<std::uint64_t>(*values.height_m), 2);
  if (values.take_off_position) {
    append_french_field(out, 8, latitude(*values.take_off_position, 1e5), 4);
    append_french_field(out, 9, longitude(*values.take_off_position, 1e5), 4);
  }
  if (values.speed_mps) append_french_field(out, 10, *values.speed_mps, 1);
  if (values.track_deg) append_french_field(out, 11, *values.track_deg, 2);
  return out;
}

ByteVector french_element(const FrenchValues& values) {
  return vendor_element({0x6a, 0x5c, 0x35, 0x01}, encode_french_fields(values));
}

ByteVector dji_wifi_element(std::span<const std::uint8_t> payload) {
  return vendor_element({0x26, 0x37, 0x12, static_cast<std::uint8_t>(payload.size()), 0x62, 0x13}, payload);
}

}  // namespace windhover::synth
