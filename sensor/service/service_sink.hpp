#pragma once
// Tells the service manager how the sensor does, from what the feed says of it each second.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sensor/feed_sink.hpp"

namespace windhover::sensor {

/// "20.00 MS/s at 2437.00 MHz, 0 gaps, 0 dropped"
std::string stream_state(const StreamStatus& stream);

/// READY with the first samples; of several devices, when each delivers samples or is being brought back, and
/// one at least delivers. The watchdog is fed by samples that went through the whole pipeline; while a device
/// is known to deliver none, by its radio thread's attempts to get it back; of several devices by all of
/// them. A thread that hangs, or a driver that does not return, starves it.
class ServiceSink final : public FeedSink {
 public:
  /// `serve`: called with every serve(), in the feed's thread.
  explicit ServiceSink(std::function<void()> serve = [] {}) : serve_(std::move(serve)) {}

  void publish(const OutgoingMessage&) override {}
  void on_status(const StatusMessage& status) override;
  void serve() override { serve_(); }
  void from(std::size_t device) override { device_ = device; }

  /// After RELOADING: ready again, if it was.
  void reloaded() const;

 private:
  struct Device {
    void look(const StreamStatus& stream);

    std::uint64_t samples = 0;
    std::uint64_t turns = 0;  ///< of its care
    int quiet = 0;            ///< statuses without new samples
    bool samples_flow = false;
    bool is_cared_for = false;
    bool moved = false;  ///< samples or its care, since the watchdog was fed
  };
  /// "3 aircraft, " and stream_state(), of several devices each with its name; what is wrong stands first.
  std::string state(const StatusMessage& status) const;

  std::function<void()> serve_;
  std::string state_;
  std::size_t device_ = 0;  // that the feed tells of
  std::vector<Device> devices_;
  bool ready_ = false;
};

}  // namespace windhover::sensor
