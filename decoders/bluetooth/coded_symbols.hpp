#pragma once
// Soft decisions on the symbols of S=2: each window of five symbols is correlated with all 32 sequences, and
// the best with a 1 in the middle is held against the best with a 0. Nothing is assumed of the carrier's
// phase.

#include "decoders/bluetooth/coded_patterns.hpp"

namespace windhover::decoders::bluetooth {

inline constexpr std::size_t kSymbolReach = 2;  ///< symbols either side of the one decided
inline constexpr std::size_t kSymbolWindow = (2 * kSymbolReach + 1) * kCodedOversampling;
inline constexpr std::size_t kSymbolHalf = kSymbolWindow / 2;

struct SymbolSums {
  float soft = 0;             ///< positive for 1, up to some four amplitudes
  cf32 turn;                  ///< what the carrier turns by in kSymbolHalf samples, weighted
  float early = 0, late = 0;  ///< the best sequence's level if the clock were half a sample off
};

/// Builds the table that correlate_symbol() would otherwise build at its first call, which takes
/// milliseconds.
void prepare_symbols();

/// iq holds kSymbolWindow samples; the window starts `fraction` (0 … 1) of a sample before iq[0].
SymbolSums correlate_symbol(const cf32* iq, double fraction);

}  // namespace windhover::decoders::bluetooth
