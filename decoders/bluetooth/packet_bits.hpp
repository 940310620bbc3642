#pragma once
// From received bits to a packet's bytes, alike for all physical layers.

#include <span>

#include "decoders/bluetooth/link_layer_bits.hpp"
#include "decoders/bluetooth/packet.hpp"

namespace windhover::decoders::bluetooth {

inline constexpr std::size_t kHeaderBits = 16;
inline constexpr std::size_t kCrcBits = 8 * kCrcBytes;

/// Whole bytes out of `bits`, 0 or 1 each in air order from the start of the PDU, without whitening; as many
/// as there are or fit. Returns how many.
std::size_t dewhiten(std::span<const std::uint8_t> bits, int channel_index, std::span<std::uint8_t> bytes);

/// Fills in what the bits say: PDU, `complete`, CRC. `pdu_bytes` is the PDU's length as its header has it.
void fill_packet(std::span<const std::uint8_t> bits, int channel_index, std::size_t pdu_bytes, bool complete,
                 std::uint32_t crc_init, Packet& packet);

}  // namespace windhover::decoders::bluetooth
