#pragma once
// Offset QPSK with half-sine chips and the 16 chip sequences of IEEE 802.15.4 (clause 12, 2.4 GHz: 2 Mchip/s,
// 32 chips a symbol). Between two chips the carrier turns by a right angle one way or the other; that these
// turns are those of the sequences, and not of chance, tells it from MSK of the same rate.

#include <array>
#include <optional>
#include <vector>

#include "decoders/links/excerpt.hpp"
#include "decoders/links/finding.hpp"

namespace windhover::decoders::links {

class ZigbeeMeter {
 public:
  ZigbeeMeter();
  /// in  filtered to its band, about 4 samples a chip
  std::optional<Finding<Zigbee>> estimate(const Excerpt& in) noexcept;

 private:
  static constexpr std::size_t kTurns = 31;
  static constexpr std::size_t kMostSamples = 100'000;
  float match_at(double first, double per_chip, std::size_t symbols, std::size_t count) const noexcept;

  std::array<std::array<float, kTurns>, 8> turns_{};  // of symbols 0 to 7; those of 8 to 15 are the opposite
  std::vector<cf32> products_;
  std::vector<float> turned_;
};

}  // namespace windhover::decoders::links
