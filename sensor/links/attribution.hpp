#pragma once
// Whose link is it? What is asked about, and the form of the answer.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoders/links/link_kind.hpp"
#include "sensor/events.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor::links {

/// Mean level of a link in one second.
struct LevelPoint {
  UtcTime time{};  ///< begin of that second
  float dbfs = 0;
};

/// A time in which a link was on the air without long pauses.
struct Presence {
  UtcTime begin{}, end{};
};

/// What tells links apart, and which aircraft they may belong to. Spans live as long as the call.
struct LinkFeatures {
  std::string_view id;
  std::string_view kind;
  bool drone_like = false;
  double center_hz = 0, low_hz = 0, high_hz = 0;  ///< of all that it uses
  std::span<const double> hop_set_hz{};           ///< empty: it does not hop
  std::optional<double> period_s{};
  std::optional<UtcTime> last_burst{};                     ///< begin of one: with the period its phase
  std::optional<double> carrier_hz{}, carrier_error_hz{};  ///< measured
  /// Measured carrier minus the nearest point of the raster that its kind uses, where there is one.
  std::optional<double> offset_ppm{}, offset_error_ppm{};
  std::span<const LevelPoint> levels{};  ///< oldest first
  std::span<const Presence> presence{};  ///< oldest first
  /// Aircraft that a link address names, and how; empty: none does.
  std::string_view address_of{};
  std::string_view address_evidence{};  ///< a literal
};

struct Attributed {
  std::string aircraft;   ///< id as in `aircraft`
  double likelihood = 0;  ///< 0 to 1
  std::vector<decoders::links::Evidence> evidence{};
};

struct AttributionResult {
  std::vector<Attributed> aircraft{};  ///< likeliest first; their sum and `unattributed` make 1
  double unattributed = 1;
};

}  // namespace windhover::sensor::links
