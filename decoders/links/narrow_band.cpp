#include "decoders/links/narrow_band.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "decoders/wifi/dsss_correlate.hpp"

namespace windhover::decoders::links {
namespace {

constexpr double kNarrowest_hz = 40e3;  // edges are not exact
constexpr double kLobes = 5;            // of the sinc on either side

}  // namespace

NarrowBand::NarrowBand()
    : taps_{std::vector<float>(kMostTaps), std::vector<float>(kMostTaps)},
      re_(kMostSamples / 2 + 2 * kPad),
      im_(re_.size()),
      out_(kMostSamples) {}

/// Hann-windowed sinc of gain `up` at 0, its taps sorted by which of them meet input samples at the same
/// time.
void NarrowBand::design(double cutoff_cycles, std::size_t taps, std::size_t up) noexcept {
  const double middle = static_cast<double>(taps - 1) / 2;
  for (auto& phase : taps_) std::ranges::fill(phase, 0.0F);
  double sum = 0;
  for (std::size_t n = 0; n < taps; ++n) {
    const double t = static_cast<double>(n) - middle, x = 2 * std::numbers::pi * cutoff_cycles * t;
    const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(x) / x;
    const double hann = 0.5 + 0.5 * std::cos(std::numbers::pi * t / (middle + 1));
    taps_[n % up][n / up] = static_cast<float>(sinc * hann);
    sum += sinc * hann;
  }
  const auto scale = static_cast<float>(static_cast<double>(up) / sum);
  for (auto& phase : taps_)
    for (float& tap : phase) tap *= scale;
}

Excerpt NarrowBand::extract(const Excerpt& in, double middle_hz, const Shape& shape) noexcept {
  const double width_hz = std::max(in.width_hz(), kNarrowest_hz);
  const std::size_t count = std::min(in.iq.size(), kMostSamples / 2);
  const double surplus = in.rate_hz / (shape.samples_per_width * width_hz);
  const std::size_t up = surplus < 1 ? 2 : 1;
  const auto down = static_cast<std::size_t>(std::max(1.0, surplus));
  const double cutoff = std::min(0.5 * shape.passed * width_hz / in.rate_hz, 0.46);
  passed_hz_ = 2 * cutoff * in.rate_hz;
  const auto half = std::min(static_cast<std::size_t>(kLobes / (2 * cutoff)) + 4, kPad - 8);
  design(cutoff / static_cast<double>(up), 2 * half * up + 1, up);

  Rotator rotator(0, -2 * std::numbers::pi * middle_hz / in.rate_hz);
  std::fill_n(re_.begin(), kPad, 0.0F);
  std::fill_n(im_.begin(), kPad, 0.0F);
  for (std::size_t n = 0; n < count; ++n) {
    const cf32 mixed = times(in.iq[n], rotator.next());
    re_[kPad + n] = mixed.real();
    im_[kPad + n] = mixed.imag();
  }
  std::fill_n(re_.begin() + static_cast<std::ptrdiff_t>(kPad + count), kPad, 0.0F);
  std::fill_n(im_.begin() + static_cast<std::ptrdiff_t>(kPad + count), kPad, 0.0F);

  const std::size_t length = (2 * half + 1 + 3) / 4 * 4;
  std::size_t made = 0;
  for (std::size_t at = 0; at < count * up; at += down, ++made) {
    // Output `at` lies at input at / up; the first tap of its phase meets the input `half` before, rounded
    // up.
    const std::size_t phase = (up - at % up) % up;
    const std::size_t first = kPad + (at + up - 1) / up - half;
    out_[made] = wifi::correlate(&re_[first], &im_[first], taps_[phase].data(), length);
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
