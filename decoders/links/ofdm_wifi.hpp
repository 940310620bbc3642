#pragma once
// OFDM of IEEE 802.11: carriers 312.5 kHz apart, or half and a quarter of that where clocks are scaled for 10
// and 5 MHz. Known by its cyclic prefix and by the short training that each PPDU begins with.

#include <optional>

#include "decoders/links/cyclic_prefix.hpp"
#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"

namespace windhover::decoders::links {

struct ShortTraining {
  float match = 0;     ///< correlation of samples one period (0.8 µs) apart over seven periods, 0 to 1
  float evidence = 0;  ///< match² times the samples that took part
};

/// Strongest place within the first `reach_s`; empty where what follows repeats as well, as carriers do.
ShortTraining short_training(const Excerpt& in, double period_s, double reach_s) noexcept;

/// in           may begin before and end behind the emission
/// start_known  whether the emission began within it
std::optional<Finding<Ofdm>> estimate_wifi_ofdm(const Excerpt& in, bool start_known, PrefixSearch& prefixes);

}  // namespace windhover::decoders::links
