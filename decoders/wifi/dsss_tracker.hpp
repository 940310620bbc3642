#pragma once
// Barker symbols to phases, along carrier and symbol clock: each symbol is correlated with the waveform that
// the preamble showed, and what is left of it after the decision steers both loops.

#include <array>
#include <cstdint>

#include "decoders/wifi/dsss_waveform.hpp"

namespace windhover::decoders::wifi {

/// A decided symbol; phases in quarter turns, 0 that of a symbol of sign +1 in the preamble.
struct PhaseDecision {
  std::uint8_t quarter = 0;
  std::uint8_t second = 0;  ///< the next likely
  float margin = 0;  ///< how much it is less likely: 1 where there is no noise, 0 where nothing is known
};

/// `value` without its phase of so many quarter turns.
constexpr cf32 turned_back(cf32 value, unsigned quarters) {
  switch (quarters & 3U) {
    case 1:
      return {value.imag(), -value.real()};
    case 2:
      return -value;
    case 3:
      return {-value.imag(), value.real()};
    default:
      return value;
  }
}

/// `value` is 1 for quarter 0, without noise. Two phases, or four.
PhaseDecision decide_phase(cf32 value, bool four);

class BarkerTracker {
 public:
  BarkerTracker();

  void start(const PreambleEstimate& estimate, std::int64_t position);

  /// Sample behind the last that the next symbol takes.
  std::int64_t needed() const;
  PhaseDecision read(const DsssSamples& samples, bool four);

  double position() const { return position_; }  ///< of the next symbol
  double turn() const { return turn_; }          ///< of the carrier, radians a sample
  double drift() const { return drift_; }        ///< of the symbol clock, samples a symbol
  cf32 phasor() const { return phasor_; }        ///< of the carrier at phased_sample()
  std::int64_t phased_sample() const { return nearest_place(position_).sample; }
  /// Mean squared distance of values from what they were taken for: 1 where there is nothing any more.
  float error() const { return error_; }

 private:
  static constexpr std::size_t kTaps = SymbolWaveform::kTaps;
  static constexpr int kPhases = 8;  // of a sample

  struct Kernel {
    std::array<float, kTaps> re, im;              // the waveform with its carrier
    std::array<float, kTaps> slope_re, slope_im;  // its change with delay
  };
  struct Place {
    std::int64_t sample;
    std::size_t phase;
  };
  static Place nearest_place(double position);
  void steer_clock(float late);
  void steer_carrier(float off, std::int64_t samples);
  void interpolate(const SymbolWaveform& waveform, int phase, Kernel& kernel) const;

  // Values of the interpolation and of its slope at 1/8 sample.
  static constexpr int kReach = 6;
  std::array<float, 2 * kReach * kPhases + 1> sinc_{}, slope_{};
  alignas(64) std::array<Kernel, kPhases> kernels_{};
  double position_ = 0, turn_ = 0, drift_ = 0;
  cf32 phasor_{1, 0}, step_{1, 0};  // the carrier, and its turn over a symbol
  float error_ = 0;
};

}  // namespace windhover::decoders::wifi
