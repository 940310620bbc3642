#pragma once
// The time between bursts that comes most often: the period of a link, or of several with the same.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace windhover::sensor::links {

class PeriodFinder {
 public:
  PeriodFinder();

  /// starts_s  ascending; shortest_s  no period is shorter, 0.2 to 110 ms are looked at.
  /// nullopt where no difference stands out of those of chance. Good to some microseconds.
  std::optional<double> find(std::span<const double> starts_s, double shortest_s);

 private:
  std::uint64_t around(std::size_t cell) const;
  double refined(std::span<const double> starts_s, double period_s) const;

  std::vector<std::uint32_t> cells_;  // differences of starts
};

}  // namespace windhover::sensor::links
