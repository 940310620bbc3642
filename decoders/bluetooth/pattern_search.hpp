#pragma once
// Finds known rows of symbols anywhere in a channel, whatever their carrier: each sample is compared with the
// one a symbol earlier, where a carrier offset is nothing but a constant rotation, and only the direction is
// kept, so that levels and bursts of noise do not matter.

#include <cstdint>
#include <span>
#include <vector>

#include "decoders/bluetooth/gfsk_reference.hpp"
#include "dsp/aligned.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::bluetooth {

/// Real and imaginary parts of directions, apart.
struct SplitSamples {
  dsp::AlignedVector<float> re, im;
  void resize(std::size_t n) {
    re.resize(n);
    im.resize(n);
  }
  std::size_t size() const { return re.size(); }
};

/// Direction of the turn over one symbol, at two samples a symbol: out[n] belongs to iq[n] … iq[n + 3], each
/// pair of samples averaged. `out` has iq.size() − 3 values.
void symbol_turns(std::span<const cf32> iq, SplitSamples& out);

/// Correlates the turns with those of a known row of symbols, at every sample. |sum|² of a row at its place
/// is symbols()², and exponentially distributed with mean symbols() in noise; its angle is the carrier's turn
/// over one symbol.
class PatternSearch {
 public:
  static PatternSearch of_symbols(std::span<const std::uint8_t> symbols);

  std::size_t symbols() const { return sines_.size(); }
  /// Turns that a correlation takes in.
  std::size_t reach() const { return kSamplesPerSymbol * symbols() - 1; }
  /// sums[i] is that of the row beginning at turns[i], for sums.size() = turns.size() − reach() + 1.
  void correlate(const SplitSamples& turns, SplitSamples& sums) const;

 private:
  std::vector<float> cosines_, sines_;  // of the turns
  mutable SplitSamples padded_;         // of one correlate() call
};

}  // namespace windhover::decoders::bluetooth
