#include "sensor/coverage/coverage.hpp"

#include <algorithm>
#include <chrono>

#include "sensor/coverage/signal_classes.hpp"

namespace windhover::sensor {
namespace {

constexpr double kLeastWindow_s = 0.5;  // of an early message

double seconds_between(UtcTime a, UtcTime b) { return std::chrono::duration<double>(b - a).count(); }

}  // namespace

void Coverage::on_listening(double low_hz, double high_hz, double seconds, UtcTime now) {
  const UtcTime begin =
      std::min(last_.value_or(now - std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))), now);
  if (!begin_) begin_ = begin;
  last_ = now;
  const bool goes_on =
      !stretches_.empty() && stretches_.back().low_hz == low_hz && stretches_.back().high_hz == high_hz;
  if (goes_on) {
    stretches_.back().seconds += seconds;
    stretches_.back().end = now;
  } else if (stretches_.size() < kMost) {
    stretches_.push_back({low_hz, high_hz, seconds, begin, now});
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

CoverageMessage Coverage::message(UtcTime now) const {
  CoverageMessage told;
  told.head.time = now;
  told.window_s = seconds_between(*begin_, now);
  const bool is_parked = stretches_.size() == 1;
  for (const Stretch& each : stretches_) {
    const auto known = std::ranges::find_if(told.bands, [&](const BandShare& band) {
      return band.low_hz == each.low_hz && band.high_hz == each.high_hz;
    });
    const double share = each.seconds / told.window_s;
    if (known == told.bands.end()) {
      told.bands.push_back({each.low_hz, each.high_hz, share});
      if (!is_parked) told.bands.back().visit_s = each.seconds;
    } else {
      known->share += share;
      known->visit_s = std::max(known->visit_s, each.seconds);
    }
  }
  for (BandShare& band : told.bands) band.share = std::min(band.share, 1.0);
  std::ranges::sort(told.bands, {}, &BandShare::low_hz);
  for (const SignalClass& signals : signal_classes()) {
    const Intercept chance = intercept(signals, told.bands, told.window_s);
    told.intercept.push_back({signals.name, chance.one, chance.window});
  }
  return told;
}

}  // namespace windhover::sensor
