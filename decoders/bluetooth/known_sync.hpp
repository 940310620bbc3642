#pragma once
// Exact time, carrier, modulation index and phase of a row of known symbols, by coherent correlation around
// the place where the search saw it.

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "decoders/bluetooth/gfsk_reference.hpp"
#include "dsp/aligned.hpp"

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
  /// The modulation index is taken as nominal.
  Synchronised refine(std::span<const cf32> iq, std::int64_t first, double position, double carrier);

  /// Measures the modulation index as well, and the rest again with it. For the row refined last.
  void refine_index(Synchronised& result);

 private:
  struct Trial {
    float power = 0;  // of the sum over all segments
    float turn = 0;   // of the carrier from segment to segment
  };
  static constexpr std::size_t kSegmentSymbols = 8;
  static constexpr std::size_t kSegmentSamples = kSegmentSymbols * kSamplesPerSymbol;
  static constexpr std::int64_t kEighths = 8;  // positions are tried on a grid of 1/8 sample

  struct Split {
    dsp::AlignedVector<float> re, im;
    explicit Split(std::size_t n) : re(n), im(n) {}
  };

  void mix(std::span<const cf32> iq, std::int64_t first);
  void correlate(std::int64_t eighths);
  void correlate(std::int64_t eighths, double index);
  float power_at(float turn) const;
  Trial best_turn() const;
  float coherence_of(const Trial& trial) const;
  void finish(Synchronised& result);

  KnownSymbols known_;
  double tail_phase_;         // of all symbols but the last, for modulation index 1
  std::vector<Split> waves_;  // by eighth of a sample that the first one lies behind the first symbol's start
  Split turned_;              // one of them with another index
  Split mixed_;               // the row's samples without the carrier
  std::int64_t mixed_first_ = 0;
  double mixed_carrier_ = 0;
  std::int64_t best_at_ = 0;  // eighths from mixed_first_ to the first symbol
  double shift_ = 0;          // and what is beyond them
  Split segments_;
};

}  // namespace windhover::decoders::bluetooth
