#pragma once
// Whether the level follows the claimed distance: over a way on which the distance changes by much, a true
// transmitter grows weaker with it, and one that stands still and makes its positions up does not.

#include <deque>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "decoders/frame.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class RangeCheck {
 public:
  /// Shadowing decorrelates over some tens of metres: so far apart, levels count as independent.
  static constexpr double kBlock_m = 50;
  static constexpr std::size_t kMostBlocks = 60, kFewestBlocks = 8, kMostSeries = 6;
  /// Scatter of a block's level around the law of distance: shadowing, antenna pattern, fading. Assumed.
  static constexpr double kScatter_db = 6;
  /// Exponents of the path loss of an honest transmitter; free space has 2.
  static constexpr double kLeastExponent = 1.5, kMostExponent = 4.5;

  /// `range_m`: in a straight line where heights are known, else over ground. Levels are comparable within
  /// one transport on one channel; those near full scale are left out.
  /// `full_scale_db`: what 0 dBFS is, where the gain changes.
  void take(const decoders::Frame& frame, const Position& claimed, double range_m, double full_scale_db = 0);
  void tell(std::vector<Reason>& reasons) const;

 private:
  struct Block {
    Position from;
    double frames = 0, sum_db = 0, sum_decades = 0;
  };
  using Series = std::deque<Block>;
  struct Fit {
    double weight = 0, slope_db = 0, decades = 0;
    std::size_t blocks = 0;
  };
  static Fit fit(const Series& series);

  std::map<std::pair<std::string_view, double>, Series> series_;  // by transport and centre
};

}  // namespace windhover::sensor
