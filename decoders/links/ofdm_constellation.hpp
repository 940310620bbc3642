#pragma once
// The highest modulation order among the data symbols of an OFDM signal, by the fourth moment of its cells'
// magnitudes: 1 for QPSK, 1.32 for 16-QAM, 1.381 for 64-QAM, whatever the phases are.

#include <span>
#include <vector>

#include "decoders/links/ofdm_cells.hpp"
#include "decoders/links/signal.hpp"

namespace windhover::decoders::links {

class ConstellationMeter {
 public:
  ConstellationMeter();

  /// is_reference  for each symbol of `cells` whether its cells have equal magnitudes; at least two are
  /// needed is_on         for each symbol whether it is sent at all unknown where noise (below 15 dB) or too
  /// few cells leave doubt. Beyond 64-QAM is not told apart.
  Constellation measure(const OfdmCells& cells, std::span<const bool> is_reference,
                        std::span<const bool> is_on) noexcept;

 private:
  std::vector<float> gain_, smooth_;
};

}  // namespace windhover::decoders::links
