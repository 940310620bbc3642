#pragma once
// Zadoff-Chu symbols among those of an OFDM signal. Neighbouring carriers of such a symbol differ by a phase
// that grows linearly over the carriers, exp(-j2π·root·k/length), whatever its delay and whole-carrier
// offset: one transform over these differences looks at all roots at once.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "decoders/links/ofdm_cells.hpp"
#include "decoders/links/signal.hpp"
#include "dsp/aligned.hpp"

namespace windhover::decoders::links {

struct FoundReference {
  ZadoffChu sequence;
  float coherence = 0;  ///< of the differences with the root's, 0 to 1
  float turn = 0;       ///< radians from carrier to carrier that are left when the sequence is taken off: the
                        ///< delay within the transform, and by how many carriers it was misplaced
};

class ReferenceSymbols {
 public:
  ReferenceSymbols();

  /// The sequence that fills all carriers (exp(-jπ·root·k·(k+1)/length), its middle left out), if the symbol
  /// is one. Differences are taken at equal magnitude, so that on noise and data the test statistic is
  /// exponentially distributed with mean 1 for each root; it must exceed kEvidence + ln(length · symbols).
  std::optional<FoundReference> full_band(const OfdmCells& cells, std::size_t symbol) noexcept;

  /// Coherence, 0 if there is none, of the 62 carriers in the middle with an LTE primary synchronisation
  /// signal (TS 36.211 clause 6.11.1: roots 25, 29, 34 of length 63) between carriers that are empty.
  float lte_primary(const OfdmCells& cells, std::size_t symbol) noexcept;

 private:
  static constexpr double kEvidence = 13;
  void take_differences(const OfdmCells& cells, std::size_t symbol, long middle, long half) noexcept;
  void match(const OfdmCells& cells, FoundReference& found, std::size_t symbol) noexcept;
  double tone_power(std::size_t count, double cycles) const noexcept;

  std::vector<cf32> unit_;
  dsp::AlignedVector<cf32> difference_, spectrum_;
};

}  // namespace windhover::decoders::links
