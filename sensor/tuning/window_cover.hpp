#pragma once
// Which windows hold all that is wanted: from the lowest upwards, which takes the fewest, or the worthiest
// first where they are too many.

#include <span>
#include <vector>

#include "sensor/tuning/reach.hpp"
#include "sensor/tuning/wishes.hpp"

namespace windhover::sensor::tuning {

class WindowCover {
 public:
  /// Both outlive it.
  WindowCover(std::span<const Target> targets, const Reach& reach) : targets_(targets), reach_(reach) {}

  /// Centres of at most `most` windows, ascending.
  std::vector<double> choose(std::size_t most) const;
  /// The targets that a window around this centre holds.
  std::vector<std::size_t> held(double centre_hz) const;
  /// By target; of those of which one is enough all or none.
  std::vector<bool> covered_by(std::span<const double> centres) const;

 private:
  std::vector<double> from_the_lowest(std::span<const double> candidates) const;
  void add_worthiest(std::span<const double> candidates, std::size_t most, std::vector<double>& chosen) const;
  double best_above(std::size_t lowest, std::span<const double> candidates,
                    const std::vector<bool>& covered) const;
  void cover(double centre_hz, std::vector<bool>& covered) const;
  std::vector<double> candidates() const;
  double nearest_centre(double centre_hz) const;
  double worth(double centre_hz, const std::vector<bool>& covered) const;
  double in_the_middle(double centre_hz) const;
  void drop_needless(std::vector<double>& centres) const;

  std::span<const Target> targets_;
  const Reach& reach_;
};

}  // namespace windhover::sensor::tuning
