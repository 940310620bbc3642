#pragma once
// The device that plays a recording (tests/support/soapy_module), as SoapySDR finds it.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "sensor/device_care.hpp"
#include "tests/sensor/recording_fixture.hpp"
#include "tests/support/soapy_module/faults.hpp"

namespace windhover::sensor::testing {

/// A second at 1 MS/s in which each sample names its place: thousands in the imaginary part, the rest in the
/// real one.
class Air {
 public:
  static constexpr std::int64_t kSamples = 1'000'000;
  static constexpr std::int64_t kMillisecond = 1'000;

  explicit Air(const std::string& more_args = "") {
    // SoapySDR looks when the first device is opened or listed.
    setenv("SOAPY_SDR_PLUGIN_PATH", WINDHOVER_BINARY_DIR "/soapy", 1);
    std::vector<std::int16_t> samples;
    for (std::int64_t i = 0; i < kSamples; ++i) {
      samples.push_back(static_cast<std::int16_t>(i % 1000));
      samples.push_back(static_cast<std::int16_t>(i / 1000));
    }
    const auto recording = write_pair(folder_, good_metadata(), std::as_bytes(std::span(samples)));
    options_.args =
        "driver=windhover_air,recording=" + recording.string() + ",control=" + control().string() + more_args;
    options_.rate = {1e6};
    options_.centre = {2450e6};
  }
  SoapyOptions& options() { return options_; }
  fs::path control() const { return folder_ / "faults"; }
  void order(const std::string& faults) const { synth::order_faults(control(), faults); }

 private:
  TemporaryFolder folder_;
  SoapyOptions options_;
};

/// Reads a device in the test's own thread.
class AirReader {
 public:
  explicit AirReader(Source& source) : source_(source) {}

  /// Reads until `done`, or for so long that something must be wrong. `done` sees each read.
  template <typename Done>
  bool read_until(Done done, std::chrono::seconds patience = std::chrono::seconds(40)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      take(source_.read(buffer_));
      if (done()) return true;
    }
    return false;
  }
  bool read_for(double seconds) {
    const std::int64_t enough = received_ + static_cast<std::int64_t>(seconds * 1e6);
    return read_until([&] { return received_ >= enough; });
  }
  bool is_heard() { return read_for(0.02); }

  const SourceChunk& last() const { return last_; }
  std::uint64_t gaps() const { return gaps_; }
  /// How far the newest sample's place in the air is from what its index says, against the first sample.
  std::int64_t shift() const {
    const std::int64_t turn = Air::kSamples, off = (shift_ - *first_shift_) % turn;
    return off > turn / 2 ? off - turn : off < -turn / 2 ? off + turn : off;
  }
  bool is_consistent() const { return is_consistent_; }
  std::optional<UtcTime> time() const { return time_; }
  dsp::SampleIndex time_index() const { return time_index_; }
  std::int16_t largest() const { return largest_; }

 private:
  void take(const SourceChunk& chunk) {
    if (chunk.state != SourceChunk::State::samples) return;
    last_ = chunk;
    gaps_ += chunk.gap;
    received_ += static_cast<std::int64_t>(chunk.samples);
    if (chunk.time) time_ = chunk.time, time_index_ = chunk.first;
    std::int16_t iq[2];
    std::memcpy(iq, buffer_.data(), sizeof iq);
    shift_ = iq[1] * 1000 + iq[0] - chunk.first.value;
    if (!first_shift_) first_shift_ = shift_;
    is_consistent_ &= chunk.gap || chunk.first == expected_ || expected_.value == 0;
    expected_ = chunk.first + static_cast<std::int64_t>(chunk.samples);
    largest_ = 0;
    for (std::size_t i = 0; i < 2 * chunk.samples; ++i) {
      std::int16_t value = 0;
      std::memcpy(&value, buffer_.data() + i * sizeof value, sizeof value);
      largest_ = std::max(largest_, value);
    }
  }

  Source& source_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(4 * 4000);
  SourceChunk last_{};
  std::uint64_t gaps_ = 0;
  std::int64_t received_ = 0, shift_ = 0;
  std::optional<std::int64_t> first_shift_;
  bool is_consistent_ = true;  // a hole in the indices without `gap` is none
  dsp::SampleIndex expected_{}, time_index_{};
  std::optional<UtcTime> time_;
  std::int16_t largest_ = 0;
};

}  // namespace windhover::sensor::testing
