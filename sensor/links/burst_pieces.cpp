#include "sensor/links/burst_pieces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <variant>

#include "sensor/links/median.hpp"

namespace windhover::sensor::links {
namespace {

using namespace decoders::links;

using Pieces = std::vector<std::uint32_t>;  // indices of the window

constexpr double kVideoGap_s = 2e-3, kOvenGap_s = 1.5e-3;
constexpr double kSameVideo_hz = 1.5e6;  // between the carriers that snapshots show
constexpr double kBesideSwing_hz = 1.6e6;
constexpr std::size_t kLeastShown = 2, kLeastSweeps = 4;
constexpr double kOvenLow_hz = 2.4e9, kOvenHigh_hz = 2.5e9, kSweepLeast_hz = 0.4e6, kSweepMost_hz = 9e6;
constexpr double kSweepStep_hz = 2e6;  // from one piece to the next
constexpr double kSweepHeard = 0.75;   // of a half cycle: a sweep does not pause, as packets of a hopper do
constexpr double kShortestHalf_s = 2e-3, kLongestHalf_s = 14e-3;
constexpr std::array kMains_s{1 / 50.0, 1 / 60.0};
constexpr double kMainsError_s = 1e-3, kMostlyMains = 0.7;

double low_hz(const Burst& burst) { return burst.center_hz - burst.width_hz / 2; }
double high_hz(const Burst& burst) { return burst.center_hz + burst.width_hz / 2; }

/// Splits them where they pause, or leap.
std::vector<Pieces> wholes_of(const std::vector<Burst>& window, const Pieces& pieces, double gap_s,
                              double leap_hz) {
  std::vector<Pieces> wholes;
  double end_s = -1e18, low = 0, high = 0;
  for (const std::uint32_t at : pieces) {
    const Burst& burst = window[at];
    const bool follows =
        burst.start_s < end_s + gap_s && low_hz(burst) < high + leap_hz && high_hz(burst) > low - leap_hz;
    if (!follows) {
      wholes.emplace_back();
      end_s = burst.end_s(), low = low_hz(burst), high = high_hz(burst);
    }
    wholes.back().push_back(at);
    end_s = std::max(end_s, burst.end_s());
    low = std::min(low, low_hz(burst));
    high = std::max(high, high_hz(burst));
  }
  return wholes;
}

struct Band {
  double low_hz = 1e18, high_hz = 0;
};
Band band_of(const std::vector<Burst>& window, const Pieces& pieces) {
  Band band;
  for (const std::uint32_t at : pieces) {
    band.low_hz = std::min(band.low_hz, low_hz(window[at]));
    band.high_hz = std::max(band.high_hz, high_hz(window[at]));
  }
  return band;
}

void join(std::vector<Burst>& window, const Pieces& pieces, double center_hz, double width_hz) {
  Burst& whole = window[pieces.front()];
  double end_s = 0, energy = 0, snr = 0, airtime_s = 0;
  for (const std::uint32_t at : pieces) {
    Burst& piece = window[at];
    end_s = std::max(end_s, piece.end_s());
    energy += piece.power * piece.duration_s;
    snr += static_cast<double>(piece.snr_db) * piece.duration_s;
    airtime_s += piece.duration_s;
    if (&piece == &whole) continue;
    piece.whole = static_cast<std::int32_t>(pieces.front());
    piece.explained = true;
    if (whole.signal == kNone) std::swap(whole.signal, piece.signal);
  }
  whole.duration_s = end_s - whole.start_s;
  whole.center_hz = center_hz;
  whole.width_hz = width_hz;
  whole.power = energy / whole.duration_s;
  whole.level_dbfs = static_cast<float>(10 * std::log10(whole.power));
  whole.snr_db = static_cast<float>(snr / airtime_s);
}

// How much longer than `outer`, the first or last piece of a whole, its power lasted. An emission is timed
// where it has half of its mean power (dsp::Emission); power that changes as a line has that after a quarter
// of its way, which leaves three of four parts. A whole whose pieces do not weaken to nothing ends with them.
double unheard_s(const Burst& outer, const Burst& inner) {
  const double apart_s = std::abs(inner.start_s + inner.end_s() - outer.start_s - outer.end_s()) / 2;
  const double rise = inner.power - outer.power;
  if (!(rise > 0)) return 0;
  const double beyond_s = apart_s * outer.power / rise - outer.duration_s / 2;
  return beyond_s < outer.duration_s ? std::clamp(beyond_s, 0.0, outer.duration_s / 3) : 0;
}

struct Unheard {
  double before_s = 0, after_s = 0;
};
// Pieces are by start.
Unheard unheard_of(const std::vector<Burst>& window, const Pieces& pieces) {
  if (pieces.size() < 2) return {};
  Pieces ends = pieces;
  std::ranges::sort(ends, {}, [&](std::uint32_t at) { return -window[at].end_s(); });
  return {unheard_s(window[pieces[0]], window[pieces[1]]), unheard_s(window[ends[0]], window[ends[1]])};
}

// Keeps what `whole` means.
void sort_by_start(std::vector<Burst>& window) {
  if (std::ranges::is_sorted(window, starts_before)) return;
  Pieces order(window.size()), place(window.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order,
                    [&](std::uint32_t a, std::uint32_t b) { return starts_before(window[a], window[b]); });
  std::vector<Burst> sorted;
  sorted.reserve(window.size());
  for (const std::uint32_t at : order) {
    place[at] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(window[at]);
  }
  for (Burst& burst : sorted)
    if (burst.whole != kNone)
      burst.whole = static_cast<std::int32_t>(place[static_cast<std::size_t>(burst.whole)]);
  window.swap(sorted);
}

// There was next to no energy in what was not heard.
void lengthen(Burst& whole, const Unheard& unheard) {
  const double heard_s = whole.duration_s;
  whole.start_s -= unheard.before_s;
  whole.duration_s += unheard.before_s + unheard.after_s;
  whole.power *= heard_s / whole.duration_s;
  whole.level_dbfs = static_cast<float>(10 * std::log10(whole.power));
}

struct Video {
  double center_hz = 0, swing_hz = 0;  // means
  std::size_t shown = 0;
};

std::vector<Video> videos_of(std::span<const TimedSignal> signals) {
  std::vector<Video> videos;
  for (const TimedSignal& signal : signals) {
    const auto* shown = std::get_if<FmVideo>(&signal.signal.modulation);
    if (shown == nullptr || !std::isfinite(signal.signal.carrier_hz) || !std::isfinite(shown->deviation_hz))
      continue;
    const double center_hz = signal.center_hz + signal.signal.carrier_hz;
    auto video = std::ranges::find_if(
        videos, [&](const Video& v) { return std::abs(v.center_hz - center_hz) < kSameVideo_hz; });
    if (video == videos.end()) video = videos.insert(videos.end(), Video{});
    const auto n = static_cast<double>(++video->shown);
    video->center_hz += (center_hz - video->center_hz) / n;
    video->swing_hz += (shown->deviation_hz - video->swing_hz) / n;
  }
  std::erase_if(videos, [](const Video& video) { return video.shown < kLeastShown; });
  return videos;
}

void join_video(std::vector<Burst>& window, const Video& video) {
  const double reach_hz = video.swing_hz / 2 + kBesideSwing_hz;
  Pieces pieces;
  for (std::uint32_t at = 0; at < window.size(); ++at)
    if (!window[at].explained && std::abs(window[at].center_hz - video.center_hz) < reach_hz &&
        window[at].width_hz < 2 * reach_hz)
      pieces.push_back(at);
  for (const Pieces& whole : wholes_of(window, pieces, kVideoGap_s, 2 * reach_hz)) {
    const Band band = band_of(window, whole);
    join(window, whole, video.center_hz, band.high_hz - band.low_hz);
    window[whole.front()].continues = true;
  }
}

bool keeps_mains(const std::vector<Burst>& window, const std::vector<Pieces>& wholes) {
  return std::ranges::any_of(kMains_s, [&](double period_s) {
    std::size_t on_time = 0;
    for (std::size_t i = 1; i < wholes.size(); ++i) {
      const double apart_s = window[wholes[i].front()].start_s - window[wholes[i - 1].front()].start_s;
      on_time += std::abs(std::remainder(apart_s, period_s)) < kMainsError_s;
    }
    return static_cast<double>(on_time) > kMostlyMains * static_cast<double>(wholes.size() - 1);
  });
}

bool is_sweep(const TimedSignal& signal) {
  return std::holds_alternative<Carrier>(signal.signal.modulation) &&
         signal.signal.occupied_hz > kSweepLeast_hz && signal.center_hz > kOvenLow_hz &&
         signal.center_hz < kOvenHigh_hz;
}

void join_oven(std::vector<Burst>& window, std::span<const TimedSignal> signals) {
  std::vector<double> places_hz;
  for (const TimedSignal& signal : signals)
    if (is_sweep(signal)) places_hz.push_back(signal.center_hz);
  if (places_hz.size() < kLeastSweeps) return;
  const double place_hz = median(places_hz);
  Pieces pieces;
  for (std::uint32_t at = 0; at < window.size(); ++at)
    if (!window[at].explained && window[at].width_hz < kSweepMost_hz &&
        std::abs(window[at].center_hz - place_hz) < kSweepMost_hz)
      pieces.push_back(at);
  auto wholes = wholes_of(window, pieces, kOvenGap_s, kSweepStep_hz);
  std::erase_if(wholes, [&](const Pieces& whole) {
    double end_s = window[whole.front()].start_s, heard_s = 0;
    for (const std::uint32_t at : whole) {
      heard_s += std::max(0.0, window[at].end_s() - std::max(end_s, window[at].start_s));
      end_s = std::max(end_s, window[at].end_s());
    }
    const double lasts_s = end_s - window[whole.front()].start_s;
    return lasts_s < kShortestHalf_s || lasts_s > kLongestHalf_s || heard_s < kSweepHeard * lasts_s;
  });
  if (wholes.size() < kLeastSweeps || !keeps_mains(window, wholes)) return;
  std::vector<double> lows_hz, highs_hz;
  for (const Pieces& whole : wholes) {
    const Band band = band_of(window, whole);
    lows_hz.push_back(band.low_hz);
    highs_hz.push_back(band.high_hz);
  }
  const double low = median(lows_hz), high = median(highs_hz);
  for (const Pieces& whole : wholes) {
    const Unheard unheard = unheard_of(window, whole);
    join(window, whole, (low + high) / 2, high - low);
    lengthen(window[whole.front()], unheard);
  }
}

}  // namespace

void join_pieces(std::vector<Burst>& window, std::span<const TimedSignal> signals) {
  for (const Video& video : videos_of(signals)) join_video(window, video);
  join_oven(window, signals);
  sort_by_start(window);
}

}  // namespace windhover::sensor::links
