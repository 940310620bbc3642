#include "sensor/reception.hpp"

#include <algorithm>
#include <limits>

namespace windhover::sensor {

float comparable_db(float rssi_dbfs, const Reception& reception) {
  if (reception.gain.settling) return std::numeric_limits<float>::quiet_NaN();
  return rssi_dbfs - reception.gain.db.value_or(0);
}

void ReceptionLog::note(std::span<const dsp::SampleSpan> saturated) {
  for (const dsp::SampleSpan& span : saturated) {
    const auto at = std::ranges::lower_bound(saturated_, span.first, {}, &dsp::SampleSpan::first);
    if (at != saturated_.end() && at->first == span.first)
      at->end = std::max(at->end, span.end);
    else
      saturated_.insert(at, span);
  }
  while (saturated_.size() > kMostSpans) saturated_.pop_front();
}

void ReceptionLog::note(std::span<const GainFrom> gains) {
  for (const GainFrom& gain : gains) {
    const auto at = std::ranges::lower_bound(gains_, gain.from, {}, &GainFrom::from);
    if (at == gains_.end() || at->from != gain.from) gains_.insert(at, gain);
  }
}

Reception ReceptionLog::of(dsp::SampleIndex first, dsp::SampleIndex end) const {
  Reception reception;
  const auto span = std::ranges::upper_bound(saturated_, first, {}, &dsp::SampleSpan::end);
  reception.saturated = span != saturated_.end() && span->first < end;
  auto gain = std::ranges::upper_bound(gains_, first, {}, &GainFrom::from);
  if (gain != gains_.begin()) reception.gain = std::prev(gain)->gain;
  for (; gain != gains_.end() && gain->from < end; ++gain)
    if (gain->gain != reception.gain) reception.gain = {.db = {}, .settling = true};
  return reception;
}

void ReceptionLog::forget_before(dsp::SampleIndex index) {
  while (!saturated_.empty() && saturated_.front().end <= index) saturated_.pop_front();
  while (gains_.size() > 1 && gains_[1].from <= index) gains_.pop_front();
}

}  // namespace windhover::sensor
