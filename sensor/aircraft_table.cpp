#include "sensor/aircraft_table.hpp"

#include "sensor/text_table.hpp"

namespace windhover::sensor {
namespace {

std::string place(const std::optional<double>& lat_deg, const std::optional<double>& lon_deg) {
  if (!lat_deg || !lon_deg) return "-";
  return number_cell(lat_deg, 6, " ") + number_cell(lon_deg, 6, "");
}

std::string_view colour_of(const std::string& state) {
  if (state == "gone") return "\x1b[2;31m";
  return state == "fading" ? "\x1b[2m" : "";
}

TextRow aircraft_row(const AircraftRow& row, bool colour) {
  return {{label_cell(row.id), label_cell(row.model), place(row.lat_deg, row.lon_deg),
           number_cell(row.height_m, 1, " m"), number_cell(row.speed_mps, 1, " m/s"),
           place(row.pilot_lat_deg, row.pilot_lon_deg), number_cell(row.snr_db, 1, " dB"),
           megahertz_cell(row.carrier_hz), std::to_string(row.frames), number_cell(row.age_s, 0, " s"),
           label_cell(row.state), label_cell(row.trust)},
          colour ? colour_of(row.state) : ""};
}

}  // namespace

std::string aircraft_table(const std::vector<AircraftRow>& rows, const TableOptions& options) {
  if (rows.empty()) return "no aircraft heard\n";
  std::vector<TextRow> text;
  for (const AircraftRow& row : rows) text.push_back(aircraft_row(row, options.colour));
  return text_table({{"aircraft"},
                     {"model"},
                     {"position", true},
                     {"height", true},
                     {"speed", true},
                     {"pilot", true},
                     {"SNR", true},
                     {"carrier", true},
                     {"frames", true},
                     {"heard ago", true},
                     {"state"},
                     {"trust"}},
                    text, options.most_rows);
}

}  // namespace windhover::sensor
