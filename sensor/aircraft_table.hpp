#pragma once
// Aircraft as text for a terminal.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windhover::sensor {

/// One line of the table; what is unknown shows as "-".
struct AircraftRow {
  std::string id, model, state;
  std::optional<double> lat_deg, lon_deg, height_m, speed_mps, pilot_lat_deg, pilot_lon_deg;
  std::optional<double> snr_db, carrier_hz, age_s;
  std::uint64_t frames = 0;
  std::string trust{};  ///< the weightiest reason against its claims, or "signed"
};

struct TableOptions {
  bool colour = false;           ///< fading dim, gone dim red, by ANSI codes
  std::size_t most_rows = 1000;  ///< the rest is counted in a last line
};

/// Header and rows, each ended by a newline; "no aircraft heard" if there are none. Text from the air is
/// reduced to printable ASCII, so that it cannot steer the terminal.
std::string aircraft_table(const std::vector<AircraftRow>& rows, const TableOptions& options = {});

}  // namespace windhover::sensor
