#pragma once
// From a snapshot of one emission to what modulation it shows. Each family has an estimator of its own beside
// this file; here they are called, cheap ones first, and what none of them proves stays unknown.

#include <cstddef>
#include <memory>
#include <span>

#include "decoders/links/signal.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders::links {

using dsp::cf32;

struct Snapshot {
  std::span<const cf32> iq;        ///< consecutive samples, no holes; full scale 1.0
  Hertz rate{};                    ///< 1.92, 3.84, 7.68, 15.36, 30.72 or 61.44 MS/s
  Hertz low{}, high{};             ///< edges of the emission, from the snapshot's centre
  std::size_t begin = 0, end = 0;  ///< samples of iq in which the emission is on; around it what was there
                                   ///< before and after
  bool open_start = false, open_end = false;  ///< it was on before iq[0] / goes on after iq's end
};

/// One for each thread. The constructor makes plans and buffers; afterwards nothing but the few entries of
/// Ofdm::zadoff_chu is allocated.
class SignalClassifier {
 public:
  SignalClassifier();
  ~SignalClassifier();
  SignalClassifier(SignalClassifier&&) noexcept;
  SignalClassifier& operator=(SignalClassifier&&) noexcept;

  /// Any content and length; at most 12 ms are looked at. What is no snapshot (another rate, no power, values
  /// that are none) gives an empty Signal.
  Signal classify(const Snapshot& snapshot);

 private:
  struct Estimators;
  std::unique_ptr<Estimators> estimators_;
};

}  // namespace windhover::decoders::links
