#pragma once
// The length-31 Gold sequence of LTE, which scrambles DroneID bursts.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace windhover::decoders::ocusync {

inline constexpr std::uint32_t kScramblerInit = 0x12345678;

/// c(0…length-1) of 3GPP TS 36.211 section 7.2, one bit an element.
std::vector<std::uint8_t> gold_sequence(std::uint32_t c_init, std::size_t length);

}  // namespace windhover::decoders::ocusync
