#pragma once
// How a device fares, as its care tells it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windhover::sensor {

enum class DeviceState : std::uint8_t {
  streaming,
  silent,  ///< open, but no samples come; the stream is being restarted
  away,    ///< closed, and opened anew after each pause
};
constexpr std::string_view to_string(DeviceState state) {
  constexpr std::string_view names[] = {"streaming", "silent", "away"};
  return names[static_cast<std::size_t>(state)];
}

enum class GainOwner : std::uint8_t {
  user,     ///< fixed
  control,  ///< GainControl
  device,   ///< its own control, or what its driver chose
};
constexpr std::string_view to_string(GainOwner owner) {
  constexpr std::string_view names[] = {"user", "control", "device"};
  return names[static_cast<std::size_t>(owner)];
}

/// Why the control has set it so.
enum class GainReason : std::uint8_t {
  start,
  clipping,         ///< lowered
  converter_noise,  ///< raised: the converter's noise hid the receiver's
};
constexpr std::string_view to_string(GainReason reason) {
  constexpr std::string_view names[] = {"start", "clipping", "converter_noise"};
  return names[static_cast<std::size_t>(reason)];
}

struct GainHealth {
  GainOwner set_by = GainOwner::device;
  std::optional<double> gain_db;  ///< as the device tells it; absent: its own control moves it
  GainReason reason = GainReason::start;
  std::uint64_t raised = 0, lowered = 0;
  std::uint64_t refused = 0;        ///< steps that the device did not take
  bool clips_at_lowest = false;     ///< there is nothing left to lower
  std::optional<double> noise_lsb;  ///< what the control takes for the noise, in steps of the converter
};

/// All counted since the program's start.
struct DeviceHealth {
  DeviceState state = DeviceState::streaming;
  double silent_s = 0;  ///< since the last sample
  /// Times that the driver came back from reading or opening: it grows as long as somebody takes care.
  std::uint64_t turns = 0;
  std::string trouble;  ///< what interrupted the stream last, one sentence; empty: nothing yet
  std::uint64_t overflows = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t stream_errors = 0;  ///< reads that failed
  std::uint64_t restarts = 0;       ///< of the stream, the device staying open
  std::uint64_t reopened = 0;       ///< times that the device was opened anew
  std::uint64_t failed_opens = 0;   ///< attempts at that which failed
  std::uint64_t refused_tunings = 0;
  std::uint64_t silent_losses = 0;  ///< times that samples were missing of which the driver told nothing
  std::uint64_t lost_samples = 0;   ///< by hardware time, or by the host's clock where there is none
  bool hardware_time = false;       ///< UTC comes from the device, else from the host's clock
  /// Of UTC, when it comes from the host's clock; what the driver always holds back is not in it.
  std::optional<double> time_uncertainty_s;
  /// Sample clock against the host's over the last 16 s, positive when too few samples come; losses that are
  /// known do not count.
  std::optional<double> rate_error_ppm;
  std::optional<GainHealth> gain{};
};

}  // namespace windhover::sensor
