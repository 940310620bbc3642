#pragma once
// Direct-sequence Wi-Fi by its Barker sequence: 11 chips each microsecond (IEEE 802.11 clauses 15 and 16).
// CCK has it in preamble and header only.

#include <array>
#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"

namespace windhover::decoders::links {

class BarkerMeter {
 public:
  BarkerMeter();
  /// in  may begin before and end behind the emission. Symbols tell the carrier modulo a quarter of their
  /// rate;
  ///     the edges decide.
  std::optional<Finding<Dsss>> estimate(const Excerpt& in) noexcept;

 private:
  static constexpr std::size_t kPhases = 32;
  static constexpr std::size_t kMostSamples = 8192;
  struct Piece {
    float match = 0;     ///< share of the power that lies in the sequence
    float contrast = 0;  ///< power at the best of the phases of a symbol over their mean; 1 on noise
    double carrier_hz = 0;
  };
  Piece measure(std::span<const cf32> iq, double rate_hz) noexcept;

  std::vector<float> sequence_;
  std::vector<cf32> correlation_;
};

}  // namespace windhover::decoders::links
