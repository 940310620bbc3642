#pragma once
// Everything known beforehand about a DroneID burst, and the transforms that receivers share: made once,
// const.

#include <array>
#include <vector>

#include "decoders/complex_math.hpp"
#include "decoders/ocusync/numerology.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::ocusync {

inline constexpr std::size_t kSearchBlock = 4096;
inline constexpr std::size_t kSearchLags = 3072;  ///< lags of one block that the search uses
inline constexpr std::size_t kSegment = 12288;    ///< samples around a burst; a carrier is 12 of its FFT bins

/// Polynomials of degree 0…kBasis-1, orthonormal over the carriers -300…+300.
inline constexpr std::size_t kBasis = 40;

using Spectrum = std::array<cf32, kSpectrum>;  ///< carriers -300…+300

struct Reference {
  Spectrum zc600, zc147;                               ///< unit carriers, 0 at DC
  Spectrum known;                                      ///< symbol 0
  std::vector<std::uint8_t> scrambler;                 ///< 7200 bits
  dsp::AlignedVector<cf32> body600;                    ///< 1024 samples, mean power 1
  std::array<float, kFftSize> body147_re, body147_im;  ///< the same of root 147, as two planes
  dsp::AlignedVector<cf32> search_filter;              ///< conj of the spectrum of body600, kSearchBlock bins
  std::array<std::array<float, kSpectrum>, kBasis> polynomials;
  std::array<cf32, 2048> circle;  ///< e^(j2πn/2048)

  dsp::Fft search_forward, search_inverse;
  dsp::Fft segment_forward, segment_inverse;
  dsp::Fft symbol_forward, symbol_inverse;

  Reference();
};

const Reference& reference();

/// exp(-jπ·root·k(k+1)/601) on the 601 carriers, DC left out.
Spectrum zadoff_chu(unsigned root);

/// What bits (0/1, two a carrier) put on the carriers: 00 → (1+j)/√2.
void map_qpsk(const std::uint8_t* bits, Spectrum& carriers);

}  // namespace windhover::decoders::ocusync
