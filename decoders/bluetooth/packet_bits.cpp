#include "decoders/bluetooth/packet_bits.hpp"

#include <algorithm>

namespace windhover::decoders::bluetooth {

std::size_t dewhiten(std::span<const std::uint8_t> bits, int channel_index, std::span<std::uint8_t> bytes) {
  Whitening whitening(channel_index);
  const std::size_t count = std::min(bits.size() / 8, bytes.size());
  for (std::size_t i = 0; i < count; ++i) {
    unsigned byte = whitening.next_byte();
    for (std::size_t b = 0; b < 8; ++b) byte ^= static_cast<unsigned>(bits[8 * i + b]) << b;
    bytes[i] = static_cast<std::uint8_t>(byte);
  }
  return count;
}

void fill_packet(std::span<const std::uint8_t> bits, int channel_index, std::size_t pdu_bytes, bool complete,
                 std::uint32_t crc_init, Packet& packet) {
  std::array<std::uint8_t, kMaxPduBytes + kCrcBytes> bytes{};
  const std::size_t held = dewhiten(bits, channel_index, bytes);
  packet.complete = complete;
  packet.size = static_cast<std::uint16_t>(std::min(held, pdu_bytes));
  std::copy_n(bytes.begin(), packet.size, packet.bytes.begin());
  packet.crc_ok = false;
  if (!complete || held < pdu_bytes + kCrcBytes) return;
  const std::uint8_t* crc = bytes.data() + pdu_bytes;
  packet.crc_ok =
      link_layer_crc(packet.pdu(), crc_init) ==
      (crc[0] | static_cast<std::uint32_t>(crc[1]) << 8U | static_cast<std::uint32_t>(crc[2]) << 16U);
}

}  // namespace windhover::decoders::bluetooth
