#include "sensor/device_alerts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windhover::sensor {
namespace {

struct About {
  const char* id;
  Severity severity;
};
// By Trouble.
constexpr About kAbout[] = {
    {"sensor_trouble-no_samples", Severity::critical}, {"sensor_trouble-loss", Severity::warning},
    {"sensor_trouble-rate", Severity::warning},        {"sensor_trouble-tuning", Severity::warning},
    {"sensor_trouble-saturation", Severity::warning},  {"sensor_trouble-overload", Severity::warning},
    {"sensor_trouble-evidence", Severity::warning},
};

}  // namespace

void DeviceAlerts::take(const StreamStatus& stream, UtcTime now, std::vector<AlertMessage>& due) {
  if (!stream.live) return;
  const std::uint64_t samples = stream.samples - std::min(samples_, stream.samples);
  const std::uint64_t saturated = stream.saturated_samples - std::min(saturated_, stream.saturated_samples);
  samples_ = stream.samples;
  saturated_ = stream.saturated_samples;
  const bool is_saturated =
      static_cast<double>(saturated) > kSaturatedShare * static_cast<double>(samples) && saturated > 0;
  const auto& health = stream.live->device;
  const bool is_controlled = health && health->gain && health->gain->set_by == GainOwner::control;
  if (is_controlled)
    judge(kSaturation, health->gain->clips_at_lowest,
          "The receiver is saturated at its lowest gain; put an attenuator or a filter before it.", now, due);
  else
    judge(kSaturation, is_saturated, "The receiver is saturated; lower its gain.", now, due);
  if (const auto& overload = stream.live->overload)
    judge(kOverload, overload->level > 0,
          "The machine is too slow for what is on the air; status tells what is left undone.", now, due);
  if (const auto& evidence = stream.live->evidence)
    judge(kEvidence, evidence->failing, "Evidence is not kept: " + evidence->trouble + ".", now, due);
  if (!health) return;
  const DeviceHealth& device = *health;
  // What was over before this status shows in the counts.
  const bool was_interrupted = device.restarts > before_.restarts || device.reopened > before_.reopened ||
                               device.failed_opens > before_.failed_opens;
  judge(kNoSamples, device.state != DeviceState::streaming || was_interrupted,
        device.trouble.empty() ? "The device delivers no samples." : device.trouble, now, due);
  judge(kLoss, device.overflows > before_.overflows || device.silent_losses > before_.silent_losses,
        "Samples are lost between the device and the program.", now, due);
  judge(kRate, std::abs(device.rate_error_ppm.value_or(0)) > kWrongRate_ppm,
        "The device does not deliver samples at the rate that it states.", now, due);
  judge(kTuning, device.refused_tunings > before_.refused_tunings,
        "The device refused to tune; it stays where it was.", now, due);
  before_ = device;
}

void DeviceAlerts::judge(Trouble trouble, bool is_there, std::string text, UtcTime now,
                         std::vector<AlertMessage>& due) {
  std::optional<Raised>& raised = raised_[trouble];
  if (is_there && !raised) {
    raised.emplace();
    raised->told.id = kAbout[trouble].id;
    raised->told.category = AlertCategory::sensor_trouble;
    raised->told.severity = kAbout[trouble].severity;
    raised->told.head.time = raised->told.since = now;
    raised->told.text = std::move(text);
    due.push_back(raised->told);
  }
  if (is_there) raised->last_cause = now;
  if (is_there && now - raised->told.head.time >= kRepeat) {
    raised->told.head.time = now;
    due.push_back(raised->told);
  }
  if (!raised || now - raised->last_cause < kCalm) return;
  AlertMessage alert = std::move(raised->told);
  raised.reset();
  alert.cleared = true;
  alert.head.time = now;
  due.push_back(std::move(alert));
}

}  // namespace windhover::sensor
