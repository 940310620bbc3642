#pragma once
// Error rates against signal-to-noise ratio, printed as rows of a table and held against what is promised.

#include <functional>
#include <ostream>
#include <span>
#include <string_view>

namespace windhover::bench {

struct CurvePoint {
  double snr_db;
  double promised = 2;  ///< error rate at most; above 1 = no promise
};

/// Measures each point and prints it: | name | SNR | error | promised |.
/// chance  how much more than promised is chance with this number of trials
/// error   of a ratio in dB: share of what was lost, 0 … 1
/// False where a point misses its promise.
bool print_curve(std::ostream& out, std::string_view name, std::span<const CurvePoint> points, double chance,
                 const std::function<double(double)>& error);

}  // namespace windhover::bench
