#pragma once
// An LTE cell's downlink, as far as it takes to look like one: frame structure 1 with normal cyclic prefix,
// cell reference, synchronisation and broadcast places (3GPP TS 36.211), shared channel full of random cells.

#include "tests/support/ofdm_grid.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::synth {

struct LteOptions {
  int resource_blocks = 50;  ///< 6, 15, 25, 50, 75 or 100: 1.4 … 20 MHz
  int cell_id = 0;           ///< 0 … 503
  Modulation modulation = Modulation::qam16;
  double load = 1;  ///< share of resource blocks that carry data, drawn for each subframe
};

OfdmGrid lte_grid(int resource_blocks);

inline constexpr double kLteSubframe_s = 1e-3;

struct LteSubframe {
  Waveform wave;  ///< mean power 1 at full load
  std::int64_t bits = 0;
};

/// Subframe n of a cell that never pauses; its contents follow from seed and n. Reference signals of antenna
/// port 0; primary synchronisation in symbol 6 of subframes 0 and 5, with a sequence of the secondary's shape
/// (not its values) before it. No control or broadcast coding: these places hold random cells.
LteSubframe lte_subframe(const LteOptions& options, std::size_t n, std::uint64_t seed);

/// Coded bits in subframe n, without making it.
std::int64_t lte_subframe_bits(const LteOptions& options, std::size_t n, std::uint64_t seed);

}  // namespace windhover::synth
