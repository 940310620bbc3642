#include "tests/support/droneid_modulator.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "tests/support/lte_coding.hpp"

namespace windhover::synth {
namespace {

constexpr std::size_t kFftSize = 1024;
constexpr int kDroneIdOutermost = kDroneIdCarriers / 2;
constexpr unsigned kZcLength = kDroneIdCarriers + 1;
constexpr std::uint32_t kScramblerInit = 0x12345678;
constexpr std::size_t kBitsPerSymbol = 2 * kDroneIdCarriers;
constexpr std::size_t kBurstDataSymbols = 6;
constexpr std::size_t kShortPrefix = 72;
constexpr std::size_t kLongPrefix = 80;

using Spectrum = std::vector<cf64>;

Spectrum zc_spectrum(unsigned root) {
  const auto sequence = zadoff_chu(root, kZcLength);
  Spectrum bins(kFftSize);
  for (int m = -kDroneIdOutermost; m <= kDroneIdOutermost; ++m)
    if (m != 0) bins[carrier_bin(m, kFftSize)] = sequence[static_cast<std::size_t>(m + kDroneIdOutermost)];
  return bins;
}

/// 1200 bits on the carriers in ascending order, two each: 0 is positive, first bit in phase.
Spectrum qpsk_spectrum(std::span<const std::uint8_t> bits) {
  Spectrum bins(kFftSize);
  std::size_t at = 0;
  for (int m = -kDroneIdOutermost; m <= kDroneIdOutermost; ++m) {
    if (m == 0) continue;
    bins[carrier_bin(m, kFftSize)] = cf64(1 - 2 * bits[at], 1 - 2 * bits[at + 1]) / std::numbers::sqrt2;
    at += 2;
  }
  return bins;
}

/// In the order of the air: scrambler, D, D, ZC, D, ZC, D, D, D.
std::vector<Spectrum> burst_spectra(std::span<const std::uint8_t> block, const DroneIdOptions& options) {
  const Bits scrambler = gold_sequence(kScramblerInit, kBurstDataSymbols * kBitsPerSymbol);
  Bits scrambled = encode_transport_block(block, scrambler.size());
  for (std::size_t i = 0; i < scrambled.size(); ++i) scrambled[i] ^= scrambler[i];

  const auto bits_of = [](const Bits& all, std::size_t symbol) {
    return std::span(all).subspan(symbol * kBitsPerSymbol, kBitsPerSymbol);
  };
  std::vector<Spectrum> spectra{qpsk_spectrum(bits_of(scrambler, 0))};
  for (std::size_t d = 0; d < kBurstDataSymbols; ++d) {
    if (d == 2) spectra.push_back(zc_spectrum(options.first_zc_root));
    if (d == 3) spectra.push_back(zc_spectrum(options.second_zc_root));
    spectra.push_back(qpsk_spectrum(bits_of(scrambled, d)));
  }
  return spectra;
}

}  // namespace

std::vector<cf64> droneid_zc_symbol(unsigned root) { return inverse_dft(zc_spectrum(root)); }

Waveform modulate_droneid(std::span<const std::uint8_t> block, DroneIdVariant variant,
                          const DroneIdOptions& options) {
  if (block.size() != kTransportBlockBytes)
    throw std::invalid_argument("a DroneID transport block has 176 bytes");
  auto spectra = burst_spectra(block, options);
  std::size_t first_prefix = kLongPrefix;
  if (variant == DroneIdVariant::eight_symbols) {
    spectra.erase(spectra.begin());
    first_prefix = options.eight_symbol_first_prefix;
  }
  Waveform wave{
      {}, {kDroneIdRate_hz}, {kZcLength * kDroneIdSpacing_hz}, {kDroneIdCarriers * kDroneIdSpacing_hz}};
  const double scale = 1 / std::sqrt(double{kDroneIdCarriers});
  for (std::size_t k = 0; k < spectra.size(); ++k) {
    spectra[k][0] = options.dc_residue;
    const std::size_t prefix = k == 0 ? first_prefix : k + 1 == spectra.size() ? kLongPrefix : kShortPrefix;
    append_symbol(inverse_dft(spectra[k]), prefix, scale, wave.samples);
  }
  return wave;
}

}  // namespace windhover::synth
