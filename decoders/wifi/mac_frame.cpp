#include "decoders/wifi/mac_frame.hpp"

#include <algorithm>

namespace windhover::decoders::wifi {
namespace {

constexpr std::size_t kManagementHeader = 24, kBeaconFixed = 12;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1U ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}

// Control frames that name their sender: RTS, BlockAckReq, BlockAck, PS-Poll, CF-End.
constexpr bool names_sender(unsigned subtype) {
  return subtype == 8 || subtype == 9 || subtype == 10 || subtype == 11 || subtype == 14;
}

Transmitter address_at(Bytes frame, std::size_t offset) {
  Transmitter address;
  std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(offset), 6, address.octets.begin());
  address.random = (address.octets[0] & 2U) != 0;
  return address;
}

// x⁸ + x² + x + 1 over the first two octets, least significant bit first.
std::uint8_t delimiter_crc(Bytes delimiter) {
  unsigned crc = 0xFF;
  for (const std::uint8_t octet : delimiter.first(2))
    for (unsigned bit = 0; bit < 8; ++bit) {
      const unsigned top = crc >> 7U ^ (octet >> bit & 1U);
      crc = (crc << 1U & 0xFFU) ^ (top != 0 ? 0x07U : 0U);
    }
  unsigned sent = 0;  // most significant coefficient first
  for (unsigned bit = 0; bit < 8; ++bit) sent |= (~crc >> (7 - bit) & 1U) << bit;
  return static_cast<std::uint8_t>(sent);
}

std::size_t data_header_size(const MacHeader& header, bool has_order) {
  std::size_t size = 24;
  if (header.to_ds && header.from_ds) size += 6;
  if ((header.subtype & 8U) != 0) size += has_order ? 6 : 2;  // QoS control, HT control
  return size;
}

}  // namespace

std::uint32_t frame_check_sequence(Bytes frame) {
  static constexpr auto kTable = make_crc_table();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t octet : frame) crc = crc >> 8U ^ kTable[(crc ^ octet) & 0xFFU];
  return ~crc;
}

bool has_good_fcs(Bytes frame) {
  if (frame.size() < kFcsBytes + 10) return false;
  const Bytes sent = frame.last(kFcsBytes);
  const std::uint32_t crc = frame_check_sequence(frame.first(frame.size() - kFcsBytes));
  for (std::size_t i = 0; i < kFcsBytes; ++i)
    if (sent[i] != (crc >> (8 * i) & 0xFFU)) return false;
  return true;
}

std::optional<MacHeader> parse_mac_header(Bytes frame) {
  if (frame.size() < 10 || (frame[0] & 3U) != 0) return std::nullopt;
  MacHeader header;
  header.type = static_cast<FrameType>(frame[0] >> 2U & 3U);
  header.subtype = frame[0] >> 4U;
  header.to_ds = (frame[1] & 1U) != 0;
  header.from_ds = (frame[1] & 2U) != 0;
  header.retry = (frame[1] & 8U) != 0;
  header.is_protected = (frame[1] & 0x40U) != 0;
  const bool has_order = (frame[1] & 0x80U) != 0;
  switch (header.type) {
    case FrameType::management:
      header.size = kManagementHeader + (has_order ? 4U : 0U);
      break;
    case FrameType::data:
      header.size = data_header_size(header, has_order);
      break;
    case FrameType::control:
      header.size = names_sender(header.subtype) ? 16 : 10;
      break;
    case FrameType::extension:
      return std::nullopt;
  }
  if (frame.size() < header.size) return std::nullopt;
  header.receiver = address_at(frame, 4);
  if (header.size >= 16) header.transmitter = address_at(frame, 10);
  return header;
}

bool may_hold_remote_id(Bytes head) {
  const auto header = parse_mac_header(head);
  if (!header || header->type != FrameType::management || header->is_protected) return false;
  switch (static_cast<ManagementKind>(header->subtype)) {
    case ManagementKind::beacon:
    case ManagementKind::probe_response:
      return true;
    case ManagementKind::action:
      break;
    default:
      return false;
  }
  // Public action, vendor specific, NAN.
  constexpr std::uint8_t kNan[] = {4, 9, 0x50, 0x6F, 0x9A, 0x13};
  const Bytes body = head.subspan(header->size);
  return std::equal(body.begin(),
                    body.begin() + static_cast<std::ptrdiff_t>(std::min(body.size(), std::size(kNan))), kNan);
}

std::optional<Subframe> next_subframe(Bytes& rest) {
  constexpr std::size_t kDelimiter = 4;
  constexpr std::uint8_t kSignature = 0x4E;
  while (rest.size() >= kDelimiter) {
    const Bytes delimiter = rest.first(kDelimiter);
    rest = rest.subspan(kDelimiter);
    const std::size_t length = delimiter[0] >> 4U | std::size_t{delimiter[1]} << 4U;
    if (delimiter[3] != kSignature || delimiter[2] != delimiter_crc(delimiter) || length == 0) continue;
    const Subframe frame{rest.first(std::min(length, rest.size())), length};
    rest = rest.subspan(std::min(rest.size(), (length + 3) / 4 * 4));
    return frame;
  }
  return std::nullopt;
}

Elements::Elements(Bytes body) : rest_(body.subspan(std::min(body.size(), kBeaconFixed))) {}

std::optional<Element> Elements::next() {
  if (rest_.size() < 2 || rest_.size() - 2 < rest_[1]) return std::nullopt;
  const Element element{rest_[0], rest_.subspan(2, rest_[1])};
  rest_ = rest_.subspan(2U + element.content.size());
  return element;
}

}  // namespace windhover::decoders::wifi
