#include "decoders/bluetooth/coded_symbols.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "decoders/bluetooth/gfsk_phase.hpp"
#include "decoders/ocusync/complex_math.hpp"
#include "dsp/simd.hpp"

namespace windhover::decoders::bluetooth {
namespace {

using ocusync::power;
using ocusync::times_conj;

constexpr std::size_t kSymbols = 2 * kSymbolReach + 1;
/// Sequences whose first symbol is 0; the others are their complements, with conjugate waveforms.
constexpr std::size_t kPairs = 1U << (kSymbols - 1);
constexpr std::size_t kPerSample = 8;
constexpr std::size_t kHalfSample = kPerSample / 2;
constexpr std::size_t kRows = 2 * kPerSample + 1;  // fractions -0.5 … 1.5

/// Symbol `k` of a pair's sequence, 0 or 1.
constexpr unsigned symbol_of(std::size_t pair, std::size_t k) {
  return static_cast<unsigned>(pair >> k) & 1U;
}

/// At t symbols after the window's start, the symbols beyond it being either.
std::complex<double> mean_waveform(std::size_t pair, double t) {
  std::complex<double> sum{};
  for (const double before : {-1.0, 1.0})
    for (const double behind : {-1.0, 1.0}) {
      double steps = before * (gfsk_phase_share(t + 0.5) - 1) +
                     behind * gfsk_phase_share(t - static_cast<double>(kSymbols) - 0.5);
      for (std::size_t k = 0; k < kSymbols; ++k)
        steps += (symbol_of(pair, k) != 0 ? 1 : -1) * gfsk_phase_share(t - static_cast<double>(k) - 0.5);
      sum += std::polar(0.25, std::numbers::pi / 2 * steps);
    }
  return sum;
}

/// [row][sample][pair], so that the pairs are what is vectorised.
struct Waveforms {
  using Row = std::array<std::array<float, kPairs>, kSymbolWindow>;
  std::array<Row, kRows> re, im;

  Waveforms() {
    for (std::size_t row = 0; row < kRows; ++row)
      for (std::size_t k = 0; k < kSymbolWindow; ++k)
        for (std::size_t pair = 0; pair < kPairs; ++pair) {
          const double fraction = (static_cast<double>(row) - kHalfSample) / kPerSample;
          const auto value = mean_waveform(pair, (static_cast<double>(k) + fraction) / kCodedOversampling);
          re[row][k][pair] = static_cast<float>(value.real());
          im[row][k][pair] = static_cast<float>(value.imag());
        }
  }
};

const Waveforms& waveforms() {
  static const Waveforms instance;
  return instance;
}

using Powers = std::array<std::array<float, kPairs>, 2>;  // [complement][pair]

WINDHOVER_CLONES void correlate_all(const float* iq, const float* re, const float* im, float* __restrict same,
                                    float* __restrict complement) {
  float rr[kPairs] = {}, ri[kPairs] = {}, ir[kPairs] = {}, ii[kPairs] = {};
  for (std::size_t k = 0; k < kSymbolWindow; ++k)
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      const float c = re[k * kPairs + pair], s = im[k * kPairs + pair];
      rr[pair] += iq[2 * k] * c;
      ri[pair] += iq[2 * k] * s;
      ir[pair] += iq[2 * k + 1] * c;
      ii[pair] += iq[2 * k + 1] * s;
    }
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const float ar = rr[pair] + ii[pair], ai = ir[pair] - ri[pair];
    const float br = rr[pair] - ii[pair], bi = ir[pair] + ri[pair];
    same[pair] = ar * ar + ai * ai;
    complement[pair] = br * br + bi * bi;
  }
}

struct Best {
  std::size_t pair = 0;
  bool complement = false;
  float power = -1;
};

cf32 correlate_one(const cf32* iq, std::size_t row, const Best& best, std::size_t from, std::size_t to) {
  cf32 sum{};
  for (std::size_t k = from; k < to; ++k) {
    const float s = waveforms().im[row][k][best.pair];
    sum += times_conj(iq[k], {waveforms().re[row][k][best.pair], best.complement ? -s : s});
  }
  return sum;
}

}  // namespace

void prepare_symbols() { waveforms(); }

SymbolSums correlate_symbol(const cf32* iq, double fraction) {
  const Waveforms& table = waveforms();
  const auto row = kHalfSample + static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * kPerSample + 0.5);
  Powers powers;
  correlate_all(reinterpret_cast<const float*>(iq), table.re[row][0].data(), table.im[row][0].data(),
                powers[0].data(), powers[1].data());
  std::array<Best, 2> best;
  for (std::size_t complement = 0; complement < 2; ++complement)
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      Best& of_symbol = best[symbol_of(pair, kSymbolReach) ^ complement];
      const float value = powers[complement][pair];
      if (value > of_symbol.power) of_symbol = {pair, complement != 0, value};
    }
  const Best& winner = best[best[1].power > best[0].power ? 1 : 0];
  return {std::sqrt(best[1].power) - std::sqrt(best[0].power),
          times_conj(correlate_one(iq, row, winner, kSymbolHalf, kSymbolWindow),
                     correlate_one(iq, row, winner, 0, kSymbolHalf)),
          std::sqrt(power(correlate_one(iq, row + kHalfSample, winner, 0, kSymbolWindow))),
          std::sqrt(power(correlate_one(iq, row - kHalfSample, winner, 0, kSymbolWindow)))};
}

}  // namespace windhover::decoders::bluetooth
