#pragma once
// Bursts that come on time, one after the other: of several senders with one period, each its own chain.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sensor/links/window_bursts.hpp"

namespace windhover::sensor::links {

/// Of the latest values, and how far they spread.
struct RunningMean {
  double least_spread = 0;  ///< of values of one sender
  double mean = 0, variance = 0;
  double n = 0;

  double deviation2(double value) const {
    const double spread2 = std::max(variance, least_spread * least_spread);
    return n > 0 ? (value - mean) * (value - mean) / spread2 : 0;
  }
  void add(double value) {
    n = std::min(n + 1, 64.0);
    const double step = value - mean;
    mean += step / n;
    variance += (step * step * (n > 1 ? 1 : 0) - variance) / n;
  }
};

/// Bursts of one sender that keeps a period.
struct BurstChain {
  double phase_s = 0, level_dbfs = 0;
  RunningMean log_duration{0.12}, log_width{0.09};
  std::size_t family = 0;
  double end_s = 0;               // of the last burst
  double begin_s = 0, slots = 0;  // from the first burst to the last
  Indices bursts;

  /// By its own bursts, as soon as they tell more than all bursts do.
  double period_s(double common_s) const { return slots >= 12 ? (phase_s - begin_s) / slots : common_s; }
  double period_error_s() const;
};

/// Each burst joins the chain that it fits best by phase, level, length, width and snapshot, or begins a new
/// one.
std::vector<BurstChain> chains_of(const WindowBursts& all, const Indices& bursts, double period_s);

struct ChainQuality {
  double regular = 0;  ///< bursts, each times the share of its chain's slots that are in use
  double score = 0;    ///< few long chains are better than many
};
ChainQuality quality_of(const std::vector<BurstChain>& chains);

}  // namespace windhover::sensor::links
