#pragma once
// Emissions that are pieces of one burst: where a signal is modulated in frequency or sweeps faster than the
// detector follows, it is found in pieces beside and behind one another.

#include <span>
#include <vector>

#include "sensor/events.hpp"
#include "sensor/links/burst.hpp"

namespace windhover::sensor::links {

/// Joins pieces of analogue video, as far as it swings about the carrier that its snapshots show, and those
/// of microwave ovens, whose line wanders once through its band in each cycle of the mains. The first piece
/// becomes the whole; the others get `whole` and count as explained.
///
/// window   by start
/// signals  that the bursts' indices mean
void join_pieces(std::vector<Burst>& window, std::span<const TimedSignal> signals);

}  // namespace windhover::sensor::links
