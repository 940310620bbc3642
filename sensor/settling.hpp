#pragma once
// Which samples after a change of frequency are of the new one.

#include <chrono>
#include <optional>

namespace windhover::sensor {

/// SoapySDR does not say when a synthesiser has settled, nor how many older samples driver and bus still
/// hold. Where the device stamps its samples, those are of the new frequency that were taken kAfterStamp
/// after the driver came back. Else what is held is read until reads have to wait for the air, and what
/// arrives until kAfterArrival is left out.
class Settling {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kAfterStamp{2};
  /// Covers what is on its way over the bus: a transfer of a HackRF is 6.5 ms at 20 MS/s.
  static constexpr std::chrono::milliseconds kAfterArrival{10};
  /// A clock that stands still, or a host that never catches up, does not end the stream.
  static constexpr std::chrono::milliseconds kLongest{500};
  /// One read that seems to have waited may have been interrupted.
  static constexpr int kWaits = 2;

  /// The driver came back at `done`, when the device's clock showed device_ns, if it has one that stamps
  /// samples.
  void begin(Time done, std::optional<long long> device_ns);

  struct Read {
    Time began, ended;
    std::chrono::nanoseconds length{};    ///< of what it brought
    std::optional<long long> stamp_ns{};  ///< of its first sample
  };
  /// Whether the samples are of the frequency that is set.
  bool take(const Read& read);
  bool is_over() const { return !done_; }

 private:
  std::optional<Time> done_;  // none: nothing to settle
  std::optional<long long> settled_ns_;
  int waits_ = 0;
};

}  // namespace windhover::sensor
