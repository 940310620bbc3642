#include "sensor/service/service_sink.hpp"

#include <array>
#include <cstdio>
#include <numeric>

#include "sensor/service/notifier.hpp"

namespace windhover::sensor {
namespace {

// Of a busy machine samples may be late for one status, or for two.
constexpr int kQuiet = 3;

const DeviceHealth* ailing_device(const StreamStatus& stream) {
  if (!stream.live || !stream.live->device) return nullptr;
  const DeviceHealth& device = *stream.live->device;
  return device.state == DeviceState::streaming ? nullptr : &device;
}

}  // namespace

std::string service_state(const StatusMessage& status, bool samples_flow) {
  const StreamStatus& stream = status.stream;
  const std::uint64_t dropped =
      std::accumulate(stream.drops.begin(), stream.drops.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& each) { return sum + each.second; });
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%s%llu aircraft, %.2f MS/s at %.2f MHz, %llu gaps, %llu dropped",
                samples_flow ? "" : "NO SAMPLES; ", static_cast<unsigned long long>(status.counts.aircraft),
                stream.rate_hz / 1e6, stream.center_hz.value_or(0) / 1e6,
                static_cast<unsigned long long>(stream.gaps), static_cast<unsigned long long>(dropped));
  return text.data();
}

void ServiceSink::on_status(const StatusMessage& status) {
  const bool samples_flow = status.stream.samples > samples_;
  samples_ = status.stream.samples;
  quiet_ = samples_flow ? 0 : quiet_ + 1;
  state_ = service_state(status, ready_ ? quiet_ < kQuiet : samples_flow);
  if (samples_flow && !ready_) {
    ready_ = true;
    notify_ready(state_);
  } else {
    notify_state(state_);
  }
  const DeviceHealth* ailing = ailing_device(status.stream);
  const bool is_cared_for = ailing != nullptr && ailing->turns > turns_;
  if (ailing != nullptr) turns_ = ailing->turns;
  if (samples_flow || is_cared_for) notify_watchdog();
}

void ServiceSink::reloaded() const {
  if (ready_) notify_ready(state_);
}

}  // namespace windhover::sensor
