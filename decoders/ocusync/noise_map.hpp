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
  void start(float base);

  /// A symbol whose content is known. `turn` is the channel's phase at the symbol.
  void add_known(std::size_t symbol, const Spectrum& received, const Spectrum& sent, const Spectrum& channel,
                 cf32 turn);
  /// A data symbol: all its points have power 1.
  void add_unknown(std::size_t symbol, const Spectrum& received, const Spectrum& channel);

  /// Writes 1/variance for every carrier of the symbols added.
  void finish(std::array<std::array<float, kSpectrum>, kSymbols>& weights);

 private:
  static constexpr std::size_t kGroup = 20;  ///< carriers that are looked at together in one symbol
  static constexpr std::size_t kGroups = kCarriers / kGroup;

  /// Sums of values of which each has mean 0 in plain noise, and the variance that the sum then has.
  struct Excess {
    float sum = 0, variance = 0, count = 0;
    void add(const Excess& other);
    float significant() const;
  };

  void add(std::size_t symbol, std::size_t carrier, float excess, float expected, float variance);
  float line_noise(std::size_t carrier) const;
  void find_lines();
  void find_cells();
  void find_columns_and_rows();

  float base_ = 0;
  std::array<bool, kSymbols> present_{};
  std::array<std::array<Excess, kSpectrum>, kSymbols> points_;
  std::array<std::array<float, kSpectrum>, kSymbols> ratio_{};  ///< power over what plain noise would give
  std::array<float, kSpectrum> lines_{};                        ///< noise beyond base_, 0 if it is plain
  std::array<std::array<float, kGroups>, kSymbols> cells_{};
  std::array<float, kGroups> columns_{};
  std::array<float, kSymbols> rows_{};
  std::array<std::array<Excess, kGroups>, kSymbols> cell_sums_;
};

}  // namespace windhover::decoders::ocusync
