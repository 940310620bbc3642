#include "sensor/links/match_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace windhover::sensor::links {
namespace {

// Crystals of radios are specified to ±10 ppm or better and temperature compensated ones to ±2.5; two
// transmitters differ by the root of two of it.
constexpr double kOscillatorSpread_ppm = 3;
// Doppler is common to all that an aircraft sends; what is left is drift between measurements that are not
// made at the same time.
constexpr double kDrift_ppm = 0.05;

constexpr std::size_t kLeastSeconds = 8;
constexpr double kLeastMovement_db = 1.5;  // standard deviation below which measurement noise decides
constexpr double kMostLevelEvidence = 2;
// Fisher's transform of the correlation between two frequencies from one aircraft: shadowing and antenna
// pattern in common, fading not.
constexpr double kSameCorrelation = 0.8, kSameSpread = 0.4, kOtherSpread = 0.15;

constexpr double kTogether_s = 3;       // scale of the delay between the begins of one aircraft's links
constexpr double kTogetherShare = 0.6;  // of links begin with their aircraft
constexpr double kLeastObserved_s = 30;

double gauss(double x, double sigma) {
  return std::exp(-0.5 * x * x / (sigma * sigma)) / (sigma * std::sqrt(2 * std::numbers::pi));
}

/// Values in common, without their straight trends.
struct Pairs {
  std::vector<double> a, b;
};

void take_off_trend(std::vector<double>& values, std::span<const double> times) {
  const auto n = static_cast<double>(values.size());
  double time = 0, value = 0, product = 0, square = 0;
  for (std::size_t i = 0; i < values.size(); ++i) time += times[i] / n, value += values[i] / n;
  for (std::size_t i = 0; i < values.size(); ++i) {
    product += (times[i] - time) * (values[i] - value);
    square += (times[i] - time) * (times[i] - time);
  }
  const double slope = square > 0 ? product / square : 0;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= value + slope * (times[i] - time);
}

Pairs in_common(std::span<const SecondLevel> a, std::span<const SecondLevel> b) {
  Pairs pairs;
  std::vector<double> times;
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    const double apart = std::round(a[i].second) - std::round(b[k].second);
    if (apart == 0) {
      pairs.a.push_back(a[i].db);
      pairs.b.push_back(b[k].db);
      times.push_back(a[i].second);
    }
    i += apart <= 0;
    k += apart >= 0;
  }
  take_off_trend(pairs.a, times);
  take_off_trend(pairs.b, times);
  return pairs;
}

double product(std::span<const double> a, std::span<const double> b, std::size_t lag = 0) {
  double sum = 0;
  for (std::size_t i = lag; i < a.size(); ++i) sum += a[i] * b[i - lag];
  return sum;
}

}  // namespace

double oscillator_evidence(double difference_ppm, double error_ppm, double sharing) {
  const double other = gauss(difference_ppm, std::numbers::sqrt2 * kOscillatorSpread_ppm);
  const double same = gauss(difference_ppm, std::hypot(error_ppm, kDrift_ppm));
  return std::log(other > 0 ? sharing * same / other + (1 - sharing) : 1 - sharing);
}

std::optional<LevelEvidence> level_evidence(std::span<const SecondLevel> a, std::span<const SecondLevel> b) {
  const Pairs pairs = in_common(a, b);
  const std::size_t n = pairs.a.size();
  if (n < kLeastSeconds) return std::nullopt;
  const double aa = product(pairs.a, pairs.a), bb = product(pairs.b, pairs.b);
  const double least = static_cast<double>(n) * kLeastMovement_db * kLeastMovement_db;
  if (!(aa >= least) || !(bb >= least)) return std::nullopt;
  const double correlation = std::clamp(product(pairs.a, pairs.b) / std::sqrt(aa * bb), -0.99, 0.99);
  // Levels change slowly, so there are fewer independent values than seconds (Bartlett 1935).
  const double memory =
      std::clamp(product(pairs.a, pairs.a, 1) / aa * product(pairs.b, pairs.b, 1) / bb, 0.0, 0.9);
  const double independent = static_cast<double>(n) * (1 - memory) / (1 + memory);
  const double error = 1 / std::sqrt(std::max(independent - 3, 1.0));
  const double z = std::atanh(correlation);
  const double ratio = std::log(gauss(z - kSameCorrelation, std::hypot(error, kSameSpread)) /
                                gauss(z, std::hypot(error, kOtherSpread)));
  // A correlation higher than expected speaks for the same no less than the expected one.
  const double least_high = z > kSameCorrelation
                                ? std::log(gauss(0, std::hypot(error, kSameSpread)) /
                                           gauss(kSameCorrelation, std::hypot(error, kOtherSpread)))
                                : ratio;
  return LevelEvidence{std::clamp(std::max(ratio, least_high), -kMostLevelEvidence, kMostLevelEvidence),
                       correlation, n};
}

double together_evidence(double apart_s, double observed_s) {
  const double observed = std::max(observed_s, kLeastObserved_s);
  const double same = std::exp(-std::abs(apart_s) / kTogether_s) / (2 * kTogether_s);
  return std::log(kTogetherShare * same * 2 * observed + 1 - kTogetherShare);
}

double family_evidence(bool kind_is_ocusync, bool kind_is_other_drone_link, RadioFamily aircraft) {
  constexpr double kOwn = 1.4, kForeign = -2.3;  // four times as likely, a tenth
  if (aircraft == RadioFamily::unknown) return 0;
  const bool is_dji = aircraft == RadioFamily::dji;
  if (kind_is_ocusync) return is_dji ? kOwn : kForeign;
  if (kind_is_other_drone_link && is_dji) return kForeign;
  return 0;
}

}  // namespace windhover::sensor::links
