#include "sensor/sample_clock.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace windhover::sensor {
namespace {

// 61.44 MS/s for a century is 2·10^17 samples, times 10^15 below: more than 64 bits hold.
__extension__ using Wide = __int128;

constexpr Wide kMicrohertzNanoseconds = 1'000'000'000'000'000;  // 10^6 µHz a Hz times 10^9 ns a second

Wide divide_down(Wide value, Wide by) {
  const Wide quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

}  // namespace

void SampleClock::set_rate(dsp::Hertz rate) {
  const double microhertz = rate.value * 1e6;
  if (!(microhertz >= 1 && microhertz <= 1e18))
    throw std::invalid_argument("a sample rate must lie between 1 uHz and 1 THz");
  rate_microhertz_ = std::llround(microhertz);
}

void SampleClock::anchor(dsp::SampleIndex index, UtcTime time) {
  const auto next = std::upper_bound(anchors_.begin(), anchors_.end(), index.value,
                                     [](std::int64_t wanted, const Anchor& a) { return wanted < a.index; });
  if (next != anchors_.begin()) {
    Anchor& before = *(next - 1);
    if (before.index == index.value) {
      before.time = time;
      return;
    }
    if (from(before, index.value) == time) return;
  }
  anchors_.insert(next, {index.value, time});
  if (anchors_.size() > kMostAnchors) anchors_.erase(anchors_.begin(), anchors_.begin() + kMostAnchors / 2);
}

UtcTime SampleClock::at(dsp::SampleIndex index) const {
  if (anchors_.empty()) return from({0, UtcTime{}}, index.value);
  const auto next = std::upper_bound(anchors_.begin(), anchors_.end(), index.value,
                                     [](std::int64_t wanted, const Anchor& a) { return wanted < a.index; });
  return from(next == anchors_.begin() ? anchors_.front() : *(next - 1), index.value);
}

UtcTime SampleClock::from(const Anchor& anchor, std::int64_t index) const {
  const Wide elapsed = static_cast<Wide>(index) - anchor.index;
  const Wide elapsed_ns = divide_down(elapsed * kMicrohertzNanoseconds, rate_microhertz_);
  return anchor.time + std::chrono::nanoseconds{static_cast<std::int64_t>(elapsed_ns)};
}

}  // namespace windhover::sensor
