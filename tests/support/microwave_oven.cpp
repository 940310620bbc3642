#include "tests/support/microwave_oven.hpp"

#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::synth {

Waveform modulate_oven(const OvenOptions& options, Random& random) {
  constexpr double kRate_hz = 32e6, kPassband_hz = 26e6, kWander_s = 10e-6;
  const auto count = static_cast<std::size_t>(std::round(options.duty / options.mains_hz * kRate_hz));
  Waveform wave{{}, {kRate_hz}, {kPassband_hz}, {kPassband_hz}};
  wave.samples.reserve(count);
  const double keep = std::exp(-1 / (kWander_s * kRate_hz)), fresh = std::sqrt(1 - keep * keep);
  double turns = 0, wander = 0, power = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const double voltage =
        std::sin(std::numbers::pi * (static_cast<double>(n) + 0.5) / static_cast<double>(count));
    const double amplitude = std::sqrt(voltage);
    power += voltage;
    wave.samples.emplace_back(std::polar(amplitude, 2 * std::numbers::pi * turns));
    wander = keep * wander + fresh * static_cast<double>(random.normal());
    turns += (options.sweep_hz * (voltage - 0.5) + options.jitter_hz * wander) / kRate_hz;
    turns -= std::floor(turns);
  }
  const auto scale = static_cast<float>(std::sqrt(static_cast<double>(count) / power));
  for (auto& x : wave.samples) x *= scale;
  return wave;
}

}  // namespace windhover::synth
