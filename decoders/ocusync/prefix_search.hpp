#pragma once
// Symbol timing of a burst from its cyclic prefixes, whatever its carrier.

#include <span>
#include <vector>

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

struct PrefixTiming {
  int offset = 0;       ///< of the root-600 body from where it was expected, within ±548 (half a symbol)
  float coherence = 0;  ///< SNR / (1 + SNR) at the right offset, 0.04 on noise
};

class PrefixSearch {
 public:
  PrefixSearch();

  /// iq: a segment; expected: where the root-600 body would start without a carrier offset.
  PrefixTiming find(std::span<const cf32> iq, int expected);

 private:
  /// Running sums of x[n+1024]·conj(x[n]) and of the energy of both.
  std::vector<cf32> products_;
  std::vector<float> energies_;
};

}  // namespace windhover::decoders::ocusync
