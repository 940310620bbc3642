#pragma once
// From a root-600 peak to carrier and timing: the root-147 symbol 2192 samples later fits at one offset only.

#include <array>
#include <span>

#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {

inline constexpr int kMaxHalfCarriers = 174;  ///< ±1.305 MHz

struct Partner {
  int half_carriers = 0;  ///< the carrier's offset in 7.5 kHz
  float level = 0;        ///< |correlation|² of root 147 over its mean at other offsets; mean 1 on noise
};

class PartnerSearch {
 public:
  PartnerSearch();

  /// iq  a segment, filtered to what can hold the burst; peak: the root-600 peak in it; must leave room for
  /// the root-147 body at every offset.
  /// Tries offsets within `reach` half carriers of `around`.
  Partner find(std::span<const cf32> iq, double peak, int around = 0, int reach = kMaxHalfCarriers);

  /// |correlation|² with the root-600 body at `lag`, largest of the three lags around it, over the energy
  /// under it.
  float root600_at(std::span<const cf32> iq, int lag) const;

 private:
  static constexpr std::size_t kHypotheses = 2 * kMaxHalfCarriers + 1;
  /// Samples that the search looks at: every body position that a hypothesis implies.
  static constexpr int kReach = 160;
  static constexpr std::size_t kSpan = kFftSize + 2 * kReach;

  const Reference& ref_;
  alignas(64) std::array<float, kSpan> re_{}, im_{};
  std::array<float, kHypotheses> powers_{};
};

}  // namespace windhover::decoders::ocusync
