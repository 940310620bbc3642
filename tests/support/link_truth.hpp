#pragma once
// What the links of a scene were, as far as the recording can have heard them.

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "tests/support/scene.hpp"

namespace windhover::synth {

/// One link over the whole recording.
struct LinkSummary {
  std::shared_ptr<const LinkTruth> link;
  std::set<double> carriers_hz;  ///< that it was sent on within the band; one: it does not hop
  double first_s = 0, last_s = 0;
  std::int64_t bursts = 0;
  double airtime_s = 0;
  std::int64_t bits = 0;  ///< coded; 0 where nothing is said
};

/// Whether any of its band lies within the recording's.
bool touches_band(const Transmission& sent, const Scene& scene);

/// In the order in which they began.
std::vector<LinkSummary> link_summaries(const Scene& scene);

/// The transmissions that a truth tells of: pieces of one signal are one.
std::vector<Transmission> whole_transmissions(const Scene& scene);

}  // namespace windhover::synth
