#include "sensor/trust/range_check.hpp"

#include <algorithm>
#include <cmath>

#include "sensor/geodesy.hpp"
#include "sensor/trust/odds.hpp"

namespace windhover::sensor {
namespace {

constexpr float kNearFullScale_dbfs = -6;
constexpr double kLeastRange_m = 30;  // closer, the antenna's pattern rules

}  // namespace

void RangeCheck::take(const decoders::Frame& frame, const Position& claimed, double range_m,
                      double full_scale_db) {
  if (!std::isfinite(frame.rf.rssi_dbfs) || frame.rf.rssi_dbfs > kNearFullScale_dbfs) return;
  const auto key = std::pair{frame.transport, frame.rf.centre.value};
  if (series_.size() >= kMostSeries && !series_.contains(key)) return;
  Series& series = series_[key];
  if (series.empty() || distance_m(series.back().from, claimed) >= kBlock_m) {
    if (series.size() >= kMostBlocks) series.pop_front();
    series.push_back({claimed});
  }
  Block& block = series.back();
  ++block.frames;
  block.sum_db += static_cast<double>(frame.rf.rssi_dbfs) + full_scale_db;
  block.sum_decades += std::log10(std::max(range_m, kLeastRange_m));
}

// Least squares of the level over the decades of distance, with any transmit power: the slope within what
// honest path loss has, against a slope of 0.
RangeCheck::Fit RangeCheck::fit(const Series& series) {
  Fit fit;
  fit.blocks = series.size();
  if (series.size() < kFewestBlocks) return fit;
  const auto count = static_cast<double>(series.size());
  double mean_db = 0, mean_decades = 0, least = INFINITY, most = -INFINITY;
  for (const Block& block : series) {
    const double decades = block.sum_decades / block.frames;
    mean_db += block.sum_db / block.frames / count;
    mean_decades += decades / count;
    least = std::min(least, decades);
    most = std::max(most, decades);
  }
  double xx = 0, xy = 0;
  for (const Block& block : series) {
    const double x = block.sum_decades / block.frames - mean_decades;
    xx += x * x;
    xy += x * (block.sum_db / block.frames - mean_db);
  }
  fit.decades = most - least;
  if (xx <= 0) return fit;
  fit.slope_db = xy / xx;
  const double honest_db = std::clamp(fit.slope_db, -10 * kMostExponent, -10 * kLeastExponent);
  // Sum of squares with the honest slope less that with none.
  const double more = honest_db * honest_db * xx - 2 * honest_db * xy;
  fit.weight = more / (2 * kScatter_db * kScatter_db);
  return fit;
}

void RangeCheck::tell(std::vector<Reason>& reasons) const {
  // Channels of one transmitter fade together: the one that says most counts.
  Fit best;
  for (const auto& [key, series] : series_)
    if (const Fit each = fit(series); std::abs(each.weight) > std::abs(best.weight)) best = each;
  if (std::abs(best.weight) < kNotice / 2) return;
  reasons.push_back(weighed("level_range", best.weight,
                            best.weight > 0 ? "The level does not follow the distance that is claimed."
                                            : "The level follows the distance that is claimed.",
                            {{"slope_db_per_decade", best.slope_db},
                             {"range_decades", best.decades},
                             {"blocks", static_cast<double>(best.blocks)}}));
}

}  // namespace windhover::sensor
