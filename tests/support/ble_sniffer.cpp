#include "tests/support/ble_sniffer.hpp"

#include <algorithm>

namespace windhover::synth {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Frame: board, then a header of length (2 bytes), protocol version, counter (2) and kind of event.
constexpr std::size_t kLengthAt = 1;
constexpr std::size_t kKindAt = 6;
constexpr std::size_t kFrameHeader = 7;
constexpr std::uint8_t kAdvertisingPacket = 2, kDataPacket = 6;
// Event: its header's length, flags, channel, -RSSI, event counter (2), time (4); then the packet.
constexpr std::size_t kEventHeader = 10;
constexpr std::size_t kAddressBytes = 4, kPduHeader = 2;

Bytes event_of(Bytes frame) {
  if (frame.size() < kFrameHeader) throw CaptureError("A frame of the Nordic sniffer has no whole header.");
  const std::size_t length = frame[kLengthAt] | std::size_t{frame[kLengthAt + 1]} << 8;
  if (frame.size() != kFrameHeader + length)
    throw CaptureError("A frame of the Nordic sniffer has not the length that it names.");
  return frame.subspan(kFrameHeader);
}

BlePhy phy_of(std::uint8_t flags, Bytes packet) {
  switch (flags >> 4 & 7) {
    case 0:
      return BlePhy::le_1m;
    case 1:
      return BlePhy::le_2m;
    case 2:
      // The coding indicator stands between access address and PDU.
      if (packet.size() <= kAddressBytes) throw CaptureError("A coded packet of the sniffer is cut off.");
      return packet[kAddressBytes] == 0 ? BlePhy::le_coded_s8 : BlePhy::le_coded_s2;
    default:
      throw CaptureError("A frame of the Nordic sniffer names a PHY that does not exist.");
  }
}

}  // namespace

std::optional<SniffedBle> sniffed_ble(const CaptureFrame& frame) {
  if (frame.link_type != kNordicBleLinkType) return std::nullopt;
  const Bytes event = event_of(frame.bytes);
  if (const auto kind = frame.bytes[kKindAt]; kind != kAdvertisingPacket && kind != kDataPacket)
    return std::nullopt;
  if (event.size() < kEventHeader || event[0] != kEventHeader)
    throw CaptureError("A packet of the Nordic sniffer has no whole header.");
  Bytes packet = event.subspan(kEventHeader);

  SniffedBle out;
  const std::uint8_t flags = event[1];
  out.crc_ok = (flags & 1) != 0;
  out.channel_index = event[2];
  out.rssi_dbm = -int{event[3]};
  out.phy = phy_of(flags, packet);
  const bool coded = out.phy == BlePhy::le_coded_s8 || out.phy == BlePhy::le_coded_s2;
  const std::size_t before = kAddressBytes + (coded ? 1 : 0);
  if (packet.size() < before + kPduHeader + kBleCrcBytes ||
      packet.size() != before + kPduHeader + packet[before + 1] + kBleCrcBytes)
    throw CaptureError("A packet of the Nordic sniffer has not the length that its PDU names.");
  for (unsigned i = 0; i < kAddressBytes; ++i) out.access_address |= std::uint32_t{packet[i]} << (8 * i);
  packet = packet.subspan(before);
  std::copy_n(packet.end() - kBleCrcBytes, kBleCrcBytes, out.crc.begin());
  packet = packet.first(packet.size() - kBleCrcBytes);
  out.pdu.assign(packet.begin(), packet.end());
  return out;
}

}  // namespace windhover::synth
