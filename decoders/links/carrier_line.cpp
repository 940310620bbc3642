#include "decoders/links/carrier_line.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kShareOfSignal = 0.6;
constexpr double kStillBins = 1.5;  // from one window to the next, in most of them
constexpr double kStillOfRange = 0.22;
constexpr double kMost = 0.75;
constexpr double kStillWidth_hz = 60e3;
constexpr std::size_t kFewestWindows = 6;

struct Peak {
  double bin = 0, share = 0;
};

Peak peak_of(const dsp::AlignedVector<cf32>& spectrum, std::size_t size) {
  std::size_t best = 0;
  double total = 0;
  for (std::size_t k = 0; k < size; ++k) {
    total += static_cast<double>(power(spectrum[k]));
    if (power(spectrum[k]) > power(spectrum[best])) best = k;
  }
  if (!(total > 0)) return {};
  double sum = 0, moment = 0;
  for (int i = -1; i <= 1; ++i) {
    const auto at = (best + size + static_cast<std::size_t>(i + 1) - 1) % size;
    sum += static_cast<double>(power(spectrum[at]));
    moment += i * static_cast<double>(power(spectrum[at]));
  }
  const double bin = static_cast<double>(best) + moment / sum;
  return {bin > static_cast<double>(size) / 2 ? bin - static_cast<double>(size) : bin, sum / total};
}

std::vector<float> hann_window(std::size_t size) {
  std::vector<float> out;
  for (std::size_t n = 0; n < size; ++n)
    out.push_back(static_cast<float>(
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(size))));
  return out;
}

}  // namespace

CarrierMeter::CarrierMeter() : in_(kWindows.back()), out_(kWindows.back()), steps_(kMostPairs) {
  for (const std::size_t size : kWindows) {
    ffts_.emplace_back(size, dsp::FftDirection::forward);
    hanns_.push_back(hann_window(size));
  }
}

std::optional<Finding<Carrier>> CarrierMeter::estimate(const Excerpt& in, double snr) noexcept {
  // The longest that leaves enough of them, but what sweeps must stand still within one.
  std::size_t which = in.width_hz() > kStillWidth_hz ? 1 : 2;
  while (which > 0 && in.iq.size() < kFewestWindows * kWindows[which]) --which;
  const std::size_t window = kWindows[which];
  if (in.iq.size() < kFewestWindows * window) return std::nullopt;
  const dsp::Fft& fft = ffts_[which];
  const std::vector<float>& hann = hanns_[which];
  const std::size_t pairs = std::min(in.iq.size() / window, kMostPairs);
  const double bin_hz = in.rate_hz / static_cast<double>(window);
  double share = 0, low = static_cast<double>(window), high = -low;
  double sum = 0, sum_t = 0, sum_tt = 0, sum_ft = 0;
  for (std::size_t p = 0; p < pairs; ++p) {
    const std::size_t first = (in.iq.size() - 2 * window) * p / (pairs - 1);
    Peak peaks[2];
    for (std::size_t half = 0; half < 2; ++half) {
      for (std::size_t n = 0; n < window; ++n) in_[n] = in.iq[first + half * window + n] * hann[n];
      fft.execute(in_.data(), out_.data());
      peaks[half] = peak_of(out_, window);
    }
    const double bin = (peaks[0].bin + peaks[1].bin) / 2;
    const double t_s = static_cast<double>(first + window) / in.rate_hz;
    share += (peaks[0].share + peaks[1].share) / static_cast<double>(2 * pairs);
    low = std::min(low, bin);
    high = std::max(high, bin);
    steps_[p] = std::abs(peaks[1].bin - peaks[0].bin);
    sum += bin;
    sum_t += t_s;
    sum_tt += t_s * t_s;
    sum_ft += bin * t_s;
  }
  const auto middle = steps_.begin() + static_cast<std::ptrdiff_t>(kMost * static_cast<double>(pairs - 1));
  std::nth_element(steps_.begin(), middle, steps_.begin() + static_cast<std::ptrdiff_t>(pairs));
  const double step = *middle, range = high - low;
  if (share < kShareOfSignal * snr / (1 + snr)) return std::nullopt;
  if (share < (in.width_hz() > kStillWidth_hz ? 0.25 : 0.15)) return std::nullopt;
  if (step > std::max(kStillBins, kStillOfRange * range)) return std::nullopt;
  // A line that stands still is no wider than a window shows it; what makes the emission wider must be its
  // way.
  constexpr double kWayOfWidth = 0.3;
  if (in.width_hz() > kStillWidth_hz && range * bin_hz < kWayOfWidth * in.width_hz()) return std::nullopt;
  const auto n = static_cast<double>(pairs);
  const double spread = sum_tt - sum_t * sum_t / n;
  Finding<Carrier> out;
  if (spread > 0) out.modulation.drift_hz_per_s = (sum_ft - sum * sum_t / n) / spread * bin_hz;
  out.carrier_hz = sum / n * bin_hz;
  out.carrier_error_hz = std::max(0.2 * bin_hz, range * bin_hz / std::sqrt(12)) / std::sqrt(n);
  out.confidence = static_cast<float>(std::min(0.99, 0.5 + share / 2));
  return out;
}

}  // namespace windhover::decoders::links
