#include "decoders/links/occupied_band.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr std::array<std::size_t, 4> kSizes{32, 128, 512, 1024};
constexpr std::size_t kMostWindows = 96;
constexpr double kGuard_s = 45e-6;  // by which start and end of an emission may be off
constexpr double kSkirt = 0.3;      // of the width on either side: signals fall off slowly
constexpr double kFlat = 0.05;      // of the width on either side: so far a snapshot is flat
constexpr double kLeftOut = 0.005;

std::size_t size_for(std::size_t samples) { return samples >= 4096 ? 3 : samples >= 1024 ? 2 : 1; }

}  // namespace

OccupancyMeter::Window::Window(std::size_t size) : fft(size, dsp::FftDirection::forward), hann(size) {
  // Scaled so that |X|² is power in a bin's width.
  const double scale = 1 / (static_cast<double>(size) * std::sqrt(0.375));
  for (std::size_t n = 0; n < size; ++n)
    hann[n] = static_cast<float>(scale * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) /
                                                               static_cast<double>(size))));
}

OccupancyMeter::OccupancyMeter()
    : in_(kSizes.back()), out_(kSizes.back()), power_(kSizes.back()), quiet_(kSizes.back()) {
  for (const std::size_t size : kSizes) windows_.emplace_back(size);
}

/// Adds mean power per bin, lowest frequency first, and returns the number of windows.
double OccupancyMeter::add_spectra(const Window& window, std::span<const cf32> iq, std::size_t most,
                                   std::span<double> out) {
  const std::size_t size = window.fft.size();
  if (iq.size() < size) return 0;
  const std::size_t fitting = (iq.size() - size) / (size / 2) + 1;
  const std::size_t count = std::min(fitting, most);
  for (std::size_t w = 0; w < count; ++w) {
    const std::size_t first = count == 1 ? 0 : (iq.size() - size) * w / (count - 1);
    for (std::size_t n = 0; n < size; ++n) in_[n] = iq[first + n] * window.hann[n];
    window.fft.execute(in_.data(), out_.data());
    for (std::size_t k = 0; k < size; ++k) out[k] += static_cast<double>(power(out_[(k + size / 2) % size]));
  }
  return static_cast<double>(count);
}

/// Power per bin of the emission's band while it is off; negative if it never is for long enough.
double OccupancyMeter::quiet_density(const Window& window, const Excerpt& on, std::span<const cf32> around,
                                     std::size_t first) {
  const std::size_t size = window.fft.size();
  const auto guard = static_cast<std::size_t>(kGuard_s * on.rate_hz);
  std::ranges::fill(quiet_, 0.0);
  double count = 0;
  if (first > guard) count += add_spectra(window, around.first(first - guard), kMostWindows / 4, quiet_);
  const std::size_t last = first + on.iq.size() + guard;
  if (last < around.size()) count += add_spectra(window, around.subspan(last), kMostWindows / 4, quiet_);
  if (count < 1) return -1;
  const double bin_hz = on.rate_hz / static_cast<double>(size);
  double sum = 0, bins = 0;
  for (std::size_t k = 0; k < size; ++k) {
    const double hz = (static_cast<double>(k) - static_cast<double>(size / 2)) * bin_hz;
    if (hz < on.low_hz - bin_hz || hz > on.high_hz + bin_hz) continue;
    sum += quiet_[k] / count;
    bins += 1;
  }
  return bins * count >= 6 ? sum / bins : -1;
}

/// Least power per bin of power_ between the emission's edges and those of the snapshot's flat band.
double OccupancyMeter::beside_density(const Excerpt& on, std::size_t size) const noexcept {
  const double bin_hz = on.rate_hz / static_cast<double>(size);
  const double reach = std::max(kFlat * on.width_hz(), 2 * bin_hz);
  double least = std::numeric_limits<double>::max();
  for (std::size_t k = 1; k + 1 < size; ++k) {
    const double hz = (static_cast<double>(k) - static_cast<double>(size / 2)) * bin_hz;
    if (hz >= on.low_hz - reach && hz <= on.high_hz + reach)
      least = std::min(least, (power_[k - 1] + power_[k] + power_[k + 1]) / 3);
  }
  return least < std::numeric_limits<double>::max() ? least : 0;
}

