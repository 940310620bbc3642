#pragma once
// Where the tuner is and where else it goes, for `status`.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace windhover::sensor {

struct TuningStatus {
  struct Window {
    double center_hz = 0;
    double dwell_s = 0;              ///< of a visit in which nothing is heard; 0: it is never left
    std::vector<std::string> hears;  ///< names of what is wanted, as in the config
  };
  std::vector<Window> windows;         ///< one: parked
  std::size_t present = 0;             ///< which of them is received now
  double longest_absence_s = 0;        ///< from any window; 0 when parked
  std::uint64_t retunes = 0;           ///< since the start
  double settling_s = 0;               ///< time that they cost, since the start
  std::vector<std::string> not_heard;  ///< of what is wanted, one sentence for each reason
};

}  // namespace windhover::sensor
