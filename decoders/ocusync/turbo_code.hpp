#pragma once
// The turbo code of LTE's shared channel (3GPP TS 36.212 section 5.1.3 and 5.1.4.1) as a DroneID burst uses
// it: one block of 1408 bits, 7200 coded bits, redundancy version 0.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "decoders/ocusync/numerology.hpp"

namespace windhover::decoders::ocusync {

/// QPP interleaver for K = 1408: f1 = 43, f2 = 88.
constexpr std::size_t qpp(std::size_t i) { return (43 * i + 88 * i * i) % kInfoBits; }

/// Where coded bit e of a burst comes from: stream · kStreamBits + position in the stream. Streams: 0
/// systematic, 1 parity, 2 parity of the interleaved bits; each ends in its 4 tail bits. Bits 4236…7199
/// repeat 0…2963.
const std::array<std::uint16_t, kCodedBits>& rate_matching_map();

/// info  1408 bits; coded  7200 bits, one an element.
void turbo_encode(std::span<const std::uint8_t, kInfoBits> info, std::span<std::uint8_t, kCodedBits> coded);

/// Adds the soft bits of all copies of a coded bit. streams: 3 · kStreamBits values in the map's order.
void rate_dematch(std::span<const float, kCodedBits> soft, std::span<float, 3 * kStreamBits> streams);

}  // namespace windhover::decoders::ocusync
