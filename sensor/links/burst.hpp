#pragma once
// An emission as the book keeps it until its window is sorted.

#include <cstdint>
#include <optional>
#include <utility>

#include "sensor/reception.hpp"

namespace windhover::sensor::links {

inline constexpr std::int32_t kNone = -1;       // no index
inline constexpr std::int32_t kForgotten = -2;  // of a link that there was no room for

struct Burst {
  double start_s = 0;  ///< from the book's epoch
  double duration_s = 0;
  double center_hz = 0, width_hz = 0;  ///< RF
  float level_dbfs = 0, snr_db = 0;
  float level_db = 0;  ///< whatever the gain, see comparable_db()
  double power = 0;    ///< linear, of full scale
  std::uint64_t emission = 0;
  std::int32_t signal = kNone;  ///< index in the window's signals
  std::int32_t link = kNone;    ///< index of the book's links
  std::int32_t whole = kNone;   ///< index in the window of the burst that it is a piece of
  bool continues = false;       ///< another stretch of what was on the air before
  bool saturated = false;
  std::optional<AntennaLevel> full_scale{};
  bool explained = false;  ///< decoded frames account for it
  bool at_center = false;  ///< where the receiver has an offset of its own: no evidence of anything

  double end_s() const { return start_s + duration_s; }
};

/// The order of a window's bursts, whatever order they came in.
inline bool starts_before(const Burst& a, const Burst& b) {
  return std::pair(a.start_s, a.emission) < std::pair(b.start_s, b.emission);
}

/// How well starts and levels of one sender agree: standard deviations, and where the time ends to fit.
inline constexpr double kStartSpread_s = 40e-6, kStartGate_s = 130e-6, kLevelSpread_db = 4;
inline constexpr double kOverlap_s = 150e-6;  // nobody sends two bursts at once

/// Wider than all links that hop: such are told apart by where they are.
inline constexpr double kWidestHopper_hz = 1.4e6;

}  // namespace windhover::sensor::links
