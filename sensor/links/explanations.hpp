#pragma once
// Transmissions that were decoded: the emissions that they account for belong to no other link.

#include <cstddef>
#include <vector>

#include "sensor/links/burst.hpp"

namespace windhover::sensor::links {

struct Explanation {
  double start_s = 0, end_s = 0;
  double center_hz = 0, width_hz = 0;
};

class Explanations {
 public:
  /// In any order; beyond kMost it is not kept.
  void add(const Explanation& explanation);
  /// Call after the last add() and before explains().
  void sort();
  /// Whether decoded transmissions of such a place and width cover most of the burst. One emission may hold
  /// several, such as a frame and its acknowledgement.
  bool explains(const Burst& burst) const;
  void drop_before(double time_s);

 private:
  static constexpr std::size_t kMost = 131'072;

  std::vector<Explanation> all_;  // by start
  double longest_s_ = 0;
};

}  // namespace windhover::sensor::links
