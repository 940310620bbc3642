#pragma once
// Octets of PDUs and frames, one put behind the other.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace windhover::synth {

using ByteVector = std::vector<std::uint8_t>;

inline void append(ByteVector& out, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) out.push_back(byte);
}

/// `bytes` low bytes of `value`, least significant first.
inline void append_le(ByteVector& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace windhover::synth
