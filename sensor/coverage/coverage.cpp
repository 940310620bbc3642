#include "sensor/coverage/coverage.hpp"

#include <algorithm>
#include <chrono>

#include "sensor/coverage/signal_classes.hpp"

namespace windhover::sensor {
namespace {

constexpr double kLeastWindow_s = 0.5;  // of an early message

}  // namespace

void Coverage::on_listening(double low_hz, double high_hz, double seconds, UtcTime now,
                            const WorkShares& shed) {
  const UtcTime begin =
      std::min(last_.value_or(now - std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))), now);
  if (!begin_) begin_ = begin;
  last_ = now;
  WorkShares done_s{};
  for (std::size_t i = 0; i < kWorks; ++i) done_s[i] = seconds * (1 - std::clamp(shed[i], 0.0, 1.0));
  const bool goes_on =
      !stretches_.empty() && stretches_.back().low_hz == low_hz && stretches_.back().high_hz == high_hz;
  if (goes_on) {
    stretches_.back().seconds += seconds;
    stretches_.back().end = now;
    for (std::size_t i = 0; i < kWorks; ++i) stretches_.back().done_s[i] += done_s[i];
  } else if (stretches_.size() < kMost) {
    stretches_.push_back({low_hz, high_hz, seconds, begin, now, done_s});
  }
}

void Coverage::advance(UtcTime now, std::vector<CoverageMessage>& due) {
  if (!begin_ || (now - *begin_ < kWindow && !tells_news(now))) return;
  finish(now, due);
}

void Coverage::finish(UtcTime now, std::vector<CoverageMessage>& due) {
  if (begin_ && now > *begin_ && !stretches_.empty()) due.push_back(message(now));
  told_.clear();
  for (const Stretch& each : stretches_) told_.emplace_back(each.low_hz, each.high_hz);
  stretches_.clear();
  begin_ = last_ = now;
}

bool Coverage::tells_news(UtcTime now) const {
  return seconds_between(*begin_, now) >= kLeastWindow_s &&
         std::ranges::any_of(stretches_, [&](const Stretch& each) {
           return std::ranges::find(told_, std::pair(each.low_hz, each.high_hz)) == told_.end();
         });
}

std::vector<BandShare> Coverage::bands(Work needed, double window_s) const {
  std::vector<BandShare> bands;
  const bool is_parked = stretches_.size() == 1;
  for (const Stretch& each : stretches_) {
    const auto known = std::ranges::find_if(bands, [&](const BandShare& band) {
      return band.low_hz == each.low_hz && band.high_hz == each.high_hz;
    });
    const double share = each.done_s[static_cast<std::size_t>(needed)] / window_s;
    const bool in_slices = each.done_s[static_cast<std::size_t>(Work::everything)] < each.seconds;
    std::optional<double> visit_s;
    if (!is_parked) visit_s = each.seconds;
    if (in_slices) visit_s = std::min(visit_s.value_or(kSlice_s), kSlice_s);
    if (known == bands.end()) {
      bands.push_back({each.low_hz, each.high_hz, share});
      if (visit_s) bands.back().visit_s = *visit_s;
    } else {
      known->share += share;
      if (visit_s) known->visit_s = std::max(known->visit_s, *visit_s);
    }
  }
  for (BandShare& band : bands) band.share = std::min(band.share, 1.0);
  std::ranges::sort(bands, {}, &BandShare::low_hz);
  return bands;
}

CoverageMessage Coverage::message(UtcTime now) const {
  CoverageMessage told;
  told.head.time = now;
  told.window_s = seconds_between(*begin_, now);
  told.bands = bands(Work::everything, told.window_s);
  for (const SignalClass& signals : signal_classes()) {
    const Intercept chance = intercept(signals, bands(signals.needs, told.window_s), told.window_s);
    told.intercept.push_back({signals.name, chance.one, chance.window});
  }
  return told;
}

}  // namespace windhover::sensor
