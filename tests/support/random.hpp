#pragma once
// Random numbers of our own: the same on every platform and run, and fast enough for wideband noise (the
// standard library's distributions are neither).

#include <array>
#include <cstdint>
#include <span>

#include "dsp/types.hpp"

namespace windhover::synth {

/// xoshiro256++ (Blackman, Vigna), seeded by splitmix64; normal deviates by a 256-layer ziggurat (Marsaglia,
/// Tsang), exact in the tails.
class Random {
 public:
  /// Different streams of one seed are independent.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t next();
  double uniform();                         ///< 0 <= x < 1
  double uniform(double low, double high);  ///< low <= x < high
  float normal();                           ///< mean 0, variance 1
  /// Circular, E|x|² = power.
  dsp::cf32 complex_normal(double power = 1);
  /// Adds circular noise of that power per sample.
  void add_noise(std::span<dsp::cf32> iq, double power);

 private:
  float normal_from(std::uint32_t bits);
  float normal_outside(unsigned layer, double x);
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace windhover::synth
