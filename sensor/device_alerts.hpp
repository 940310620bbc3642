#pragma once
// Alerts about the device, as a function of the statuses that tell of it: raised once, again each kRepeat so
// that they stay in the feed's state, cleared once.

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

class DeviceAlerts {
 public:
  /// An alert is cleared when its cause has been away for so long.
  static constexpr std::chrono::seconds kCalm{5};
  static constexpr std::chrono::minutes kRepeat{30};
  /// Of the samples since the status before: more at the end of the range is an input that is too strong.
  static constexpr double kSaturatedShare = 1e-3;
  /// Of the sample rate; no oscillator is so far off.
  static constexpr double kWrongRate_ppm = 300;

  /// In order of time. head.time and the body of `due` are filled. Nothing comes of a recording.
  void take(const StreamStatus& stream, UtcTime now, std::vector<AlertMessage>& due);

 private:
  enum Trouble : std::size_t {
    kNoSamples,
    kLoss,
    kRate,
    kTuning,
    kSaturation,
    kOverload,
    kEvidence,
    kTroubles
  };
  struct Raised {
    AlertMessage told;
    UtcTime last_cause{};
  };
  void judge(Trouble trouble, bool is_there, std::string text, UtcTime now, std::vector<AlertMessage>& due);

  std::array<std::optional<Raised>, kTroubles> raised_;
  DeviceHealth before_{};
  std::uint64_t samples_ = 0, saturated_ = 0;
};

}  // namespace windhover::sensor
