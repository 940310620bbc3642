#include "decoders/wifi/ofdm_channel.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "decoders/complex_math.hpp"

namespace windhover::decoders::wifi {
namespace {

/// Responses whose delays lie in a window, as an orthonormal set of vectors over a plan's carriers.
struct DelayWindow {
  std::size_t size;
  std::vector<cf32> vectors;  // one after the other, a value a used carrier
};

DelayWindow make_window(const CarrierPlan& plan, int first_delay, int delays) {
  const std::size_t n = plan.used.size();
  std::vector<std::vector<std::complex<double>>> basis;
  for (int delay = first_delay; delay < first_delay + delays; ++delay) {
    std::vector<std::complex<double>> vector(n);
    for (std::size_t i = 0; i < n; ++i)
      vector[i] = std::polar(1.0, -2 * std::numbers::pi * plan.used[i] * delay / static_cast<double>(kFft));
    // Twice, since neighbouring delays are nearly parallel.
    for (int round = 0; round < 2; ++round)
      for (const auto& other : basis) {
        std::complex<double> along = 0;
        for (std::size_t i = 0; i < n; ++i) along += std::conj(other[i]) * vector[i];
        for (std::size_t i = 0; i < n; ++i) vector[i] -= along * other[i];
      }
    double norm = 0;
    for (const auto& value : vector) norm += std::norm(value);
    for (auto& value : vector) value /= std::sqrt(norm);
    basis.push_back(std::move(vector));
  }
  DelayWindow window{basis.size(), {}};
  for (const auto& vector : basis)
    for (const auto& value : vector) window.vectors.emplace_back(value);
  return window;
}

// The first path lies kEarly = 3 samples behind the window's start, with what a fraction of a sample spills.
std::vector<DelayWindow> make_windows(const CarrierPlan& plan) {
  return {make_window(plan, 1, 6), make_window(plan, -1, 12), make_window(plan, -2, 20)};
}

const std::vector<DelayWindow>& windows_of(const CarrierPlan& plan) {
  static const std::vector<DelayWindow> legacy = make_windows(legacy_plan()), ht = make_windows(ht_plan());
  return plan.used.size() == ht_plan().used.size() ? ht : legacy;
}

constexpr std::size_t kMostCarriers = 56;
using Values = std::array<cf32, kMostCarriers>;

Values project(const DelayWindow& window, const Values& values, std::size_t n) noexcept {
  Values out{};
  for (std::size_t v = 0; v < window.size; ++v) {
    const cf32* vector = window.vectors.data() + v * n;
    cf32 along = 0;
    for (std::size_t i = 0; i < n; ++i) along += times_conj(values[i], vector[i]);
    for (std::size_t i = 0; i < n; ++i) out[i] += times(along, vector[i]);
  }
  return out;
}

}  // namespace

ChannelEstimate estimate_channel(std::span<const std::array<cf32, kFft>> spectra, const CarrierPlan& plan,
                                 float noise) {
  const std::size_t n = plan.used.size();
  ChannelEstimate estimate;
  estimate.noise = noise;
  Values raw{};
  float difference = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t bin = bin_of(plan.used[i]);
    for (const auto& spectrum : spectra)
      raw[i] += spectrum[bin] * plan.training[bin] / static_cast<float>(spectra.size());
    if (spectra.size() == 2) difference += std::norm(spectra[0][bin] - spectra[1][bin]);
  }
  if (spectra.size() == 2) estimate.noise = std::max(difference / static_cast<float>(2 * n), 1e-20F);

  // Of the windows the one with the least error: what it leaves out beyond noise, and what noise it lets in.
  const float error = estimate.noise / static_cast<float>(spectra.size());
  Values best = raw;
  float least = error * static_cast<float>(n);
  for (const DelayWindow& window : windows_of(plan)) {
    const Values smooth = project(window, raw, n);
    float left_out = 0;
    for (std::size_t i = 0; i < n; ++i) left_out += std::norm(raw[i] - smooth[i]);
    const float risk = std::max(0.0F, left_out - error * static_cast<float>(n - window.size)) +
                       error * static_cast<float>(window.size);
    if (risk < least) least = risk, best = smooth;
  }
  cf32 slope = 0;
  for (std::size_t i = 0; i < n; ++i) {
    estimate.response[bin_of(plan.used[i])] = best[i];
    estimate.power += std::norm(best[i]);
    if (i > 0 && plan.used[i] == plan.used[i - 1] + 1) slope += times_conj(best[i], best[i - 1]);
  }
  estimate.delay = -std::arg(slope) * static_cast<float>(kFft) / (2 * std::numbers::pi_v<float>);
  return estimate;
}

}  // namespace windhover::decoders::wifi
