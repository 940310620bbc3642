#pragma once
// A band of noise with bursts whose edges are known, and what the emission detector finds in it.

#include <cstdint>
#include <span>
#include <vector>

#include "dsp/aligned.hpp"
#include "dsp/emission_detector.hpp"
#include "dsp/fft.hpp"
#include "tests/support/random.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

/// Noise-like, as OFDM is, with a flat spectrum of exactly this width and hard edges in time.
Waveform flat_burst(Random& random, double duration_s, dsp::Hertz width);

/// The bank's forward side with a detector behind it.
class EmissionBand {
 public:
  explicit EmissionBand(dsp::Hertz rate);

  /// Samples that follow those before.
  void feed(std::span<const dsp::cf32> iq);
  /// Something is missing before what is fed next, `missing` samples.
  void gap(std::int64_t missing);
  void retune();
  void finish() { end(); }

  std::vector<dsp::Emission> found;
  std::vector<float> last_cells;
  const dsp::EmissionDetector& detector() const { return detector_; }
  dsp::EmissionDetector& detector() { return detector_; }

 private:
  void end();
  void block(std::int64_t number, const dsp::cf32* samples);

  dsp::BankGeometry geometry_;
  dsp::Fft forward_;
  dsp::EmissionDetector detector_;
  dsp::AlignedVector<dsp::cf32> time_, bins_;
  dsp::AlignedVector<float> scratch_;
  std::vector<dsp::cf32> waiting_;
  std::int64_t first_ = 0;  // index of waiting_[0]
  std::int64_t next_block_ = 1;
};

}  // namespace windhover::synth
