#include "decoders/ocusync/reference.hpp"

#include <cmath>

#include "decoders/ocusync/gold_sequence.hpp"

namespace windhover::decoders::ocusync {
namespace {

dsp::AlignedVector<cf32> to_body(const Spectrum& carriers, const dsp::Fft& inverse) {
  dsp::AlignedVector<cf32> bins(kFftSize), body(kFftSize);
  for (std::size_t q = 0; q < kSpectrum; ++q) bins[(q + kFftSize - kDc) % kFftSize] = carriers[q];
  inverse.execute(bins.data(), body.data());
  for (cf32& x : body) x /= std::sqrt(static_cast<float>(kCarriers));
  return body;
}

/// Three-term recurrence of the discrete orthogonal (Gram) polynomials, orthogonalised once more against all
/// below, since the recurrence alone loses accuracy at high degrees.
std::array<std::array<float, kSpectrum>, kBasis> gram_polynomials() {
  std::vector<std::vector<double>> p(kBasis, std::vector<double>(kSpectrum));
  for (std::size_t j = 0; j < kBasis; ++j) {
    for (std::size_t q = 0; q < kSpectrum; ++q)
      p[j][q] = j == 0 ? 1.0 : p[j - 1][q] * (static_cast<double>(q) - kDc) / kDc;
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t i = 0; i < j; ++i) {
        double dot = 0;
        for (std::size_t q = 0; q < kSpectrum; ++q) dot += p[i][q] * p[j][q];
        for (std::size_t q = 0; q < kSpectrum; ++q) p[j][q] -= dot * p[i][q];
      }
    double norm = 0;
    for (const double v : p[j]) norm += v * v;
    for (double& v : p[j]) v /= std::sqrt(norm);
  }
  std::array<std::array<float, kSpectrum>, kBasis> out;
  for (std::size_t j = 0; j < kBasis; ++j)
    for (std::size_t q = 0; q < kSpectrum; ++q) out[j][q] = static_cast<float>(p[j][q]);
  return out;
}

}  // namespace

Spectrum zadoff_chu(unsigned root) {
  Spectrum carriers{};
  for (std::uint64_t k = 0; k < kSpectrum; ++k) {
    const std::uint64_t turns = root * k * (k + 1) % (2 * kSpectrum);  // of π/601
    if (k != kDc)
      carriers[k] =
          unit_phasor(-std::numbers::pi * static_cast<double>(turns) / static_cast<double>(kSpectrum));
  }
  return carriers;
}

void map_qpsk(const std::uint8_t* bits, Spectrum& carriers) {
  constexpr float kLevel = std::numbers::sqrt2_v<float> / 2;
  for (std::size_t q = 0; q < kSpectrum; ++q) {
    if (q == kDc) {
      carriers[q] = 0;
      continue;
    }
    const std::uint8_t* pair = bits + 2 * (q < kDc ? q : q - 1);
    carriers[q] = {pair[0] != 0 ? -kLevel : kLevel, pair[1] != 0 ? -kLevel : kLevel};
  }
}

Reference::Reference()
    : zc600(zadoff_chu(600)),
      zc147(zadoff_chu(147)),
      scrambler(gold_sequence(kScramblerInit, kCodedBits)),
      search_filter(kSearchBlock),
      polynomials(gram_polynomials()),
      search_forward(kSearchBlock, dsp::FftDirection::forward),
      search_inverse(kSearchBlock, dsp::FftDirection::inverse),
      segment_forward(kSegment, dsp::FftDirection::forward),
      segment_inverse(kSegment, dsp::FftDirection::inverse),
      symbol_forward(kFftSize, dsp::FftDirection::forward),
      symbol_inverse(kFftSize, dsp::FftDirection::inverse) {
  map_qpsk(scrambler.data(), known);
  body600 = to_body(zc600, symbol_inverse);
  const auto body147 = to_body(zc147, symbol_inverse);
  for (std::size_t n = 0; n < kFftSize; ++n) {
    body147_re[n] = body147[n].real();
    body147_im[n] = body147[n].imag();
  }
  dsp::AlignedVector<cf32> padded(kSearchBlock);
  std::copy(body600.begin(), body600.end(), padded.begin());
  search_forward.execute(padded.data(), search_filter.data());
  for (cf32& x : search_filter) x = std::conj(x);
  for (std::size_t n = 0; n < circle.size(); ++n)
    circle[n] =
        unit_phasor(2 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(circle.size()));
}

const Reference& reference() {
  static const Reference shared;
  return shared;
}

}  // namespace windhover::decoders::ocusync
