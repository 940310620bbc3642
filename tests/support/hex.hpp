#pragma once
// Bytes of tests and scenes, written as hexadecimal digits.

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace windhover::synth {

inline std::vector<std::uint8_t> from_hex(std::string_view hex) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw std::invalid_argument("no hexadecimal digit");
  };
  if (hex.size() % 2 != 0) throw std::invalid_argument("an odd number of hexadecimal digits");
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return bytes;
}

}  // namespace windhover::synth
