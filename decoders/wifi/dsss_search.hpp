#pragma once
// Where Barker symbols may be: the power behind a filter matched to them, folded by their period. Phase and
// data do not matter to it.

#include <cstdint>
#include <optional>

#include "decoders/wifi/dsss_samples.hpp"

namespace windhover::decoders::wifi {

struct BarkerHit {
  std::int64_t position = 0;  ///< sample where a symbol starts, ±1
  float strength = 0;         ///< power there over its mean; 1 in noise
};

/// Of each step's samples it looks at the first third: the shortest SYNC, of 56 symbols, holds at least one
/// whole window.
class BarkerSearch {
 public:
  static constexpr std::int64_t kStep = 640;
  static constexpr std::int64_t kWindow = 240;  ///< positions; twelve symbols
  static constexpr std::int64_t kAhead = 2 * kWindow + 20;

  /// Looks at the positions from `first` on; samples up to first + kAhead must be there. The next window must
  /// agree, and gives the position if it is the stronger one: the first may hold little of a PPDU's start.
  static std::optional<BarkerHit> look(const DsssSamples& samples, std::int64_t first);

 private:
  static std::optional<BarkerHit> look_at_window(const DsssSamples& samples, std::int64_t first);
};

}  // namespace windhover::decoders::wifi
