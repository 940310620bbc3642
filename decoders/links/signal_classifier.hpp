#pragma once
// One snapshot of one emission: which modulation it shows.

#include <cstddef>
#include <span>

#include "decoders/links/signal.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::links {

using dsp::cf32;

struct Snapshot {
  std::span<const cf32> iq;  ///< consecutive samples, no holes; full scale 1.0
  Hertz rate;                ///< 1.92, 3.84, 7.68, 15.36, 30.72 or 61.44 MS/s
  Hertz low, high;           ///< edges of the emission, from the snapshot's centre
  std::size_t begin,
      end;  ///< samples of iq in which the emission is on; around it what was there before and after
  bool open_start, open_end;  ///< it was on before iq[0] / goes on after iq's end
};

/// One for each thread; owns plans and buffers, made before samples flow.
class SignalClassifier {
 public:
  SignalClassifier();
  Signal classify(const Snapshot& snapshot);
};

}  // namespace windhover::decoders::links
