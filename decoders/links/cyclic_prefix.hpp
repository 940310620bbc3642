#pragma once
// OFDM by its cyclic prefix: the end of each symbol is also sent before it, so samples one useful symbol
// apart are alike during prefixes and nowhere else (van de Beek et al., "ML estimation of time and frequency
// offset in OFDM systems", 1997). Products are summed over all symbols at each place within the symbol
// period.

#include <cstddef>
#include <span>
#include <vector>

#include "decoders/complex_math.hpp"

namespace windhover::decoders::links {

struct SymbolClock {
  std::size_t useful = 0;  ///< samples
  std::size_t prefix = 0;
  double period = 0;  ///< mean, samples; prefixes of several lengths make it no whole number
};

struct PrefixFit {
  float match = 0;  ///< normalised correlation at the best place, 0 to 1
  float contrast =
      0;  ///< its power over that of other places, mean taken off. On what has no symbols of that
          ///< period, largest of period/prefix exponentially distributed values of mean 1, about
  float evidence = 0;  ///< match²·samples that took part; on white noise exponentially distributed of mean 1,
                       ///< for each place
  float phase = 0;          ///< radians in one useful symbol: the carrier's offset, modulo the spacing
  double start = 0;         ///< of a first prefix, samples from iq[0]
  std::size_t symbols = 0;  ///< whole ones from there on
};

class PrefixSearch {
 public:
  static constexpr std::size_t kLongestPeriod = 4700;

  PrefixSearch();
  /// Empty fit for periods that are too long and for iq of less than two symbols.
  PrefixFit fit(std::span<const cf32> iq, const SymbolClock& clock) noexcept;

 private:
  std::vector<float> re_, im_, energy_;
  std::vector<double> sum_re_, sum_im_, sum_energy_;
  std::vector<cf32> moved_;
};

}  // namespace windhover::decoders::links
