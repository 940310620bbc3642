#include "tests/support/droneid_packet.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <type_traits>

#include "tests/support/byte_vector.hpp"
#include "tests/support/lte_coding.hpp"

namespace windhover::synth {
namespace {

template <typename Integer>
void append_integer(ByteVector& out, Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(bits) >> 8 * i));
}

void append_cut_text(ByteVector& out, const std::string& text, std::size_t field_bytes) {
  const std::size_t kept = std::min(text.size(), field_bytes);
  out.insert(out.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(kept));
  out.resize(out.size() + field_bytes - kept);
}

constexpr double kDegreesPerUnit = 180.0 / (std::numbers::pi * 1e7);

}  // namespace

std::int32_t droneid_coordinate(double degrees) {
  return static_cast<std::int32_t>(std::lround(degrees / kDegreesPerUnit));
}

double droneid_degrees(std::int32_t coordinate) { return coordinate * kDegreesPerUnit; }

std::uint16_t droneid_crc16(std::span<const std::uint8_t> bytes) {
  std::uint16_t crc = 0x3692;
  for (const std::uint8_t byte : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      const bool odd = ((crc ^ byte >> bit) & 1) != 0;
      crc = static_cast<std::uint16_t>(crc >> 1 ^ (odd ? 0x8408 : 0));
    }
  return crc;
}

std::vector<std::uint8_t> droneid_packet(std::span<const std::uint8_t> body) {
  if (body.empty() || body.size() > 170) throw std::invalid_argument("a DroneID body has 1 to 170 bytes");
  ByteVector packet;
  packet.reserve(body.size() + 3);
  packet.push_back(static_cast<std::uint8_t>(body.size()));
  packet.insert(packet.end(), body.begin(), body.end());
  append_integer(packet, droneid_crc16(packet));
  return packet;
}

std::vector<std::uint8_t> droneid_telemetry_packet(const DroneIdTelemetry& t) {
  constexpr std::size_t kUuidBytes = 20;
  ByteVector body{0x10, 2};
  append_integer(body, t.sequence);
  append_integer(body, t.state_info);
  append_cut_text(body, t.serial, 16);
  append_integer(body, t.lon);
  append_integer(body, t.lat);
  for (const std::int16_t value : {t.altitude, t.height, t.v_north, t.v_east, t.v_up, t.yaw})
    append_integer(body, value);
  append_integer(body, t.time_ms);
  for (const std::int32_t value : {t.pilot_lat, t.pilot_lon, t.home_lon, t.home_lat})
    append_integer(body, value);
  append_integer(body, t.product_type);
  append_integer(body, static_cast<std::uint8_t>(std::min(t.uuid.size(), kUuidBytes)));
  append_cut_text(body, t.uuid, kUuidBytes);
  return droneid_packet(body);
}

std::vector<std::uint8_t> droneid_licence_packet(const std::string& serial, const std::string& id,
                                                 const std::string& purpose) {
  constexpr std::size_t kBodyBytes = 0x8d, kIdBytes = 10;
  ByteVector body{0x11};
  append_cut_text(body, serial, 16);
  append_integer(body, static_cast<std::uint8_t>(std::min(id.size(), kIdBytes)));
  append_cut_text(body, id, kIdBytes);
  const std::size_t room = kBodyBytes - body.size() - 1;
  append_integer(body, static_cast<std::uint8_t>(std::min(purpose.size(), room)));
  append_cut_text(body, purpose, room);
  return droneid_packet(body);
}

std::vector<std::uint8_t> droneid_infp_packet(std::span<const std::uint8_t, 4> session_hash,
                                              std::span<const std::uint8_t, 8> nonce,
                                              std::span<const std::uint8_t> ciphertext) {
  constexpr std::size_t kBodyBytes = 0x87;
  ByteVector body{0x10, 'I', 'N', 'F', 'P'};
  body.insert(body.end(), session_hash.begin(), session_hash.end());
  body.insert(body.end(), nonce.begin(), nonce.end());
  append_integer(body, static_cast<std::uint16_t>(ciphertext.size()));
  body.insert(body.end(), ciphertext.begin(), ciphertext.end());
  if (body.size() > kBodyBytes) throw std::invalid_argument("the ciphertext has more than 116 bytes");
  body.resize(kBodyBytes);
  return droneid_packet(body);
}

std::vector<std::uint8_t> transport_block(std::span<const std::uint8_t> packet,
                                          std::span<const std::uint8_t> stale) {
  constexpr std::size_t kPayloadBytes = kTransportBlockBytes - 3;
  if (packet.size() > kPayloadBytes) throw std::invalid_argument("the packet has more than 173 bytes");
  ByteVector block(packet.begin(), packet.end());
  block.resize(kPayloadBytes);
  const std::size_t kept = std::min(stale.size(), kPayloadBytes - packet.size());
  std::ranges::copy(stale.last(kept), block.end() - static_cast<std::ptrdiff_t>(kept));
  const std::uint32_t crc = crc24a(block);
  for (const int shift : {16, 8, 0}) block.push_back(static_cast<std::uint8_t>(crc >> shift & 0xff));
  return block;
}

}  // namespace windhover::synth
