#pragma once
// Cursor-on-Target events as TAK reads them: one XML document each. Text in them comes from the air.
// Sources: MITRE MP090284 (the base schema), and what ATAK, WinTAK, DragonSync and DroneCOT send and take.

#include <optional>
#include <string>
#include <vector>

#include "gateway/feed_values.hpp"
#include "gateway/moment.hpp"
#include "gateway/options.hpp"

namespace windhover::gateway::cot {

/// Who reports, and when.
struct Report {
  UtcTime time{};    ///< of sending
  double age_s = 0;  ///< since the thing was heard
  std::string kit;
  std::optional<SensorPosition> sensor;
  std::optional<double> full_scale_dbm;
  AircraftTypes types;
};

/// So long after it was heard a marker of an aircraft or a signal stays.
inline constexpr std::chrono::seconds kStale{60};
inline constexpr std::chrono::seconds kSensorStale{600};

/// The aircraft, its pilot and its home, as far as their places are known; none for an aircraft without a
/// place, but for an alert, which stands at the sensor.
std::vector<std::string> aircraft_events(const Aircraft& aircraft, const Report& report);

/// nullopt while the sensor's place is not known, here and below.
std::optional<std::string> signal_event(const Link& link, const Report& report);

/// `remarks` is the sensor's health in words.
std::optional<std::string> sensor_event(const std::string& remarks, const Report& report);

}  // namespace windhover::gateway::cot
