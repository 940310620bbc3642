#pragma once
// Tells the service manager how the sensor does, from what the feed says of it each second.

#include <cstdint>
#include <functional>
#include <string>

#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

/// "3 aircraft, 20.00 MS/s at 2437.00 MHz, 0 gaps, 0 dropped"; what is wrong stands first.
std::string service_state(const StatusMessage& status, bool samples_flow);

/// READY with the first samples. The watchdog is fed by samples that went through the whole pipeline; while
/// the device is known to deliver none, by the radio thread's attempts to get it back. A thread that hangs,
/// or a driver that does not return, starves it.
class ServiceSink final : public FeedSink {
 public:
  /// `serve`: called with every serve(), in the feed's thread.
  explicit ServiceSink(std::function<void()> serve = [] {}) : serve_(std::move(serve)) {}

  void publish(const OutgoingMessage&) override {}
  void on_status(const StatusMessage& status) override;
  void serve() override { serve_(); }

  /// After RELOADING: ready again, if it was.
  void reloaded() const;

 private:
  std::function<void()> serve_;
  std::string state_;
  std::uint64_t samples_ = 0;
  std::uint64_t turns_ = 0;  // of the device's care
  int quiet_ = 0;            // statuses without new samples
  bool ready_ = false;
};

}  // namespace windhover::sensor
