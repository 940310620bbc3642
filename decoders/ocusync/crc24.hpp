#pragma once
// CRC24A of LTE (3GPP TS 36.212 section 5.1.1): polynomial 0x864CFB, initial value 0, not reflected.

#include <array>
#include <cstdint>
#include <span>

namespace windhover::decoders::ocusync {

namespace detail {
consteval std::array<std::uint32_t, 256> crc24a_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i << 16;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 0x800000 ? crc << 1 ^ 0x864cfb : crc << 1;
    table[i] = crc & 0xffffff;
  }
  return table;
}
inline constexpr auto kCrc24aTable = crc24a_table();
}  // namespace detail

/// check("123456789") = 0xCDE703; 0 over a message followed by its own CRC.
constexpr std::uint32_t crc24a(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0;
  for (const std::uint8_t byte : bytes) crc = (crc << 8 & 0xffffff) ^ detail::kCrc24aTable[crc >> 16 ^ byte];
  return crc;
}

}  // namespace windhover::decoders::ocusync
