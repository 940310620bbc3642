#pragma once
// Signatures of Ed25519 (RFC 8032), by libsodium.

#include <array>
#include <cstdint>
#include <span>

namespace windhover::sensor {

using Ed25519Key = std::array<std::uint8_t, 32>;  ///< public

/// Takes about 50 µs.
bool ed25519_fits(std::span<const std::uint8_t, 64> signature, std::span<const std::uint8_t> message,
                  const Ed25519Key& key);

}  // namespace windhover::sensor
