#pragma once
// The transmitting side of LTE's downlink shared channel as DJI's DroneID uses it: CRC24A, turbo code for one
// block of 1408 bits, rate matching, and the Gold sequence. One bit an octet unless a name says bytes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/bits.hpp"

namespace windhover::synth {

inline constexpr std::size_t kTransportBlockBytes = 176;
inline constexpr std::size_t kTransportBlockBits = 8 * kTransportBlockBytes;

/// MSB first.
Bits unpack_bits(std::span<const std::uint8_t> bytes);

/// 3GPP TS 36.212 section 5.1.1: polynomial 0x864CFB, initial 0; check("123456789") = 0xCDE703.
std::uint32_t crc24a(std::span<const std::uint8_t> bytes);

/// 3GPP TS 36.211 section 7.2, with its 1600 discarded steps.
Bits gold_sequence(std::uint32_t c_init, std::size_t length);

/// The three streams of 36.212 section 5.1.3.2, K + 4 bits each with the tail in the standard's order.
struct TurboStreams {
  Bits systematic;
  Bits parity1;
  Bits parity2;
};

/// Address i of the internal interleaver for K = 1408: (43·i + 88·i²) mod 1408.
std::size_t qpp_address(std::size_t i);

/// `block` holds 1408 bits.
TurboStreams turbo_encode(std::span<const std::uint8_t> block);

/// 36.212 section 5.1.4.1 for redundancy version 0: sub-block interleaving, circular buffer, first
/// `output_bits` real bits of it from its start, again from the front when it is used up.
Bits rate_match(const TurboStreams& streams, std::size_t output_bits);

/// The whole way: 176 bytes (CRC24A included) to `output_bits` coded bits.
Bits encode_transport_block(std::span<const std::uint8_t> block, std::size_t output_bits);

}  // namespace windhover::synth
