#pragma once
// Cells of OFDM symbols of the 15 kHz family: symbol by symbol, carrier by carrier.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "decoders/links/cyclic_prefix.hpp"
#include "decoders/links/excerpt.hpp"
#include "dsp/aligned.hpp"
#include "dsp/fft.hpp"

namespace windhover::decoders::links {

class OfdmCells {
 public:
  static constexpr double kSpacing_hz = 15e3;
  static constexpr std::size_t kSmallest = 128, kLargest = 4096;

  OfdmCells();

  /// Transforms every symbol that the fit found, its offset from a multiple of the spacing taken out.
  /// fft_size  rate over spacing, a power of two kSmallest … kLargest
  void demodulate(const Excerpt& in, const SymbolClock& clock, const PrefixFit& fit) noexcept;

  /// Which carriers are in use: those `count` (even, one in the middle not counted) around the middle where
  /// the mean power is largest, within `reach` of `expected`.
  void place(std::size_t count, long expected, long reach) noexcept;

  /// Puts the middle that many carriers higher.
  void move(long carriers) { middle_ += carriers; }

  std::size_t symbols() const { return symbols_; }
  std::size_t fft_size() const { return size_; }
  std::size_t carriers() const { return carriers_; }
  long middle() const { return middle_; }  ///< carrier, from the excerpt's centre

  /// Carriers -count/2 … count/2 about the middle.
  cf32 cell(std::size_t symbol, long carrier) const {
    return cells_[symbol * size_ + bin_of(middle_ + carrier)];
  }
  float symbol_power(std::size_t symbol) const { return symbol_power_[symbol]; }
  const dsp::Fft& fft() const;

 private:
  std::size_t bin_of(long carrier) const {
    return static_cast<std::size_t>(carrier + 2 * static_cast<long>(size_)) & (size_ - 1);
  }

  std::vector<dsp::Fft> ffts_;
  dsp::AlignedVector<cf32> in_, out_;
  std::vector<cf32> cells_;
  std::vector<float> symbol_power_, carrier_power_;
  std::size_t size_ = kSmallest, symbols_ = 0, carriers_ = 0;
  long middle_ = 0;
};

}  // namespace windhover::decoders::links
