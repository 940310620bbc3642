#include "sensor/cli/live_evidence.hpp"

#include <iostream>

#include "sensor/cli/stop_signal.hpp"

namespace windhover::sensor {

LiveEvidence::LiveEvidence(const RunCommand& command) {
  if (!command.evidence) {
    ignore_evidence_signal();
    return;
  }
  if (hides_anything(command.output.privacy))
    std::cerr << "evidence keeps samples, and these hold what the privacy options hide on the feed\n";
  asked_ = &evidence_on_signal();
  for (const DeviceCommand& device : command.devices) {
    EvidenceOptions options = *command.evidence;
    if (command.devices.size() > 1) options.folder /= device.name;
    options.quota_bytes /= command.devices.size();
    options.asked = &asked_each_.emplace_back(false);
    evidence_.emplace_back(std::move(options));
  }
}

void LiveEvidence::serve() {
  if (asked_ == nullptr || !asked_->exchange(false)) return;
  for (std::atomic<bool>& each : asked_each_) each = true;
}

}  // namespace windhover::sensor
