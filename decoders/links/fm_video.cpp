#include "decoders/links/fm_video.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace windhover::decoders::links {
namespace {

constexpr double kPicture_hz = 1.92e6;  // rate at which lines are compared
constexpr std::size_t kMostSamples = 24'000;
constexpr double kLines625_hz = 15625, kLines525_hz = 15750 / 1.001, kRateTolerance_hz = 35;
constexpr std::size_t kMostLines = 8;
constexpr double kLikeness = 0.12, kEvidence = 6;
constexpr std::size_t kLagsALine = 40;
constexpr double kSync625 = 0.3, kSync525 = 40 / 140.0;  // depth of synchronisation, of the whole signal's
constexpr double kLevelError_hz = 10e3;

}  // namespace

FmVideoMeter::FmVideoMeter()
    : frequency_(kMostSamples),
      picture_(kMostSamples),
      sorted_(kMostSamples),
      products_(kMostLines * kLagsALine) {}

/// Frequency in Hz at kPicture_hz into frequency_, and what differs from its mean over a line into picture_.
std::size_t FmVideoMeter::demodulate(const Excerpt& in) noexcept {
  const auto ratio = static_cast<std::size_t>(std::lround(in.rate_hz / kPicture_hz));
  if (ratio == 0) return 0;
  const std::size_t count = std::min((in.iq.size() - 1) / ratio, kMostSamples);
  const auto scale = static_cast<float>(in.rate_hz / (2 * std::numbers::pi));
  for (std::size_t n = 0; n < count; ++n) {
    // Summed before the angle is taken: noise then does not make it slip by whole turns.
    cf32 sum{};
    for (std::size_t i = n * ratio; i < (n + 1) * ratio; ++i) sum += times_conj(in.iq[i + 1], in.iq[i]);
    frequency_[n] = std::arg(sum) * scale;
  }
  const auto line = static_cast<std::size_t>(kPicture_hz / kLines625_hz);
  if (count < 2 * line) return 0;
  double sum = 0;
  for (std::size_t n = 0; n < line; ++n) sum += static_cast<double>(frequency_[n]);
  for (std::size_t n = 0; n < count; ++n) {
    picture_[n] = frequency_[n] - static_cast<float>(sum / static_cast<double>(line));
    const std::size_t half = line / 2;
    if (n >= half && n + half + 1 < count && n + half >= line)
      sum += static_cast<double>(frequency_[n + half + 1]) -
             static_cast<double>(frequency_[n + half + 1 - line]);
  }
  return count;
}

double FmVideoMeter::likeness(std::size_t count, double lag) const noexcept {
  const auto whole = static_cast<std::size_t>(lag);
  double sum = 0;
  for (std::size_t n = 0; n + whole < count; ++n)
    sum += static_cast<double>(picture_[n]) * static_cast<double>(picture_[n + whole]);
  return sum / static_cast<double>(count - whole);
}

std::optional<Finding<FmVideo>> FmVideoMeter::estimate(const Excerpt& in) noexcept {
  if (in.rate_hz < kLeastVideoRate_hz || in.iq.size() < 16) return std::nullopt;
  const std::size_t count = demodulate(in);
  const double shortest = kPicture_hz / (kLines525_hz + 60), longest = kPicture_hz / (kLines625_hz - 60);
  if (static_cast<double>(count) < 8 * longest) return std::nullopt;
  const auto lines = static_cast<std::size_t>(
      std::min(static_cast<double>(kMostLines), static_cast<double>(count) / longest / 2));
  double power_sum = 0;
  for (std::size_t n = 0; n < count; ++n)
    power_sum += static_cast<double>(picture_[n] * picture_[n]) / static_cast<double>(count);
  if (!(power_sum > 0)) return std::nullopt;

  // Products at all whole lags that any of these line rates asks for.
  std::array<std::size_t, kMostLines> from{};
  for (std::size_t k = 0; k < lines; ++k) {
    from[k] = static_cast<std::size_t>(static_cast<double>(k + 1) * shortest) - 1;
    const auto to = static_cast<std::size_t>(static_cast<double>(k + 1) * longest) + 2;
    for (std::size_t lag = from[k]; lag <= to && lag - from[k] < kLagsALine; ++lag)
      products_[k * kLagsALine + lag - from[k]] = likeness(count, static_cast<double>(lag)) / power_sum;
  }
  double best = 0, best_period = 0;
  for (double period = shortest; period <= longest; period += 0.01) {
    double sum = 0;
    for (std::size_t k = 0; k < lines; ++k) {
      const double lag = static_cast<double>(k + 1) * period;
      const auto whole = static_cast<std::size_t>(lag);
      const double part = lag - static_cast<double>(whole);
      const double* at = &products_[k * kLagsALine + whole - from[k]];
      sum += ((1 - part) * at[0] + part * at[1]) / static_cast<double>(lines);
    }
    if (sum > best) {
      best = sum;
      best_period = period;
    }
  }
  const double evidence = best * std::sqrt(static_cast<double>(count) * static_cast<double>(lines) / 2);
  if (best < kLikeness || evidence < kEvidence) return std::nullopt;
  const double line_hz = kPicture_hz / best_period;
  Finding<FmVideo> out;
  if (std::abs(line_hz - kLines625_hz) < kRateTolerance_hz)
    out.modulation.line_rate_hz = kLines625_hz;
  else if (std::abs(line_hz - kLines525_hz) < kRateTolerance_hz)
    out.modulation.line_rate_hz = kLines525_hz;
  else
    return std::nullopt;
  place(in, count, out);
  out.confidence = static_cast<float>(std::min(0.99, 1 - 0.3 * kLikeness / best));
  return out;
}

/// Deviation and carrier: from levels that no picture moves, or from what was seen of the picture.
void FmVideoMeter::place(const Excerpt& in, std::size_t count, Finding<FmVideo>& out) noexcept {
  const std::span<const float> frequency = std::span(frequency_).first(count);
  const double line_hz = out.modulation.line_rate_hz;
  if (const auto levels = levels_.measure(in, frequency, kPicture_hz, line_hz)) {
    const double sync_share = line_hz == kLines625_hz ? kSync625 : kSync525;
    const double depth_hz = levels->blanking_hz - levels->sync_hz;
    out.modulation.deviation_hz = depth_hz / sync_share;
    out.carrier_hz = levels->sync_hz + out.modulation.deviation_hz / 2;
    out.modulation.mean_hz = levels->mean_hz - out.carrier_hz;
    out.carrier_error_hz = std::hypot(kLevelError_hz, 2 * levels->error_hz);
    return;
  }
  std::copy_n(frequency_.begin(), count, sorted_.begin());
  const auto quantile = [&](double share) {
    const auto at = sorted_.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(count - 1));
    std::nth_element(sorted_.begin(), at, sorted_.begin() + static_cast<std::ptrdiff_t>(count));
    return static_cast<double>(*at);
  };
  const double sync_hz = quantile(0.03), white_hz = quantile(0.98);
  out.modulation.deviation_hz = white_hz - sync_hz;
  out.carrier_hz = (white_hz + sync_hz) / 2;
  out.carrier_error_hz = 0.5 * out.modulation.deviation_hz;  // what lies outside is not seen
}

}  // namespace windhover::decoders::links
