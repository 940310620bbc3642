#include "tests/support/wifi_mac.hpp"

#include <stdexcept>

#include "tests/support/wifi_coding.hpp"

namespace windhover::synth {
namespace {

enum class FrameType : std::uint8_t {
  probe_response = 0x50,
  beacon = 0x80,
  block_ack = 0x94,
  action = 0xd0,
  ack = 0xd4,
  data = 0x08,
  qos_data = 0x88,
};

ByteVector begin_frame(FrameType type, std::uint8_t flags, std::uint16_t duration_us,
                       const MacAddress& receiver) {
  ByteVector out{static_cast<std::uint8_t>(type), flags};
  append_le(out, duration_us, 2);
  append(out, receiver);
  return out;
}

void append_sequence(ByteVector& out, std::uint16_t sequence) {
  append_le(out, static_cast<std::uint64_t>(sequence & 0x0fff) << 4, 2);  // fragment 0
}

ByteVector management_frame(FrameType type, const ManagementHeader& header) {
  ByteVector out = begin_frame(type, 0, header.duration_us, header.destination);
  append(out, header.source);
  append(out, header.bssid);
  append_sequence(out, header.sequence);
  return out;
}

ByteVector beacon_like(FrameType type, const BeaconValues& values) {
  ByteVector out = management_frame(type, values.header);
  append_le(out, values.tsf_us, 8);
  append_le(out, values.interval_tu, 2);
  append_le(out, values.capability, 2);
  append(out, values.elements);
  return out;
}

/// Four reserved bits, twelve of length, their CRC-8, and the letter N.
void append_delimiter(ByteVector& out, std::size_t length) {
  Bits bits;
  append_field(bits, 0, 4);
  append_field(bits, length, 12);
  const Bits crc = wifi_crc8(bits);
  append_le(out, length << 4, 2);
  std::uint8_t crc_octet = 0;
  for (std::size_t i = 0; i < crc.size(); ++i) crc_octet = static_cast<std::uint8_t>(crc_octet | crc[i] << i);
  out.push_back(crc_octet);
  out.push_back('N');
}

}  // namespace

std::uint32_t wifi_fcs(std::span<const std::uint8_t> frame) {
  std::uint32_t crc = 0xffffffff;
  for (const auto byte : frame) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
  }
  return ~crc;
}

ByteVector with_fcs(ByteVector frame) {
  append_le(frame, wifi_fcs(frame), 4);
  return frame;
}

ByteVector ampdu(std::span<const ByteVector> subframes) {
  ByteVector out;
  for (const auto& subframe : subframes) {
    if (subframe.size() > 4095) throw std::invalid_argument("an HT subframe has at most 4095 octets");
    out.resize((out.size() + 3) / 4 * 4);
    append_delimiter(out, subframe.size());
    append(out, subframe);
  }
  return out;
}

ByteVector beacon_frame(const BeaconValues& values) { return beacon_like(FrameType::beacon, values); }

ByteVector probe_response_frame(const BeaconValues& values) {
  return beacon_like(FrameType::probe_response, values);
}

ByteVector action_frame(const ManagementHeader& header, std::span<const std::uint8_t> body) {
  ByteVector out = management_frame(FrameType::action, header);
  append(out, body);
  return out;
}

ByteVector wifi_element(std::uint8_t number, std::span<const std::uint8_t> content) {
  if (content.size() > 255) throw std::invalid_argument("an element holds at most 255 octets");
  ByteVector out{number, static_cast<std::uint8_t>(content.size())};
  append(out, content);
  return out;
}

ByteVector ssid_element(const std::string& ssid) {
  return wifi_element(0, ByteVector(ssid.begin(), ssid.end()));
}

ByteVector data_frame(const DataValues& values) {
  const bool flags[] = {values.to_ds,     values.from_ds,       false, values.retry, false,
                        values.more_data, values.protected_body};
  unsigned octet = 0;
  for (std::size_t bit = 0; bit < std::size(flags); ++bit) octet |= static_cast<unsigned>(flags[bit]) << bit;
  ByteVector out = begin_frame(values.traffic_id ? FrameType::qos_data : FrameType::data,
                               static_cast<std::uint8_t>(octet), values.duration_us, values.address1);
  append(out, values.address2);
  append(out, values.address3);
  append_sequence(out, values.sequence);
  if (values.address4) append(out, *values.address4);
  if (values.traffic_id) append_le(out, *values.traffic_id, 2);
  append(out, values.body);
  return out;
}

ByteVector ack_frame(const MacAddress& receiver) { return begin_frame(FrameType::ack, 0, 0, receiver); }

ByteVector block_ack_frame(const MacAddress& receiver, const MacAddress& sender, std::uint8_t traffic_id,
                           std::uint16_t first_sequence, std::uint64_t received) {
  ByteVector out = begin_frame(FrameType::block_ack, 0, 0, receiver);
  append(out, sender);
  append_le(out, static_cast<std::uint64_t>(traffic_id) << 12 | 0x0004, 2);  // compressed bitmap
  append_sequence(out, first_sequence);
  append_le(out, received, 8);
  return out;
}

}  // namespace windhover::synth
