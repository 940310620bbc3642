#pragma once
// The waveform of known symbols: Gaussian frequency-shift keying with bandwidth-time product 0.5 (Core
// Specification Vol 6 Part A 3.1), at two samples a symbol, carrier 0 and amplitude 1.

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::decoders::bluetooth {

using dsp::cf32;

inline constexpr int kSamplesPerSymbol = 2;
inline constexpr double kNominalIndex = 0.5;
/// Of the channels' filters, flat to 0.8 and closed from 1.2 symbol rates on, in symbol rates.
inline constexpr double kNoiseBandwidth = 1.8;

/// Phase that one symbol of value +1 has added `t` symbols after its start, for modulation index 1: from 0
/// before -0.8 to π after 1.8.
double phase_pulse(double t);

/// Phase of a row of known symbols, for modulation index 1, at any time; what comes before and after them is
/// taken as no deviation.
class KnownSymbols {
 public:
  /// symbols  0 or 1 each
  explicit KnownSymbols(std::span<const std::uint8_t> symbols);

  std::size_t size() const { return symbols_; }
  /// `steps` counts 1/kSteps symbols from the first symbol's start, 0 … kSteps·size().
  float phase(std::size_t steps) const { return phase_[steps]; }

  static constexpr std::size_t kSteps = 16;  ///< a symbol

 private:
  std::size_t symbols_;
  std::vector<float> phase_;
};

}  // namespace windhover::decoders::bluetooth
