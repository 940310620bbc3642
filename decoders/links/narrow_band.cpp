#include "decoders/links/narrow_band.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kNarrowest_hz = 20e3;
constexpr double kLobes = 5;  // of the sinc on either side

}  // namespace

NarrowBand::NarrowBand() : taps_(kMostTaps), mixed_(kMostSamples), out_(kMostSamples) {}

/// Hann-windowed sinc of gain 1 at 0.
void NarrowBand::design(double cutoff_cycles, std::size_t taps) noexcept {
  const double middle = static_cast<double>(taps - 1) / 2;
  double sum = 0;
  for (std::size_t n = 0; n < taps; ++n) {
    const double t = static_cast<double>(n) - middle, x = 2 * std::numbers::pi * cutoff_cycles * t;
    const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
    const double hann = 0.5 + 0.5 * std::cos(std::numbers::pi * t / (middle + 1));
    taps_[n] = static_cast<float>(sinc * hann);
    sum += sinc * hann;
  }
  for (std::size_t n = 0; n < taps; ++n) taps_[n] = static_cast<float>(taps_[n] / sum);
}

Excerpt NarrowBand::extract(const Excerpt& in, double middle_hz, const Shape& shape) noexcept {
  const double width_hz = std::max(in.width_hz(), kNarrowest_hz);
  const std::size_t count = std::min(in.iq.size(), kMostSamples / 2);
  const double surplus = in.rate_hz / (shape.samples_per_width * width_hz);
  const std::size_t up = surplus < 1 ? 2 : 1;
  const auto down = static_cast<std::size_t>(std::max(1.0, surplus));
  const double cutoff = std::min(0.5 * shape.passed * width_hz / in.rate_hz, 0.46);
  passed_hz_ = 2 * cutoff * in.rate_hz;
  const auto half = std::min(static_cast<std::size_t>(kLobes / (2 * cutoff)) + 4, (kMostTaps - 1) / 2 / up);
  design(cutoff / static_cast<double>(up), 2 * half * up + 1);

  Rotator rotator(0, -2 * std::numbers::pi * middle_hz / in.rate_hz);
  for (std::size_t n = 0; n < count; ++n) mixed_[n] = times(in.iq[n], rotator.next());

  const auto gain = static_cast<float>(up);
  std::size_t made = 0;
  for (std::size_t at = 0; at < count * up; at += down, ++made) {
    // Input sample i lies at i·up; the filter is centred on `at`.
    const std::size_t reach = half * up;
    const std::size_t first = at > reach ? (at - reach + up - 1) / up : 0;
    const std::size_t last = std::min(count - 1, (at + reach) / up);
    float re = 0, im = 0;
    for (std::size_t i = first; i <= last; ++i) {
      const float tap = taps_[i * up + reach - at];
      re += mixed_[i].real() * tap;
      im += mixed_[i].imag() * tap;
    }
    out_[made] = {re * gain, im * gain};
  }
  const double rate_hz = in.rate_hz * static_cast<double>(up) / static_cast<double>(down);
  return {std::span(out_).first(made), rate_hz, in.low_hz - middle_hz, in.high_hz - middle_hz};
}

Excerpt NarrowBand::trimmed(const Excerpt& in) noexcept {
  constexpr std::size_t kBlock = 16, kMostBlocks = 512;
  constexpr float kWeak = 0.5F;
  const std::size_t blocks = std::min(in.iq.size() / kBlock, kMostBlocks);
  if (blocks < 8) return in;
  const std::size_t length = in.iq.size() / blocks;
  std::array<float, kMostBlocks> level{}, sorted{};
  for (std::size_t b = 0; b < blocks; ++b)
    for (std::size_t n = 0; n < length; ++n) level[b] += power(in.iq[b * length + n]);
  sorted = level;
  const auto median = sorted.begin() + static_cast<std::ptrdiff_t>(blocks / 2);
  std::nth_element(sorted.begin(), median, sorted.begin() + static_cast<std::ptrdiff_t>(blocks));
  std::size_t first = 0, last = blocks;
  while (first < blocks / 2 && level[first] < kWeak * *median) ++first;
  while (last > blocks / 2 + 1 && level[last - 1] < kWeak * *median) --last;
  // The block on the edge is on for a part of the time only.
  if (first > 0) ++first;
  if (last < blocks) --last;
  if (first + 4 > last) return in;
  return {in.iq.subspan(first * length, (last - first) * length), in.rate_hz, in.low_hz, in.high_hz};
}

}  // namespace windhover::decoders::links
