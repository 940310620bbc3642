// Offsets below count from the kind byte, which is where the OcuSync packet (after its length byte) and the
// Wi-Fi element body agree.

#include "decoders/messages/dji_droneid.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace windhover::decoders::messages {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kMaxLogicalBytes = 173;  // the transport block without its CRC24A
constexpr std::size_t kFraming = 3;            // length byte and CRC16
constexpr std::size_t kSerialBytes = 16;
constexpr std::size_t kUuidBytes = 20;
constexpr std::uint8_t kTelemetryKind = 0x10;
constexpr std::uint8_t kLicenceKind = 0x11;

std::uint16_t le16(Bytes body, std::size_t at) {
  return static_cast<std::uint16_t>(body[at] | body[at + 1] << 8);
}
std::int16_t le16_signed(Bytes body, std::size_t at) { return static_cast<std::int16_t>(le16(body, at)); }
std::uint32_t le32(Bytes body, std::size_t at) {
  return le16(body, at) | static_cast<std::uint32_t>(le16(body, at + 2)) << 16;
}
std::uint64_t le64(Bytes body, std::size_t at) {
  return le32(body, at) | static_cast<std::uint64_t>(le32(body, at + 4)) << 32;
}

bool all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t b) { return b == 0; });
}

std::string_view until_nul(Bytes bytes) {
  const auto nul = std::ranges::find(bytes, std::uint8_t{0});
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(nul - bytes.begin())};
}

/// NUL-padded text; absent when it is empty or not all printable ASCII.
std::optional<std::string> ascii(Bytes bytes) {
  const std::string_view text = until_nul(bytes);
  if (text.empty()) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= 0x20 && c <= 0x7e; })) return std::nullopt;
  return std::string(text);
}

/// Octets of the UTF-8 sequence that starts with `lead`; 0 for what cannot start one or is a control
/// character.
std::size_t utf8_sequence_bytes(std::uint8_t lead) {
  if (lead < 0x20 || lead == 0x7f) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

/// The second octet decides over long forms, surrogates and what lies beyond U+10FFFF (RFC 3629, section 4),
/// and over the C1 control characters.
bool second_octet_fits(std::uint8_t lead, std::uint8_t second) {
  const std::uint8_t low = lead == 0xc2 || lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high;
}

/// What a person typed: UTF-8 up to the first NUL. A character cut off at the end is dropped; text with
/// anything that is not UTF-8, or with control characters, is absent.
std::optional<std::string> typed_text(Bytes bytes) {
  const std::string_view text = until_nul(bytes);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = utf8_sequence_bytes(lead);
    if (length == 0) return std::nullopt;
    if (at + length > text.size()) break;
    for (std::size_t i = 1; i < length; ++i) {
      const auto octet = static_cast<std::uint8_t>(text[at + i]);
      if ((octet & 0xc0) != 0x80 || (i == 1 && !second_octet_fits(lead, octet))) return std::nullopt;
    }
    at += length;
  }
  if (at == 0) return std::nullopt;
  return std::string(text.substr(0, at));
}

/// Some Mini 2 firmware sends a placeholder in place of the serial.
std::optional<std::string> serial_number(Bytes bytes) {
  auto serial = ascii(bytes.first(kSerialBytes));
  if (serial == "SecureStorage?") return std::nullopt;
  return serial;
}

/// Coordinates are 1e-7 rad. (0, 0) means unknown.
std::optional<DjiPosition> position(std::uint32_t lat_raw, std::uint32_t lon_raw) {
  if (lat_raw == 0 && lon_raw == 0) return std::nullopt;
  constexpr double kDegrees = 180.0 / (std::numbers::pi * 1e7);
  const DjiPosition at{static_cast<std::int32_t>(lat_raw) * kDegrees,
                       static_cast<std::int32_t>(lon_raw) * kDegrees};
  if (std::abs(at.lat_deg) > 90 || std::abs(at.lon_deg) > 180) return std::nullopt;
  return at;
}

std::optional<double> within(double value, double low, double high) {
  if (value < low || value > high) return std::nullopt;
  return value;
}

/// Milliseconds since 1970. Before 2015 the clock was not set; after 2100 it is no time.
std::optional<std::int64_t> plausible_time(std::uint64_t raw) {
  constexpr std::uint64_t k2015 = 1'420'070'400'000;
  constexpr std::uint64_t k2100 = 4'102'444'800'000;
  if (raw < k2015 || raw >= k2100) return std::nullopt;
  return static_cast<std::int64_t>(raw);
}

std::optional<double> angle(Bytes body, std::size_t at) {
  return within(le16_signed(body, at) / 100.0, -180, 180);
}

