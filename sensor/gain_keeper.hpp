#pragma once
// Who sets a device's gain, and what it is for each chunk of samples.

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>

#include "sensor/device_health.hpp"
#include "sensor/gain_control.hpp"
#include "sensor/soapy_source.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {

/// All but health() belongs to the thread that reads the device.
class GainKeeper {
 public:
  /// Without SoapyOptions::gain_control, or if the device has nothing to set, it only looks on.
  GainKeeper(const SoapyOptions& options, const SoapySource& device);

  /// Of samples just read, which go on to `next`: their gain. Then makes the control's next step, if any.
  GainState follow(SoapySource& device, std::span<const std::byte> native, const SourceChunk& chunk,
                   dsp::SampleIndex next);
  /// To open the device with again; nullopt: as it was asked for.
  std::optional<double> wanted_db() const;
  void opened(const SoapySource& device);

  GainHealth health() const;

 private:
  void look_at(const SoapySource& device);
  void step(SoapySource& device, const GainControl::Step& step);

  GainOwner owner_;
  std::optional<GainControl> control_;
  std::optional<float> gain_db_;  // absent: the device's own control moves it
  GainState state_;               // of the samples to come
  double rate_hz_;

  std::atomic<double> told_gain_db_{0}, noise_lsb_{-1};
  std::atomic<bool> gain_is_known_{false}, clips_at_lowest_{false};
  std::atomic<GainReason> reason_{GainReason::start};
  std::atomic<std::uint64_t> raised_{0}, lowered_{0}, refused_{0};
};

}  // namespace windhover::sensor
