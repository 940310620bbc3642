#pragma once
// Exact time, carrier, modulation index and phase of a row of known symbols, by coherent correlation around
// the place where the search saw it.

#include <array>
#include <complex>
#include <span>
#include <vector>

#include "decoders/bluetooth/gfsk_reference.hpp"

namespace windhover::decoders::bluetooth {

struct Synchronised {
  double position = 0;            ///< of the first known symbol's start, in samples
  double radians_per_sample = 0;  ///< carrier
  double modulation_index = kNominalIndex;
  float amplitude = 0;
  float likeness = 0;  ///< share of the power that the known waveform explains, 0 … 1
  /// Share of the power of eight-symbol correlations that adds up over all of them: near 1 for the row itself
  /// wherever it can be received, near 0 for other symbols however strong.
  float coherence = 0;
  std::complex<float> phasor;  ///< as DetectorStart wants it, at the end of the known symbols
};

class KnownSync {
 public:
  explicit KnownSync(std::span<const std::uint8_t> symbols);

  std::size_t symbols() const { return known_.size(); }

  /// iq        samples, the first of which has the number `first`; known symbols outside are left out
  /// position  of the first known symbol, within ±1 sample
  /// carrier   in radians per sample, within ±0.1
  Synchronised refine(std::span<const cf32> iq, std::int64_t first, double position, double carrier);

 private:
  struct Trial {
    float power = 0;  // of the sum over all segments
    float turn = 0;   // of the carrier from segment to segment, found by trying
  };
  static constexpr std::size_t kSegmentSymbols = 8;

  void mix(std::span<const cf32> iq, std::int64_t first, std::int64_t from, std::int64_t to, double carrier);
  void correlate(std::int64_t eighths, double index);
  Trial best_turn() const;

  KnownSymbols known_;
  double tail_phase_;  // of all symbols but the last, for modulation index 1
  std::vector<cf32> mixed_;
  std::int64_t mixed_first_ = 0;
  std::vector<cf32> segments_;
};

}  // namespace windhover::decoders::bluetooth
