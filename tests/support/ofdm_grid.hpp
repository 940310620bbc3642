#pragma once
// OFDM symbols of the 15 kHz family: what OcuSync's links and LTE share.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/ofdm.hpp"
#include "tests/support/random.hpp"

namespace windhover::synth {

inline constexpr double kCarrierSpacing_hz = 15e3;

enum class Modulation : std::uint8_t { qpsk, qam16, qam64 };
std::size_t bits_per_cell(Modulation modulation);

/// A cell of random bits at mean power 1. Square constellations; which bit lies where does not show.
cf64 random_cell(Modulation modulation, Random& random);

/// How a width is sent: `carriers` used ones, half on each side of carrier 0.
struct OfdmGrid {
  std::size_t fft_size = 1024;
  unsigned carriers = 600;

  double rate_hz() const { return static_cast<double>(fft_size) * kCarrierSpacing_hz; }
  /// Prefix lengths are those of 2048 points, 144 and 160, in proportion.
  std::size_t short_prefix() const { return fft_size * 144 / 2048; }
  std::size_t long_prefix() const { return fft_size * 160 / 2048; }
  std::size_t bin_of(int carrier) const { return carrier_bin(carrier, fft_size); }
  int outermost() const { return static_cast<int>(carriers / 2); }
};

/// Bins of a symbol with random cells on all used carriers but 0.
std::vector<cf64> random_symbol(const OfdmGrid& grid, Modulation modulation, Random& random);

/// Bins of a Zadoff-Chu sequence one longer than the used carriers, its middle on carrier 0 left out.
std::vector<cf64> zadoff_chu_symbol(const OfdmGrid& grid, unsigned root);

/// Appends a symbol whose carriers have mean power 1 each, scaled to mean power 1.
void append_symbol(const OfdmGrid& grid, std::span<const cf64> bins, std::size_t prefix_samples,
                   std::vector<dsp::cf32>& out);

}  // namespace windhover::synth
