#pragma once
// Whitening and CRC of the LE link layer, Core Specification Vol 6 Part B 3.1.1 and 3.2.

#include <cstddef>
#include <cstdint>
#include <span>

namespace windhover::decoders::bluetooth {

inline constexpr std::uint32_t kAdvertisingAddress = 0x8E89BED6;
inline constexpr std::uint32_t kAdvertisingCrcInit = 0x555555;

/// The stream that PDU and CRC are XORed with, bit by bit in air order. x^7 + x^4 + 1; the seed is position 0
/// first, so a channel's is 1 followed by its index, most significant bit first.
class Whitening {
 public:
  explicit constexpr Whitening(int channel_index)
      : positions_(static_cast<std::uint8_t>(0x40 | (channel_index & 0x3F))) {}

  /// Next bit, 0 or 1.
  constexpr std::uint8_t next() {
    const std::uint8_t out = positions_ & 1U;
    positions_ = static_cast<std::uint8_t>((positions_ >> 1U) ^ (out != 0 ? 0x44U : 0U));
    return out;
  }
  /// Next eight bits, the first of them in bit 0.
  constexpr std::uint8_t next_byte() {
    std::uint8_t byte = 0;
    for (unsigned bit = 0; bit < 8; ++bit) byte = static_cast<std::uint8_t>(byte | (next() << bit));
    return byte;
  }

 private:
  std::uint8_t positions_;  // position 0 in bit 6 … position 6 in bit 0
};

/// CRC24 of x^24 + x^10 + x^9 + x^6 + x^4 + x^3 + x + 1 over a PDU without whitening, as the number whose
/// little-endian bytes follow on air.
constexpr std::uint32_t link_layer_crc(std::span<const std::uint8_t> pdu,
                                       std::uint32_t init = kAdvertisingCrcInit) {
  std::uint32_t reg = 0;  // reflected: what is sent first is bit 0
  for (unsigned bit = 0; bit < 24; ++bit) reg |= ((init >> bit) & 1U) << (23U - bit);
  for (const std::uint8_t byte : pdu) {
    reg ^= byte;
    for (unsigned bit = 0; bit < 8; ++bit) reg = (reg >> 1U) ^ ((reg & 1U) != 0 ? 0xDA6000U : 0U);
  }
  return reg;
}

}  // namespace windhover::decoders::bluetooth
