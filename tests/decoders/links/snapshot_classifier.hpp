#pragma once
// Snapshots of the generator through the classifier.

#include "decoders/links/signal_classifier.hpp"
#include "tests/support/signal_snapshot.hpp"

namespace windhover::tests {

/// One for all tests: its plans take a while.
inline decoders::links::SignalClassifier& classifier() {
  static decoders::links::SignalClassifier one;
  return one;
}

inline decoders::links::Snapshot snapshot_of(const synth::SignalSnapshot& s) {
  return {s.iq, s.rate, s.low, s.high, s.begin, s.end, s.open_start, s.open_end};
}

inline decoders::links::Signal classify(const synth::SignalSnapshot& s) {
  return classifier().classify(snapshot_of(s));
}

}  // namespace windhover::tests
