#pragma once
// Where in a burst (symbol and carrier) noise and interference are stronger than elsewhere.

#include <array>

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

/// Compares the power received with the power that the channel explains. Only what stands out significantly
/// counts, so that in plain noise every weight is the same and nothing is lost; a Wi-Fi or Bluetooth packet
/// on some carriers or symbols, or a tone, takes just these out of the sum.
class NoiseMap {
 public:
  /// base  noise variance where nothing interferes.
  explicit NoiseMap(float base) : base_(base) {}

  /// A symbol whose content is known. `turn` is the channel's phase at the symbol.
  void add_known(std::size_t symbol, const Spectrum& received, const Spectrum& sent, const Spectrum& channel,
                 cf32 turn);
  /// A data symbol: all its points have power 1.
  void add_unknown(std::size_t symbol, const Spectrum& received, const Spectrum& channel);

  /// Writes 1/variance for every carrier of the symbols added.
  void finish(std::array<std::array<float, kSpectrum>, kSymbols>& weights) const;

 private:
  static constexpr std::size_t kGroup = 20;
  static constexpr std::size_t kGroups = kCarriers / kGroup;

  void add(std::size_t symbol, std::size_t carrier, float noise, float deviation);
  float column_excess(std::size_t group) const;
  float row_excess(std::size_t symbol) const;

  float base_;
  std::array<bool, kSymbols> present_{};
  /// Sums over a group of carriers in one symbol, and over all symbols on one carrier: noise seen, and the
  /// variance that this estimate has in plain noise.
  std::array<std::array<float, kGroups>, kSymbols> cell_{}, cell_variance_{};
  std::array<float, kSpectrum> line_{}, line_variance_{};
};

}  // namespace windhover::decoders::ocusync
