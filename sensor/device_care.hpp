#pragma once
// A device that is kept alive: whatever it does, the stream goes on as soon as it can.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sensor/gain_keeper.hpp"
#include "sensor/host_clock.hpp"
#include "sensor/soapy_source.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

/// A SoapySDR device whose stream never ends. read() belongs to the radio thread and waits, locks and
/// allocates only while no samples flow:
///
///   streaming ─ a read fails, or nothing for kSilence → the stream is started anew, once
///   still nothing for kSilence, or it fails again      → the device is closed and opened anew
///   it cannot be opened                                → again after a pause that doubles, for ever
///
/// Indices count what was missed: by hardware time where the device has it, else by the host's clock. All
/// chunks after an interruption and all losses have `gap`. SourceChunk::time is hardware time where that is
/// UTC, else what the host's clock says; once a second where it moved against the sample clock.
class DeviceCare final : public Source {
 public:
  static constexpr std::chrono::milliseconds kSilence{1000};
  static constexpr std::chrono::milliseconds kFirstPause{250};
  static constexpr std::chrono::seconds kLongestPause{2};
  /// Devices that have been away for kLongAway are looked for less often: enumerating loads the bus.
  static constexpr std::chrono::minutes kLongAway{2};
  static constexpr std::chrono::seconds kRarePause{15};

  /// Opens the device. Throws SourceError: what cannot be opened at first is mostly misspelt.
  explicit DeviceCare(const SoapyOptions& options);

  const SourceInfo& info() const override { return info_; }
  /// Never throws, never ends. Waits 100 ms at most, or as long as the driver takes to open its device.
  SourceChunk read(std::span<std::byte> native) override;
  std::optional<DeviceHealth> health() const override;
  bool tune(dsp::Hertz centre) override;
  /// Of centres.
  const std::vector<HertzRange>& tuning_ranges() const { return tuning_ranges_; }

 private:
  using Clock = std::chrono::steady_clock;

  SourceChunk deliver(SourceChunk chunk, std::span<const std::byte> native, Clock::time_point arrival);
  /// Samples that an interruption cost, by the host's clock.
  std::int64_t passed_by(const SourceChunk& chunk, Clock::time_point arrival) const;
  void stamp(SourceChunk& chunk, Clock::time_point arrival);
  std::optional<UtcTime> host_time(dsp::SampleIndex index) const;
  SourceChunk nothing();
  void watch_silence(Clock::time_point now);
  void failed(std::string trouble);
  void restart();
  void close(std::string trouble);
  void reopen();
  void open_device();
  void note_trouble(std::string trouble);
  void count_losses();

  SoapyOptions options_;
  std::unique_ptr<SoapySource> device_;  // none: away
  SourceInfo info_;
  GainKeeper gain_;
  std::vector<HertzRange> tuning_ranges_;
  HostClock clock_;
  dsp::SampleIndex next_{};   // of the stream
  std::int64_t offset_ = 0;   // of the stream's index to the device's
  bool interrupted_ = false;  // no chunk since
  bool opened_anew_ = false;  // and no chunk since
  bool restarted_ = false;    // and no chunk since
  Clock::time_point last_samples_{}, streaming_since_{}, next_try_{};
  std::optional<Clock::time_point> quiet_since_;
  std::chrono::milliseconds pause_ = kFirstPause;
  Clock::time_point last_told_gap_{};
  std::optional<Clock::time_point> last_stamp_;
  std::chrono::nanoseconds stamped_offset_{};  // UTC of sample 0 by the last stamp, at the stated rate
  SoapyCounters counted_{};                    // of this device, what is in the totals already

  // For health(). Written by the thread of read().
  std::atomic<DeviceState> state_{DeviceState::streaming};
  std::atomic<Clock::rep> last_samples_at_{0};
  std::atomic<std::uint64_t> overflows_{0}, timeouts_{0}, lost_samples_{0}, stream_errors_{0}, restarts_{0},
      reopened_{0}, failed_opens_{0}, refused_tunings_{0}, silent_losses_{0}, turns_{0};
  std::atomic<bool> hardware_time_{false};
  std::atomic<double> uncertainty_s_{-1}, rate_error_ppm_{0};
  std::atomic<bool> rate_known_{false};
  mutable std::mutex trouble_lock_;  // taken by read() only while no samples flow
  std::string trouble_;
};

}  // namespace windhover::sensor
