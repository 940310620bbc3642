#include "decoders/links/video_levels.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace windhover::decoders::links {
namespace {

// Parts of a line in which 625 and 525 lines have one level, from the edge of synchronisation on (BT.1700).
// The second one holds the colour burst, whose sidebands lie 3.6 or 4.4 MHz beside the level.
constexpr double kSync_s = 4.7e-6;
constexpr double kSyncFrom_s = 1.0e-6, kSyncTo_s = 4.0e-6, kBlankFrom_s = 5.5e-6, kBlankTo_s = 8.8e-6;

// Lines that are folded at once: a clock that is off by 300 ppm moves them by 0.2 µs.
constexpr std::size_t kFolded = 12;
constexpr std::size_t kFirstLag = 2;  // noise of the channel's flat band is hardly alike beyond
constexpr double kHighest = 0.45;     // of the rate: what the channel passes
constexpr double kShallowest_hz = 0.15e6, kDeepest_hz = 4e6;
constexpr std::size_t kFewestLines = 8;

struct Mean {
  double sum = 0, count = 0;
  void add(double value) { sum += value, ++count; }
  double value() const { return count > 0 ? sum / count : 0; }
};

}  // namespace

VideoLevelMeter::VideoLevelMeter() : folded_(kPhases) {}

/// Where synchronisation begins in lines that begin with `frequency`: the lowest 4.7 µs.
std::optional<std::size_t> VideoLevelMeter::find_sync(std::span<const float> frequency,
                                                      double line) noexcept {
  const auto phases = static_cast<std::size_t>(line);
  std::fill(folded_.begin(), folded_.end(), 0.0);
  for (std::size_t k = 0; k < kFolded; ++k) {
    const auto from = static_cast<std::size_t>(std::lround(static_cast<double>(k) * line));
    if (from + phases > frequency.size()) return std::nullopt;
    for (std::size_t n = 0; n < phases; ++n) folded_[n] += static_cast<double>(frequency[from + n]);
  }
  const auto pulse = static_cast<std::size_t>(std::lround(kSync_s / 64e-6 * line));
  double sum = 0;
  for (std::size_t n = 0; n < pulse; ++n) sum += folded_[n];
  double least = sum;
  std::size_t at = 0;
  for (std::size_t n = 1; n < phases; ++n) {
    sum += folded_[(n + pulse - 1) % phases] - folded_[n - 1];
    if (sum < least) least = sum, at = n;
  }
  return at;
}

void VideoLevelMeter::add(Correlation& sum, std::size_t parity, std::span<const cf32> part) noexcept {
  for (std::size_t lag = kFirstLag; lag < kLags && lag < part.size(); ++lag) {
    cf32 products{};
    for (std::size_t n = lag; n < part.size(); ++n) products += times_conj(part[n], part[n - lag]);
    sum[parity][lag] += products;
  }
}

/// Peak of the spectrum that the correlation has.
std::optional<double> VideoLevelMeter::strongest_hz(const Correlation& sum, bool even, bool odd,
                                                    double rate_hz) noexcept {
  const auto power_at = [&](double hz) {
    double total = 0;
    for (std::size_t lag = kFirstLag; lag < kLags; ++lag) {
      const double weight = 0.5 + 0.5 * std::cos(std::numbers::pi * static_cast<double>(lag) / kLags);
      const cf32 turned =
          times_conj((even ? sum[0][lag] : cf32{}) + (odd ? sum[1][lag] : cf32{}),
                     unit_phasor(2 * std::numbers::pi * hz / rate_hz * static_cast<double>(lag)));
      total += weight * static_cast<double>(turned.real());
    }
    return total;
  };
  double step_hz = rate_hz / (4 * kLags), best_hz = 0, best = 0;
  for (double hz = -kHighest * rate_hz; hz <= kHighest * rate_hz; hz += step_hz)
    if (const double power = power_at(hz); power > best) best = power, best_hz = hz;
  if (!(best > 0)) return std::nullopt;
  for (; step_hz > 500; step_hz /= 2)
    for (const double hz : {best_hz - step_hz / 2, best_hz + step_hz / 2})
      if (const double power = power_at(hz); power > best) best = power, best_hz = hz;
  return best_hz;
}

std::optional<VideoLevels> VideoLevelMeter::measure(const Excerpt& in, std::span<const float> frequency,
                                                    double picture_hz, double line_hz) noexcept {
  const double line = picture_hz / line_hz, line_samples = in.rate_hz / line_hz;
  if (line + 1 > static_cast<double>(kPhases)) return std::nullopt;
  const auto part = [&](double start, double from_s, double to_s) {
    const auto from = static_cast<std::size_t>(start + from_s * in.rate_hz);
    const auto to = static_cast<std::size_t>(start + to_s * in.rate_hz);
    return to < in.iq.size() ? in.iq.subspan(from, to - from) : std::span<const cf32>();
  };
  Correlation sync{}, blank{};
  Mean heard_sync, heard_blank, heard;  // as `frequency` has them
  const auto hear = [&](double line_start, double from_s, double to_s, Mean& mean) {
    const auto to = static_cast<std::size_t>(line_start + to_s * picture_hz);
    for (auto n = static_cast<std::size_t>(line_start + from_s * picture_hz) + 1;
         n < to && n < frequency.size(); ++n)
      mean.add(static_cast<double>(frequency[n]));
  };
  std::size_t lines = 0;
  for (double block = 0; block < static_cast<double>(frequency.size()); block += kFolded * line) {
    const auto from = static_cast<std::size_t>(block);
    const auto at = find_sync(frequency.subspan(from), line);
    if (!at) break;
    for (std::size_t k = 0; k < kFolded; ++k) {
      const double start =
          static_cast<double>(from + *at) * in.rate_hz / picture_hz + static_cast<double>(k) * line_samples;
      add(sync, lines % 2, part(start, kSyncFrom_s, kSyncTo_s));
      add(blank, lines % 2, part(start, kBlankFrom_s, kBlankTo_s));
      const double line_start = static_cast<double>(from + *at) + static_cast<double>(k) * line;
      hear(line_start, kSyncFrom_s, kSyncTo_s, heard_sync);
      hear(line_start, kBlankFrom_s, kBlankTo_s, heard_blank);
      hear(line_start, 0, 1 / line_hz, heard);
      ++lines;
    }
  }
  if (lines < kFewestLines) return std::nullopt;
  const auto sync_hz = strongest_hz(sync, true, true, in.rate_hz);
  const auto blanking_hz = strongest_hz(blank, true, true, in.rate_hz);
  if (!sync_hz || !blanking_hz) return std::nullopt;
  const double depth_hz = *blanking_hz - *sync_hz;
  if (depth_hz < kShallowest_hz || depth_hz > kDeepest_hz) return std::nullopt;
  const auto apart = [&](const Correlation& sum) {
    const auto even = strongest_hz(sum, true, false, in.rate_hz),
               odd = strongest_hz(sum, false, true, in.rate_hz);
    return even && odd ? std::abs(*even - *odd) : kDeepest_hz;
  };
  // Noise scales what a discriminator hears; both levels tell by how much.
  const double heard_depth = heard_blank.value() - heard_sync.value();
  if (!(heard_depth > 0)) return std::nullopt;
  const double mean_hz = *blanking_hz + depth_hz / heard_depth * (heard.value() - heard_blank.value());
  return VideoLevels{*sync_hz, *blanking_hz, std::max(apart(sync), apart(blank)) / 2, mean_hz};
}

}  // namespace windhover::decoders::links
