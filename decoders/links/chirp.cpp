#include "decoders/links/chirp.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr std::array kBandwidths_hz{125e3, 203.125e3, 250e3, 406.25e3, 500e3, 812.5e3, 1625e3};
constexpr double kBandwidthTolerance = 0.25;
constexpr int kSmallestFactor = 5, kLargestFactor = 12;
constexpr std::size_t kFewestWindows = 14, kMostSamples = 4096;
constexpr std::size_t kFewestSymbols = 3;
constexpr float kShare = 0.2F;
constexpr float kAgainstNext = 1.3F;

}  // namespace

ChirpMeter::ChirpMeter() : chirp_(kLargest), in_(kLargest), out_(kLargest) {
  for (std::size_t size = kSmallest; size <= kLargest; size *= 2)
    ffts_.emplace_back(size, dsp::FftDirection::forward);
}

/// Mean share of the power in the strongest line, over windows of a symbol that lie anywhere.
float ChirpMeter::line_share(const Excerpt& in, double slope_hz_per_s, std::size_t window) noexcept {
  const std::size_t size = std::max(kSmallest, std::bit_ceil(window));
  const dsp::Fft& fft = ffts_[static_cast<std::size_t>(std::countr_zero(size) - std::countr_zero(kSmallest))];
  for (std::size_t n = 0; n < window; ++n) {
    const double t_s = (static_cast<double>(n) - static_cast<double>(window) / 2) / in.rate_hz;
    chirp_[n] =
        unit_phasor(std::remainder(-std::numbers::pi * slope_hz_per_s * t_s * t_s, 2 * std::numbers::pi));
  }
  std::fill(in_.begin() + static_cast<std::ptrdiff_t>(window),
            in_.begin() + static_cast<std::ptrdiff_t>(size), cf32{});
  const std::size_t room = in.iq.size() - window;
  const std::size_t count = std::min(std::max(kFewestWindows, kMostSamples / window), 2 * room / window + 1);
  double sum = 0;
  for (std::size_t w = 0; w < count; ++w) {
    const std::size_t first = count == 1 ? 0 : room * w / (count - 1);
    double energy = 0;
    for (std::size_t n = 0; n < window; ++n) {
      in_[n] = times(in.iq[first + n], chirp_[n]);
      energy += static_cast<double>(power(in_[n]));
    }
    if (!(energy > 0)) continue;
    fft.execute(in_.data(), out_.data());
    float most = 0;
    for (std::size_t k = 0; k < size; ++k) most = std::max(most, power(out_[k]));
    sum += static_cast<double>(most) / (energy * static_cast<double>(window));
  }
  return static_cast<float>(sum / static_cast<double>(count));
}

std::optional<Finding<Chirp>> ChirpMeter::estimate(const Excerpt& in) noexcept {
  Finding<Chirp> out;
  float best = 0, next = 0;
  for (const double bandwidth_hz : kBandwidths_hz) {
    if (std::abs(std::log(in.width_hz() / bandwidth_hz)) > kBandwidthTolerance) continue;
    for (int factor = kSmallestFactor; factor <= kLargestFactor; ++factor) {
      const double symbol_s = std::ldexp(1, factor) / bandwidth_hz;
      const auto window = static_cast<std::size_t>(symbol_s * in.rate_hz);
      if (window > kLargest || window * kFewestSymbols > in.iq.size()) break;
      for (const double direction : {1.0, -1.0}) {
        const float share = line_share(in, direction * bandwidth_hz / symbol_s, window);
        if (share > best) {
          if (out.modulation.spreading_factor != factor) next = best;
          best = share;
          out.modulation = {bandwidth_hz, static_cast<std::uint8_t>(factor), share};
        } else if (share > next && out.modulation.spreading_factor != factor) {
          next = share;
        }
      }
    }
  }
  if (best < kShare || best < kAgainstNext * next) return std::nullopt;
  out.carrier_hz = in.middle_hz();
  out.carrier_error_hz = 0.03 * out.modulation.bandwidth_hz;
  out.confidence = std::min(0.99F, 1 - 0.3F * kShare / best);
  return out;
}

}  // namespace windhover::decoders::links
