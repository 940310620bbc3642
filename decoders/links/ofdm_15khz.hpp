#pragma once
// OFDM with carriers 15 kHz apart and prefixes of 4.69 µs: OcuSync's links and DroneID, and LTE's cells.

#include <memory>
#include <optional>
#include <vector>

#include "decoders/links/cyclic_prefix.hpp"
#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"
#include "decoders/links/ofdm_cells.hpp"
#include "decoders/links/ofdm_constellation.hpp"
#include "decoders/links/ofdm_reference.hpp"

namespace windhover::decoders::links {

class Ofdm15kHz {
 public:
  Ofdm15kHz();

  /// in   at a rate of the ladder; may begin before and end behind the emission
  std::optional<Finding<Ofdm>> estimate(const Excerpt& in, PrefixSearch& prefixes);

 private:
  struct Fit {
    SymbolClock clock;
    PrefixFit prefix;
  };
  std::optional<Fit> best_fit(const Excerpt& in, PrefixSearch& prefixes) noexcept;
  void find_references(Ofdm& ofdm, const SymbolClock& clock);
  std::size_t symbols_on() noexcept;

  OfdmCells cells_;
  ReferenceSymbols references_;
  ConstellationMeter constellation_;
  std::unique_ptr<bool[]> is_reference_, is_on_;
};

}  // namespace windhover::decoders::links
