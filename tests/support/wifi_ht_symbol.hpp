#pragma once
// Symbols on the 56 or 114 carriers that HT and VHT use (IEEE 802.11 clauses 19.3.9.4 and 19.3.11).

#include <cstddef>
#include <span>

#include "tests/support/wifi_ppdu.hpp"

namespace windhover::synth {

const CarrierPlan& ht_plan(bool forty_mhz);

/// HT-LTF, VHT-LTF too; the upper half of 40 MHz turned by 90° as in all that follows it.
Carriers ht_long_training(bool forty_mhz);

/// 52 or 108 values, and pilots: their signs are moved on by `rotation` places and all times
/// pilot_polarity(polarity).
Carriers ht_symbol(std::span<const cf64> values, std::size_t rotation, std::size_t polarity, bool forty_mhz);

}  // namespace windhover::synth
