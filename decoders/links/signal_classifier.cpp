#include "decoders/links/signal_classifier.hpp"

namespace windhover::decoders::links {

SignalClassifier::SignalClassifier() = default;

Signal SignalClassifier::classify(const Snapshot&) { return {}; }

}  // namespace windhover::decoders::links
