#include "sensor/service/service_sink.hpp"

#include <algorithm>
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

std::string stream_state(const StreamStatus& stream) {
  const std::uint64_t dropped =
      std::accumulate(stream.drops.begin(), stream.drops.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& each) { return sum + each.second; });
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%.2f MS/s at %.2f MHz, %llu gaps, %llu dropped",
                stream.rate_hz / 1e6, stream.center_hz.value_or(0) / 1e6,
                static_cast<unsigned long long>(stream.gaps), static_cast<unsigned long long>(dropped));
  return text.data();
}

void ServiceSink::Device::look(const StreamStatus& stream) {
  const bool has_flown = samples > 0;
  const bool flows = stream.samples > samples;
  samples = stream.samples;
  quiet = flows ? 0 : quiet + 1;
  samples_flow = flows || (has_flown && quiet < kQuiet);
  const DeviceHealth* ailing = ailing_device(stream);
  is_cared_for = ailing != nullptr && ailing->turns > turns;
  if (ailing != nullptr) turns = ailing->turns;
  moved |= flows || is_cared_for;
}

std::string ServiceSink::state(const StatusMessage& status) const {
  const std::string aircraft = std::to_string(status.counts.aircraft) + " aircraft";
  if (status.devices.empty())
    return (devices_.front().samples_flow ? "" : "NO SAMPLES; ") + aircraft + ", " +
           stream_state(status.stream);
  std::string silent, all;
  for (std::size_t i = 0; i < status.devices.size(); ++i) {
    const std::string name(status.devices[i].name);
    if (!devices_[i].samples_flow) silent += "NO SAMPLES from " + name + "; ";
    all += "; " + name + ": " + stream_state(status.devices[i].stream);
  }
  return silent + aircraft + all;
}

void ServiceSink::on_status(const StatusMessage& status) {
  devices_.resize(std::max<std::size_t>(1, status.devices.size()));
  devices_[device_].look(status.devices.empty() ? status.stream : status.devices[device_].stream);
  state_ = state(status);
  const bool all_live = std::ranges::all_of(
      devices_, [](const Device& each) { return each.samples_flow || each.is_cared_for; });
  if (!ready_ && all_live && std::ranges::any_of(devices_, &Device::samples_flow)) {
    ready_ = true;
    notify_ready(state_);
  } else {
    notify_state(state_);
  }
  if (!std::ranges::all_of(devices_, &Device::moved)) return;
  for (Device& each : devices_) each.moved = false;
  notify_watchdog();
}

void ServiceSink::reloaded() const {
  if (ready_) notify_ready(state_);
}

}  // namespace windhover::sensor
