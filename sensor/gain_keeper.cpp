#include "sensor/gain_keeper.hpp"

#include "sensor/relaxed.hpp"

namespace windhover::sensor {
namespace {

GainOwner owner_of(const SoapyOptions& options, bool has_range) {
  if (options.gain_control && has_range) return GainOwner::control;
  return options.gain_db ? GainOwner::user : GainOwner::device;
}

}  // namespace

GainKeeper::GainKeeper(const SoapyOptions& options, const SoapySource& device)
    : rate_hz_(device.info().rate.value) {
  const auto range = device.gain_range();
  owner_ = owner_of(options, range.has_value());
  look_at(device);
  // A device that does not tell its gain is taken to be where it was set.
  const auto middle = [&] { return (range->lowest_db + range->highest_db) / 2; };
  if (owner_ == GainOwner::control)
    control_.emplace(*range, gain_db_ ? static_cast<double>(*gain_db_) : options.gain_db.value_or(middle()));
}

void GainKeeper::look_at(const SoapySource& device) {
  gain_db_.reset();
  if (const auto told = device.gain_db(); told && !device.has_own_control())
    gain_db_ = static_cast<float>(*told);
  told_gain_db_.store(static_cast<double>(gain_db_.value_or(0)), kRelaxed);
  gain_is_known_.store(gain_db_.has_value(), kRelaxed);
  state_ = {.db = gain_db_};
}

GainState GainKeeper::follow(SoapySource& device, std::span<const std::byte> native, const SourceChunk& chunk,
                             dsp::SampleIndex next) {
  if (!control_) return state_;
  const double now_s = static_cast<double>(next.value) / rate_hz_;
  const GainState state = state_;
  if (chunk.retuned) control_->retuned(now_s);
  const SourceInfo& info = device.info();
  const auto levels = dsp::measure_levels(native, info.format, info.converter_bits);
  if (const auto step_to = control_->take(levels, now_s)) step(device, *step_to);
  state_ = control_->is_settling(now_s) ? GainState{.db = {}, .settling = true} : GainState{.db = gain_db_};
  clips_at_lowest_.store(control_->clips_at_lowest(), kRelaxed);
  noise_lsb_.store(control_->noise_lsb().value_or(-1), kRelaxed);
  return state;
}

void GainKeeper::step(SoapySource& device, const GainControl::Step& step) {
  if (!device.set_gain(step.gain_db)) refused_.fetch_add(1, kRelaxed);
  (step.reason == GainReason::clipping ? lowered_ : raised_).fetch_add(1, kRelaxed);
  reason_.store(step.reason, kRelaxed);
  opened(device);
}

std::optional<double> GainKeeper::wanted_db() const {
  return control_ ? std::optional(control_->gain_db()) : std::nullopt;
}

void GainKeeper::opened(const SoapySource& device) {
  look_at(device);
  if (control_ && gain_db_) control_->set(static_cast<double>(*gain_db_));
}

GainHealth GainKeeper::health() const {
  GainHealth health;
  health.set_by = owner_;
  if (gain_is_known_.load(kRelaxed)) health.gain_db = told_gain_db_.load(kRelaxed);
  health.reason = reason_.load(kRelaxed);
  health.raised = raised_.load(kRelaxed);
  health.lowered = lowered_.load(kRelaxed);
  health.refused = refused_.load(kRelaxed);
  health.clips_at_lowest = clips_at_lowest_.load(kRelaxed);
  if (const double noise = noise_lsb_.load(kRelaxed); noise > 0) health.noise_lsb = noise;
  return health;
}

}  // namespace windhover::sensor
