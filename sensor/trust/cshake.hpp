#pragma once
// cSHAKE128 with an empty function name (NIST SP 800-185 section 3, FIPS 202), as DRIP uses it. libsodium has
// no SHA-3.

#include <cstdint>
#include <initializer_list>
#include <span>

namespace windhover::sensor {

/// Fills `out` with the hash of the concatenated `parts`; `customization` is S, at most 31 bytes. An empty S
/// gives SHAKE128.
void cshake128(std::initializer_list<std::span<const std::uint8_t>> parts,
               std::span<const std::uint8_t> customization, std::span<std::uint8_t> out);

}  // namespace windhover::sensor
