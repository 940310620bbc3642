#include "sensor/tuner.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sensor/relaxed.hpp"

namespace windhover::sensor {
namespace {

std::size_t nearest_window(const tuning::Plan& plan, double centre_hz) {
  const auto nearest = std::ranges::min_element(
      plan.windows, {}, [&](const tuning::Window& window) { return std::abs(window.centre_hz - centre_hz); });
  return static_cast<std::size_t>(nearest - plan.windows.begin());
}

}  // namespace

Tuner::Tuner(tuning::Plan plan, dsp::Hertz centre, dsp::Hertz rate)
    : plan_(std::move(plan)),
      rate_(rate.value),
      schedule_(plan_, window_at(centre), 0),
      heard_now_(plan_.windows.size(), tuning::kNever),
      heard_(plan_.windows.size()) {
  for (std::atomic<double>& at : heard_) at.store(tuning::kNever, kRelaxed);
}

std::size_t Tuner::window_at(dsp::Hertz centre) const { return nearest_window(plan_, centre.value); }

void Tuner::follow(Source& source, const SourceChunk& chunk) {
  if (plan_.is_parked()) return;
  if (const auto arrived = std::exchange(on_the_way_, std::nullopt))
    schedule_.arrived(*arrived, seconds(chunk.first));
  const double now = seconds(chunk.first + static_cast<std::int64_t>(chunk.samples));
  std::ranges::transform(heard_, heard_now_.begin(), [](const auto& at) { return at.load(kRelaxed); });
  const auto next = schedule_.decide(now, heard_now_);
  if (!next) return;
  if (source.tune({plan_.windows[*next].centre_hz}))
    on_the_way_ = next;
  else
    schedule_.refused(*next, now);
}

void Tuner::heard(dsp::Hertz centre, dsp::SampleIndex at) {
  heard_[window_at(centre)].store(seconds(at), kRelaxed);
}

TuningStatus Tuner::status(dsp::Hertz centre) const {
  TuningStatus status = tuning::status_of(plan_);
  status.present = window_at(centre);
  return status;
}

}  // namespace windhover::sensor
