#pragma once
// What OFDM modulators share. The generator has a transform of its own: FFTW's plans, and with them the last
// bits of every sample, differ from run to run, and a scene must give the same bytes each time.

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "dsp/types.hpp"

namespace windhover::synth {

using cf64 = std::complex<double>;

/// exp(-jπ·root·k·(k+1)/length) for k = 0 … length - 1; length is odd.
std::vector<cf64> zadoff_chu(unsigned root, unsigned length);

/// The bin of a carrier, which counts from the middle one, in a transform of so many points.
inline std::size_t carrier_bin(int carrier, std::size_t fft_size) {
  return static_cast<std::size_t>(carrier + static_cast<int>(fft_size)) % fft_size;
}

/// x[n] = Σ X[k]·exp(j2πkn/N) without 1/N; N is a power of two.
std::vector<cf64> inverse_dft(std::span<const cf64> bins);

/// Appends a symbol with its cyclic prefix.
void append_symbol(std::span<const cf64> body, std::size_t prefix_samples, double scale,
                   std::vector<dsp::cf32>& out);

}  // namespace windhover::synth
