#pragma once
// What happens to bits on their way to Wi-Fi's OFDM carriers (IEEE 802.11 clauses 17.3.5 and 19.3.11):
// scrambler, convolutional code, puncturing, interleaver, constellation. One bit an octet, in air order.

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>

#include "tests/support/bits.hpp"

namespace windhover::synth {

/// x⁷ + x⁴ + 1 as it is added to bits. Bit k - 1 of `seed` is register x_k; 0 would be silence.
Bits wifi_scrambler(unsigned seed, std::size_t count);

/// Whole symbols that SERVICE, PSDU and tail take.
std::size_t data_symbols(std::size_t psdu_bytes, std::size_t data_bits);

/// SERVICE, PSDU, tail and padding after the scrambler, in whole symbols of `data_bits`.
Bits scrambled_data(std::span<const std::uint8_t> psdu, std::size_t data_bits, unsigned scrambler_seed);

enum class CodeRate : std::uint8_t { half, two_thirds, three_quarters, five_sixths };

struct Fraction {
  std::size_t numerator, denominator;
};
Fraction fraction(CodeRate rate);

/// 133/171 (octal) from state 0, punctured; the caller appends the tail.
Bits convolutional_code(std::span<const std::uint8_t> bits, CodeRate rate);

/// Carriers and pilots of a DATA symbol as interleaver and mapper see them.
struct CarrierPlan {
  std::size_t data_carriers;
  std::size_t interleaver_columns;
};
inline constexpr CarrierPlan kLegacyPlan{48, 16};
inline constexpr CarrierPlan kHt20Plan{52, 13};
inline constexpr CarrierPlan kHt40Plan{108, 18};

/// Where coded bit k of a symbol with `bits_per_carrier` (1, 2, 4, 6) goes; one spatial stream.
std::size_t interleaved_position(std::size_t k, const CarrierPlan& plan, std::size_t bits_per_carrier);

/// One symbol's coded bits in the order of the carriers.
Bits interleave(std::span<const std::uint8_t> coded, const CarrierPlan& plan, std::size_t bits_per_carrier);

/// BPSK, QPSK, 16-QAM or 64-QAM after the number of bits; mean power 1.
std::complex<double> map_constellation(std::span<const std::uint8_t> bits);

/// x⁸ + x² + x + 1, preset to ones, complemented, highest power first: HT-SIG, VHT-SIG-A and, over its first
/// 16 bits, the delimiter of an A-MPDU.
Bits wifi_crc8(std::span<const std::uint8_t> bits);

}  // namespace windhover::synth
