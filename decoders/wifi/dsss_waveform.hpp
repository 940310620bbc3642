#pragma once
// The waveform of one Barker symbol as it arrives: transmitter's pulse, paths and filters in one, measured on
// the preamble. All energy is in it, whatever the channel, so that it is what symbols are correlated with.

#include <array>
#include <cstddef>

#include "decoders/complex_math.hpp"
#include "decoders/wifi/dsss_sync.hpp"

namespace windhover::decoders::wifi {

/// Without the carrier's turn.
struct SymbolWaveform {
  static constexpr std::size_t kTaps = 40;
  static constexpr std::size_t kLead = 8;  ///< samples before the symbol's position

  std::array<cf32, kTaps> taps{};
  float energy() const;
};

/// What a preamble tells.
struct PreambleEstimate {
  SymbolWaveform waveform;  ///< its phase is that at the header's position
  double turn = 0;          ///< of the carrier, radians a sample
  double delay = 0;         ///< of the symbols' start behind KnownPreamble's positions, samples
  float signal = 0;         ///< power a sample
  float noise = 0;          ///< power a sample, as if it were white
  bool is_beside = false;   ///< the transmission is one of another channel, 5 MHz or more beside
};

/// Samples before the first and behind the last symbol that measure_preamble() looks at.
inline constexpr std::int64_t kPreambleMargin = 32;

/// Symbols before the first sample held are left out.
PreambleEstimate measure_preamble(const DsssSamples& samples, const KnownPreamble& known);

}  // namespace windhover::decoders::wifi
