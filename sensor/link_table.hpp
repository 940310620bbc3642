#pragma once
// Links as text for a terminal.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sensor/aircraft_table.hpp"

namespace windhover::sensor {

/// One line of the table, totals since the link was first heard; what is unknown shows as "-".
struct LinkRow {
  std::string id, kind, role, aircraft, hint, state;
  std::optional<double> channel, center_hz, airtime_s, snr_db;
  std::optional<double> confidence, duty;
  std::optional<double> least_bytes, most_bytes;  ///< equal where headers state every length
  std::uint64_t frames = 0, frames_checked = 0, bursts = 0;
  std::size_t hops = 0;  ///< channels; 0: it does not hop
  bool is_drone_like = false;
};

/// Those of aircraft first, then those like a drone's, then by airtime. Header and rows, each ended by a
/// newline; "" if there are none.
std::string link_table(std::vector<LinkRow> rows, const TableOptions& options = {});

}  // namespace windhover::sensor