/// Mean power per bin of power_ within the emission's edges.
double OccupancyMeter::inside_density(const Excerpt& on, std::size_t size) const noexcept {
  const double bin_hz = on.rate_hz / static_cast<double>(size);
  double sum = 0, bins = 0;
  for (std::size_t k = 0; k < size; ++k) {
    const double hz = (static_cast<double>(k) - static_cast<double>(size / 2)) * bin_hz;
    if (hz < on.low_hz - bin_hz || hz > on.high_hz + bin_hz) continue;
    sum += power_[k];
    bins += 1;
  }
  return bins > 0 ? sum / bins : 0;
}

Occupancy OccupancyMeter::measure(const Excerpt& on, std::span<const cf32> around,
                                  std::size_t first) noexcept {
  Occupancy out;
  const std::size_t which = size_for(on.iq.size());
  const Window& window = windows_[which];
  const std::size_t size = window.fft.size();
  const double bin_hz = on.rate_hz / static_cast<double>(size), width_hz = on.width_hz();
  std::ranges::fill(power_, 0.0);
  const double count = add_spectra(window, on.iq, kMostWindows, power_);
  if (count < 1) return out;
  for (std::size_t k = 0; k < size; ++k) power_[k] /= count;

  const auto hz_of = [&](std::size_t k) {
    return (static_cast<double>(k) - static_cast<double>(size / 2)) * bin_hz;
  };
  // Short quiet pieces are seen through the shorter windows.
  double density = -1;
  for (std::size_t w = which + 1; w-- > 0 && density < 0;) {
    density = quiet_density(windows_[w], on, around, first);
    if (density >= 0) density *= static_cast<double>(windows_[w].fft.size()) / static_cast<double>(size);
  }
  // What was quiet may have held other emissions.
  const double beside = beside_density(on, size);
  if (density < 0)
    density = beside;
  else if (density > 0.5 * inside_density(on, size))
    density = std::min(density, beside);
  out.least_noise_per_hz = std::min(density, beside) / bin_hz;
  out.noise_per_hz = density / bin_hz;

  const double skirt = std::max(kSkirt * width_hz, 2 * bin_hz);
  std::size_t from = size, to = 0;
  double total = 0, moment = 0;
  for (std::size_t k = 0; k < size; ++k) {
    if (hz_of(k) < on.low_hz - skirt || hz_of(k) > on.high_hz + skirt) continue;
    from = std::min(from, k);
    to = k;
    power_[k] -= density;
    total += power_[k];
    moment += power_[k] * hz_of(k);
  }
  if (from > to || !(total > 0)) return out;
  out.signal_power = total;
  out.centroid_hz = std::clamp(moment / total, hz_of(from), hz_of(to));
  double square = 0, below = 0;
  bool low_known = false;
  out.high_hz = hz_of(to);
  for (std::size_t k = from; k <= to; ++k) {
    const double away = hz_of(k) - out.centroid_hz;
    square += power_[k] * away * away;
    const double before = below;
    below += power_[k];
    const auto crossing = [&](double level) {
      const double part = power_[k] > 0 ? (level - before) / power_[k] : 0;
      return hz_of(k) + (std::clamp(part, 0.0, 1.0) - 0.5) * bin_hz;
    };
    if (!low_known && below >= kLeftOut * total) {
      out.low_hz = crossing(kLeftOut * total);
      low_known = true;
    }
    if (below >= (1 - kLeftOut) * total) {
      out.high_hz = crossing((1 - kLeftOut) * total);
      break;
    }
  }
  out.rms_hz = std::sqrt(std::max(0.0, square / total));
  const double noise = out.noise_per_hz * std::max(out.occupied_hz(), bin_hz);
  out.snr_power_ratio = noise > 0 ? total / noise : 1e6;
  return out;
}

}  // namespace windhover::decoders::links
