#pragma once
// Constants of the OFDM PHYs at 20 MHz (IEEE 802.11 clauses 17 and 19): carriers, training, rates,
// interleaving. A carrier k = -32 … 31 lies k · 312.5 kHz from the centre.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::decoders::wifi {

using dsp::cf32;

inline constexpr std::size_t kFft = 64;     ///< samples of a symbol without its guard
inline constexpr std::size_t kGuard = 16;   ///< samples; 8 where HT shortens it
inline constexpr std::size_t kSymbol = 80;  ///< samples, guard first

/// Where carrier k lies in a transform.
constexpr std::size_t bin_of(int carrier) { return static_cast<std::size_t>(carrier) & (kFft - 1); }

/// What a symbol's carriers are for.
struct CarrierPlan {
  std::vector<int> used;               ///< ascending, without 0
  std::vector<int> data;               ///< ascending
  std::array<int, 4> pilots;           ///< ascending
  std::array<float, 4> pilot_signs;    ///< of the first symbol
  std::array<float, kFft> training{};  ///< ±1 by bin, 0 where no carrier is used
};
const CarrierPlan& legacy_plan();  ///< 52 carriers
const CarrierPlan& ht_plan();      ///< 56 carriers

/// Short training at 20 MS/s, one period; mean power 1.
const std::array<cf32, 16>& short_training_period();
/// Long training symbol of the legacy preamble without its guard; mean power 1.
const std::array<cf32, kFft>& long_training_symbol();
/// The HT-LTF symbol.
const std::array<cf32, kFft>& ht_training_symbol();

/// +1 or -1 of symbol n's pilots; SIGNAL is n = 0.
float pilot_polarity(std::size_t n);

enum class Puncturing : std::uint8_t { half, two_thirds, three_quarters, five_sixths };

/// Modulation and coding of one stream.
struct RateFormat {
  float mbps;  ///< with the long guard
  std::uint8_t bits_per_carrier;
  Puncturing puncturing;
  std::uint16_t coded_bits;  ///< of a symbol
  std::uint16_t data_bits;
};
/// By the four bits R1 … R4 of SIGNAL, R1 in bit 0; nullptr where none is assigned.
const RateFormat* legacy_rate(unsigned bits);
/// HT at 20 MHz, MCS 0 … 7.
const RateFormat& ht_rate(unsigned mcs);

/// Place in the symbol's received bits of each coded bit.
const std::vector<std::uint16_t>& deinterleaver(const RateFormat& rate, bool ht);

/// Which of the encoder's output bits were sent, over one period.
std::span<const std::uint8_t> sent_pattern(Puncturing puncturing);

}  // namespace windhover::decoders::wifi
