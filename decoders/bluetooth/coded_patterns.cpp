#include "decoders/bluetooth/coded_patterns.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "decoders/bluetooth/gfsk_reference.hpp"
#include "decoders/complex_math.hpp"

namespace windhover::decoders::bluetooth {
namespace {

constexpr std::size_t kFractions = 16;

/// exp(jθ) of 1100 at t symbols after its start (any t: the pattern before and behind may be either), h =
/// 0.5.
std::complex<double> mean_pattern(double t) {
  t -= 4 * std::floor(t / 4);
  constexpr std::array<double, 4> kPattern{1, 1, -1, -1};
  std::complex<double> sum{};
  for (const double before : {-1.0, 1.0})
    for (const double behind : {-1.0, 1.0}) {
      double steps = 0;
      for (int k = 0; k < 4; ++k) {
        const double a = kPattern[static_cast<std::size_t>(k)];
        steps += a * phase_pulse(t - k) + behind * a * phase_pulse(t - k - 4) +
                 before * a * (phase_pulse(t - k + 4) - std::numbers::pi);
      }
      sum += std::polar(0.25, kNominalIndex * steps);
    }
  return sum;
}

struct Filters {
  std::array<std::array<float, kPatternSamples>, kFractions + 1> pilot{}, data{}, timing{};
  PatternGains gains;

  Filters() {
    double pilot_power = 0, data_power = 0;
    for (std::size_t f = 0; f <= kFractions; ++f) {
      double slope = 0;
      std::array<double, kPatternSamples> derivative{};
      for (std::size_t k = 0; k < kPatternSamples; ++k) {
        constexpr double kStep = 0.5;  // samples either side
        const double u = static_cast<double>(k) + static_cast<double>(f) / kFractions;
        const auto value = [](double samples) { return mean_pattern(samples / kSamplesPerSymbol); };
        const auto mean = value(u);
        pilot[f][k] = static_cast<float>(mean.real());
        data[f][k] = static_cast<float>(mean.imag());
        derivative[k] = value(u - kStep).real() - value(u + kStep).real();
        slope += derivative[k] * (value(u - kStep).real() - value(u + kStep).real()) / (2 * kStep);
        pilot_power += mean.real() * mean.real();
        data_power += mean.imag() * mean.imag();
      }
      double norm = 0;
      for (std::size_t k = 0; k < kPatternSamples; ++k)
        norm += static_cast<double>(pilot[f][k] * pilot[f][k]);
      for (std::size_t k = 0; k < kPatternSamples; ++k)
        timing[f][k] = static_cast<float>(derivative[k] * norm / slope);
    }
    gains = {static_cast<float>(pilot_power / (kFractions + 1)),
             static_cast<float>(data_power / (kFractions + 1))};
  }
};

const Filters& filters() {
  static const Filters instance;
  return instance;
}

}  // namespace

void Carrier::retune(std::int64_t n, double new_step) {
  radians = std::remainder(at(n), 2 * std::numbers::pi);
  origin = n;
  step = new_step;
}

void Carrier::turn_back(const SampleView& view, std::int64_t from, std::span<cf32> out) const {
  Rotator rotator(at(from), step);
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = times_conj(view.at(from + static_cast<std::int64_t>(k)), rotator.next());
}

PatternSums correlate_pattern(const cf32* iq, double fraction) {
  const Filters& table = filters();
  const auto row = static_cast<std::size_t>(std::clamp(fraction, 0.0, 1.0) * kFractions + 0.5);
  PatternSums sums{};
  for (std::size_t k = 0; k < kPatternSamples; ++k) {
    sums.pilot += iq[k] * table.pilot[row][k];
    sums.data += iq[k] * table.data[row][k];
    sums.timing += iq[k] * table.timing[row][k];
  }
  return sums;
}

void prepare_patterns() { filters(); }

PatternGains pattern_gains() { return filters().gains; }

}  // namespace windhover::decoders::bluetooth