/// Altitude, height and velocity lie together in every version that is known.
void read_motion(Bytes body, DjiTelemetry& out) {
  out.altitude_m = within(le16_signed(body, 30), -500, 10'000);
  out.height_m = within(le16_signed(body, 32) / 10.0, -500, 10'000);
  constexpr double kFastest_mps = 100;
  const double north = le16_signed(body, 34) / 100.0;
  const double east = le16_signed(body, 36) / 100.0;
  if (std::hypot(north, east) <= kFastest_mps) {
    out.v_north_mps = north;
    out.v_east_mps = east;
  }
  out.v_up_mps = within(le16_signed(body, 38) / 100.0, -kFastest_mps, kFastest_mps);
}

/// Product type, then length and characters of the uuid.
void read_product_and_uuid(Bytes body, std::size_t at, DjiTelemetry& out) {
  if (body[at] != 0) out.product_type = body[at];
  const Bytes rest = body.subspan(at + 2);
  out.uuid = ascii(rest.first(std::min({std::size_t{body[at + 1]}, kUuidBytes, rest.size()})));
}

void read_version_1(Bytes body, DjiTelemetry& out) {
  read_motion(body, out);
  out.pitch_deg = angle(body, 40);
  out.roll_deg = angle(body, 42);
  out.yaw_deg = angle(body, 44);
  out.home = position(le32(body, 50), le32(body, 46));
  read_product_and_uuid(body, 54, out);
}

void read_version_2(Bytes body, DjiTelemetry& out) {
  read_motion(body, out);
  out.yaw_deg = angle(body, 40);
  out.time_ms = plausible_time(le64(body, 42));
  // The pilot's latitude comes first, unlike everybody else's.
  out.pilot = position(le32(body, 50), le32(body, 54));
  out.home = position(le32(body, 62), le32(body, 58));
  read_product_and_uuid(body, 66, out);
}

/// Octets from the kind byte that the layout needs. What is common to all versions ends with the latitude;
/// version 1 is only known up to the length of its uuid, version 2 has a fixed size.
std::size_t telemetry_bytes(std::uint8_t version) {
  switch (version) {
    case 1:
      return 56;
    case 2:
      return 88;
    default:
      return 30;
  }
}

Result<DjiTelemetry, DjiReject> parse_telemetry(Bytes body) {
  if (body.size() < 2 || body.size() < telemetry_bytes(body[1])) return DjiReject::length;
  DjiTelemetry out;
  out.version = body[1];
  out.layout_verified = out.version == 1 || out.version == 2;
  out.sequence = le16(body, 2);
  out.state_info = le16(body, 4);
  out.serial = serial_number(body.subspan(6));
  out.position = position(le32(body, 26), le32(body, 22));
  if (out.version == 1) read_version_1(body, out);
  if (out.version == 2) read_version_2(body, out);
  return out;
}

/// Past the serial the layout is reported only, and the real packet at hand has an id length that cannot be:
/// what does not fit is absent.
Result<DjiLicence, DjiReject> parse_licence(Bytes body) {
  constexpr std::size_t kIdLengthAt = 17, kIdBytes = 10, kPurposeLengthAt = 28;
  if (body.size() < 1 + kSerialBytes) return DjiReject::length;
  DjiLicence out;
  out.serial = serial_number(body.subspan(1));
  if (body.size() >= kPurposeLengthAt && body[kIdLengthAt] <= kIdBytes)
    out.licence_id = ascii(body.subspan(kIdLengthAt + 1, body[kIdLengthAt]));
  if (body.size() > kPurposeLengthAt) {
    const Bytes rest = body.subspan(kPurposeLengthAt + 1);
    out.purpose = typed_text(rest.first(std::min<std::size_t>(body[kPurposeLengthAt], rest.size())));
  }
  return out;
}

std::string_view shell_marker(Bytes body) {
  if (body.size() < 5) return {};
  const std::string_view marker(reinterpret_cast<const char*>(body.data()) + 1, 4);
  return marker == "INFP" || marker == "CRYP" ? marker : std::string_view{};
}

Result<DjiEncrypted, DjiReject> parse_encrypted(Bytes body, std::string_view marker) {
  constexpr std::size_t kHashAt = 5, kCiphertextLengthAt = 17, kCiphertextAt = 19;
  DjiEncrypted out{std::string(marker), {}, std::nullopt};
  if (body.size() < kHashAt + out.session_hash.size()) return DjiReject::length;
  std::ranges::copy(body.subspan(kHashAt, out.session_hash.size()), out.session_hash.begin());
  if (marker != "INFP" || body.size() < kCiphertextAt) return out;
  const std::uint16_t length = le16(body, kCiphertextLengthAt);
  if (kCiphertextAt + length <= body.size()) out.ciphertext_bytes = length;
  return out;
}

/// Takes the parts' results into the whole.
template <typename Body>
Result<DjiDroneId, DjiReject> joined(DjiDroneId head, const Result<Body, DjiReject>& body) {
  if (!body) return body.error();
  head.body = *body;
  return head;
}

Result<DjiDroneId, DjiReject> parse_body(Bytes body, std::uint8_t length) {
  if (body.empty()) return DjiReject::length;
  const DjiDroneId head{length, body[0], DjiUnknownKind{}};
  const std::size_t content_at = head.kind == kTelemetryKind ? 2 : 1;
  if (body.size() > content_at && all_zero(body.subspan(content_at))) return DjiReject::sanity;
  if (head.kind == kLicenceKind) return joined(head, parse_licence(body));
  if (const auto marker = shell_marker(body); !marker.empty())
    return joined(head, parse_encrypted(body, marker));
  if (head.kind == kTelemetryKind) return joined(head, parse_telemetry(body));
  return head;
}

}  // namespace

std::uint16_t dji_crc16(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0x3692;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x8408U : 0U);
  }
  return static_cast<std::uint16_t>(crc);
}

Result<DjiDroneId, DjiReject> parse_dji_droneid(std::span<const std::uint8_t> block) {
  if (block.empty() || block[0] == 0) return DjiReject::length;
  const std::size_t logical_bytes = block[0] + kFraming;
  if (logical_bytes > std::min(block.size(), kMaxLogicalBytes)) return DjiReject::length;
  // A message followed by its own reflected CRC leaves nothing over.
  if (dji_crc16(block.first(logical_bytes)) != 0) return DjiReject::crc16;
  return parse_body(block.subspan(1, block[0]), block[0]);
}

Result<DjiDroneId, DjiReject> parse_dji_wifi_body(std::span<const std::uint8_t> body) {
  return parse_body(body, static_cast<std::uint8_t>(std::min<std::size_t>(body.size(), 255)));
}

}  // namespace windhover::decoders::messages
