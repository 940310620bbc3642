#pragma once
// The time between bursts that comes most often: the period of a link, or of several with the same.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace windhover::sensor::links {

struct BurstStart {
  double start_s = 0;
  float level_dbfs = 0;
};

class PeriodFinder {
 public:
  PeriodFinder();

  /// starts  ascending; shortest_s  no period is shorter, 0.2 to 110 ms are looked at.
  struct Periods {
    double often_s = 0;  ///< the shortest of those that come about as often as the one that comes most often
    double most_s = 0;   ///< the one that comes most often; the same if there is no other
    double part_s = 0;   ///< what divides `often_s`, where most of a hopper's channels are not received
  };
  /// nullopt where no difference stands out of those of chance. Good to some microseconds.
  std::optional<Periods> find(std::span<const BurstStart> starts, double shortest_s);

 private:
  std::uint64_t around(std::size_t cell) const;
  double exact(std::span<const BurstStart> starts, std::size_t cell) const;
  std::uint64_t at_multiples(double period_s, int but_of) const;
  double divided(double period_s, double shortest_s) const;
  double refined(std::span<const BurstStart> starts, double period_s) const;

  std::vector<std::uint32_t> cells_;  // differences of starts
};

}  // namespace windhover::sensor::links
