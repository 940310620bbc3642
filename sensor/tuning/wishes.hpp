#pragma once
// What the user wants to hear, and which places of the spectrum that makes.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoders/decoder.hpp"
#include "sensor/tuning/rhythm.hpp"

namespace windhover::sensor::tuning {

struct TuningOptions {
  /// Each "WHAT" or "WHAT=PRIORITY", see parse_wish(); none: all that the decoders can.
  std::vector<std::string> hear{};
  /// From any window; longer where a round of all windows takes longer.
  std::chrono::seconds longest_absence{15};
};

/// A protocol or a band that is to be heard.
struct Wish {
  std::string name;  ///< as the user wrote it
  bool is_band = false;
  double low_hz = 0, high_hz = 0;  ///< of a band
  int priority = 1;                ///< 1 … 10
};

/// "dji_droneid", "odid_ble", "odid_wifi", "dji_wifi"; "2.4ghz", "5.2ghz", "5.8ghz", "900mhz";
/// "5650e6-5950e6" in Hz. Throws ConfigError, one sentence.
Wish parse_wish(const std::string& text);

/// Something that lies between low_hz and high_hz and is heard only where a window holds it whole.
struct Target {
  std::string name;  ///< of the protocol or band
  double low_hz = 0, high_hz = 0;
  double weight = 0;  ///< with the priority: what hearing it is worth
  int priority = 1;
  Rhythm rhythm{};
  bool is_extra = false;  ///< welcome where a window can hold it too, but worth no window of its own
  int any_of = -1;        ///< of targets with the same number one is enough; -1: none such

  double centre_hz() const { return (low_hz + high_hz) / 2; }
};

/// What is wanted and cannot be heard.
struct NotHeard {
  std::string name;
  std::vector<double> centres_hz;  ///< of it; empty: all
  std::string why;                 ///< goes on behind a colon
};

struct Targets {
  std::vector<Target> targets;
  std::vector<NotHeard> not_heard;  ///< for want of a decoder
};

/// usable_hz  that a window holds: bands are cut into parts that fit
/// Throws ConfigError for a wish that is none.
Targets targets_of(const TuningOptions& options, std::span<const decoders::DecoderEntry> decoders,
                   double usable_hz);

}  // namespace windhover::sensor::tuning
