#pragma once
// What the host's clock says about a device's stream: when samples were taken, and whether some are missing
// of which nobody told.

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

#include "dsp/types.hpp"

namespace windhover::sensor {

/// A sample cannot arrive before it was taken; it often arrives later, because driver and host let samples
/// wait. So the earliest arrivals of a window of one second tell where the sample clock stands against the
/// host's. They creep by what the oscillator is off; they jump and stay behind when samples are missing. A
/// loss counts when two windows in a row are behind by more than kLeastLoss. Holds no memory but its own.
class HostClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds kWindow{1};
  /// Far more than 100 ppm make in a second, and than what the earliest arrivals of a second vary by.
  static constexpr std::chrono::milliseconds kLeastLoss{4};
  /// Over so many windows the rate is compared.
  static constexpr std::size_t kRateWindows = 16;

  explicit HostClock(dsp::Hertz rate) : rate_(rate) {}

  /// `samples` came by `arrival`, and `end` is the index behind them.
  /// Gives how many samples are missing before them, mostly none: the caller counts the indices on by that.
  /// complete  the indices count all losses already, so that nothing can be missing
  std::int64_t note(dsp::SampleIndex end, std::size_t samples, Time arrival, bool complete = false);
  /// After an interruption: how many samples passed by since `end`, if the next to come was taken at
  /// `arrival`; 0 as long as nothing is known.
  std::int64_t passed(dsp::SampleIndex end, Time arrival) const;

  /// When sample `index` was taken; nullopt before the first note().
  std::optional<Time> at(dsp::SampleIndex index) const;
  /// How far at() may be off in s, but for what the driver always holds back: length of a chunk, and how much
  /// later than the earliest the chunks of a window come on average.
  std::optional<double> uncertainty_s() const { return uncertainty_s_; }
  /// Positive when samples come too slowly; nullopt until kRateWindows have gone by.
  std::optional<double> rate_error_ppm() const { return rate_error_ppm_; }

 private:
  double seconds(dsp::SampleIndex index) const { return static_cast<double>(index.value) / rate_.value; }
  std::int64_t end_window(bool complete);

  dsp::Hertz rate_;
  std::optional<Time> origin_;  // of the arithmetic in seconds: the first arrival
  // All in s, host's time less sample time.
  double behind_s_ = 0;  // where sample 0 stands on the host's clock
  double earliest_s_ = std::numeric_limits<double>::max();
  double sum_s_ = 0;
  std::size_t count_ = 0;
  Time window_end_{};
  std::optional<double> suspected_s_;  // a loss, from the window before
  std::optional<double> uncertainty_s_;
  double chunk_s_ = 0;
  std::array<double, kRateWindows> earliest_of_{};  // by window, a ring
  std::uint64_t windows_ = 0;
  std::optional<double> rate_error_ppm_;
};

}  // namespace windhover::sensor
