#include "sensor/aircraft_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace windhover::sensor {
namespace {

struct Column {
  const char* title;
  bool right;
};
constexpr std::array kColumns{
    Column{"aircraft", false}, Column{"model", false},    Column{"position", true}, Column{"height", true},
    Column{"speed", true},     Column{"pilot", true},     Column{"SNR", true},      Column{"carrier", true},
    Column{"frames", true},    Column{"heard ago", true}, Column{"state", false},
};
using Cells = std::array<std::string, kColumns.size()>;

constexpr std::size_t kWidestCell = 40;

std::string number(const std::optional<double>& value, int decimals, const char* unit) {
  if (!value || !std::isfinite(*value) || std::abs(*value) > 1e12) return "-";
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f%s", decimals, *value, unit);
  return text.data();
}

std::string place(const std::optional<double>& lat_deg, const std::optional<double>& lon_deg) {
  if (!lat_deg || !lon_deg) return "-";
  return number(lat_deg, 6, " ") + number(lon_deg, 6, "");
}

std::string megahertz(const std::optional<double>& hertz) {
  return hertz ? number(*hertz / 1e6, 3, " MHz") : "-";
}

std::string label(const std::string& text) {
  return text.empty() ? "-" : printable(text.substr(0, kWidestCell));
}

Cells cells_of(const AircraftRow& row) {
  return {label(row.id),
          label(row.model),
          place(row.lat_deg, row.lon_deg),
          number(row.height_m, 1, " m"),
          number(row.speed_mps, 1, " m/s"),
          place(row.pilot_lat_deg, row.pilot_lon_deg),
          number(row.snr_db, 1, " dB"),
          megahertz(row.carrier_hz),
          std::to_string(row.frames),
          number(row.age_s, 0, " s"),
          label(row.state)};
}

std::string line_of(const Cells& cells, const std::array<std::size_t, kColumns.size()>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string fill(widths[i] - cells[i].size(), ' ');
    line += kColumns[i].right ? fill + cells[i] : cells[i] + fill;
    line += "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

const char* colour_of(const std::string& state) {
  if (state == "gone") return "\x1b[2;31m";
  return state == "fading" ? "\x1b[2m" : "";
}

}  // namespace

std::string aircraft_table(const std::vector<AircraftRow>& rows, const TableOptions& options) {
  if (rows.empty()) return "no aircraft heard\n";
  const std::size_t shown = std::min(rows.size(), options.most_rows);
  std::vector<Cells> table(1);
  for (std::size_t i = 0; i < kColumns.size(); ++i) table[0][i] = kColumns[i].title;
  for (std::size_t i = 0; i < shown; ++i) table.push_back(cells_of(rows[i]));
  std::array<std::size_t, kColumns.size()> widths{};
  for (const Cells& cells : table)
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());

  std::string text = line_of(table[0], widths) + "\n";
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string colour = options.colour ? colour_of(rows[i].state) : "";
    text += colour;
    text += line_of(table[i + 1], widths);
    text += colour.empty() ? "\n" : "\x1b[0m\n";
  }
  if (shown < rows.size()) text += "and " + std::to_string(rows.size() - shown) + " more\n";
  return text;
}

std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

}  // namespace windhover::sensor
