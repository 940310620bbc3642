#pragma once
// Bits of packets, 0 or 1 an octet.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace windhover::synth {

using Bits = std::vector<std::uint8_t>;

/// The lowest `count` bits of a field, LSB first.
inline void append_field(Bits& out, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(value >> i & 1));
}

/// LSB of each octet first, as Bluetooth and Wi-Fi send them.
inline Bits lsb_first_bits(std::span<const std::uint8_t> bytes) {
  Bits out;
  out.reserve(8 * bytes.size());
  for (const auto byte : bytes) append_field(out, byte, 8);
  return out;
}

}  // namespace windhover::synth
