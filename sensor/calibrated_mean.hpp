#pragma once
// The mean power at the antenna of what was received with more than one gain or on more than one frequency.

#include <algorithm>
#include <cmath>
#include <optional>

#include "sensor/reception.hpp"

namespace windhover::sensor {

class CalibratedMean {
 public:
  void add(double rssi_dbfs, double weight, const std::optional<AntennaLevel>& full_scale) {
    if (!(weight > 0)) return;
    complete_ = complete_ && full_scale.has_value();
    if (!complete_) return;
    weight_ += weight;
    sum_mw_ += weight * std::pow(10, (rssi_dbfs + static_cast<double>(full_scale->dbm)) / 10);
    uncertainty_db_ = std::max(uncertainty_db_, full_scale->uncertainty_db);
  }
  /// With the largest uncertainty of what went in; nullopt if a part of it was not calibrated.
  std::optional<AntennaLevel> value() const {
    if (!complete_ || !(weight_ > 0) || !(sum_mw_ > 0)) return std::nullopt;
    return AntennaLevel{static_cast<float>(10 * std::log10(sum_mw_ / weight_)), uncertainty_db_};
  }

 private:
  double weight_ = 0, sum_mw_ = 0;
  float uncertainty_db_ = 0;
  bool complete_ = true;
};

}  // namespace windhover::sensor
