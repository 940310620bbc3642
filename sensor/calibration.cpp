#include "sensor/calibration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <tuple>
#include <utility>

#include "sensor/config_error.hpp"
#include "sensor/text_lines.hpp"

namespace windhover::sensor {
namespace {

constexpr std::string_view kHeading = "frequency_hz,gain_db,offset_db,uncertainty_db";
constexpr std::size_t kMostOctets = 1U << 20;
// Drivers round gains to what their registers hold, and `status` to a tenth.
constexpr double kSameGain_db = 0.06;

struct Column {
  std::string_view name;
  double least, most;
};
constexpr std::array kColumns{Column{"frequency_hz", 1, 100e9}, Column{"gain_db", -200, 200},
                              Column{"offset_db", -300, 300}, Column{"uncertainty_db", 0, 60}};

auto order(const CalibrationRow& row) { return std::tuple(row.frequency_hz, row.gain_db); }

std::string without_blanks(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t'; });
  return out;
}

std::string quoted_start(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kShown)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > kShown ? "…'" : "'");
}

std::string shortest_number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

double parse_field(std::string_view text, const Column& column) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw ConfigError(std::string(column.name) + " is " + quoted_start(text) + ", which is not a number.");
  if (!(value >= column.least && value <= column.most))
    throw ConfigError(std::string(column.name) + " is " + quoted_start(text) + "; it may be " +
                      shortest_number(column.least) + " to " + shortest_number(column.most) + ".");
  return value;
}

CalibrationRow parse_row(std::string_view line) {
  std::array<double, kColumns.size()> values{};
  const auto commas = static_cast<std::size_t>(std::ranges::count(line, ','));
  if (commas + 1 != values.size())
    throw ConfigError("a row has four numbers, " + std::string(kHeading) + "; this one has " +
                      std::to_string(commas + 1) + ".");
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t comma = std::min(line.find(','), line.size());
    values[i] = parse_field(trimmed(line.substr(0, comma)), kColumns[i]);
    line.remove_prefix(std::min(comma + 1, line.size()));
  }
  return {values[0], values[1], values[2], values[3]};
}

/// A row and where it stands, so that the second of a pair can be named.
struct NumberedRow {
  CalibrationRow row;
  std::size_t line;
};

}  // namespace

Calibration::Calibration(std::vector<CalibrationRow> rows) : rows_(std::move(rows)) {
  std::ranges::sort(rows_, {}, order);
}

Calibration::Point Calibration::between(const Point& a, const Point& b, double at, double ripple) {
  if (!(b.at > a.at)) return a;
  const double share = std::clamp((at - a.at) / (b.at - a.at), 0.0, 1.0);
  const double to_nearer = std::min(share, 1 - share);
  return {
      at, a.value_db + share * (b.value_db - a.value_db),
      (to_nearer > 0 ? std::max(a.uncertainty_db, b.uncertainty_db) : (share == 0 ? a : b).uncertainty_db) +
          to_nearer * (std::abs(b.value_db - a.value_db) + ripple * (b.at - a.at))};
}

std::size_t Calibration::end_of_frequency(std::size_t first) const {
  std::size_t end = first;
  while (end < rows_.size() && rows_[end].frequency_hz == rows_[first].frequency_hz) ++end;
  return end;
}

std::optional<Calibration::Point> Calibration::at_frequency(std::size_t first, std::size_t end,
                                                            double gain_db) const {
  const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto stop = rows_.begin() + static_cast<std::ptrdiff_t>(end);
  const auto above = std::lower_bound(begin, stop, gain_db - kSameGain_db,
                                      [](const CalibrationRow& row, double g) { return row.gain_db < g; });
  if (above == stop) return std::nullopt;
  const bool is_it = above->gain_db <= gain_db + kSameGain_db;
  if (!is_it && above == begin) return std::nullopt;
  const auto point = [](const CalibrationRow& row) {
    return Point{row.gain_db, row.offset_db + row.gain_db, row.uncertainty_db};
  };
  const Point found = is_it ? point(*above) : between(point(above[-1]), point(*above), gain_db, kPerDecibel);
  return Point{rows_[first].frequency_hz, found.value_db - gain_db, found.uncertainty_db};
}

std::optional<AntennaLevel> Calibration::full_scale(dsp::Hertz frequency, double gain_db) const {
  if (!std::isfinite(frequency.value) || !std::isfinite(gain_db)) return std::nullopt;
  const auto above = std::ranges::lower_bound(rows_, frequency.value, {}, &CalibrationRow::frequency_hz);
  if (above == rows_.end()) return std::nullopt;
  const auto upper = static_cast<std::size_t>(above - rows_.begin());
  const auto at_upper = at_frequency(upper, end_of_frequency(upper), gain_db);
  if (!at_upper) return std::nullopt;
  Point found = *at_upper;
  if (above->frequency_hz > frequency.value) {
    if (upper == 0) return std::nullopt;
    const auto below =
        std::ranges::lower_bound(rows_, rows_[upper - 1].frequency_hz, {}, &CalibrationRow::frequency_hz);
    const auto at_lower = at_frequency(static_cast<std::size_t>(below - rows_.begin()), upper, gain_db);
    if (!at_lower) return std::nullopt;
    found = between(*at_lower, *at_upper, frequency.value, kPerHertz);
  }
  return AntennaLevel{static_cast<float>(found.value_db), static_cast<float>(found.uncertainty_db)};
}

Calibration parse_calibration(std::string_view text, const std::string& name) {
  std::vector<NumberedRow> rows;
  bool has_heading = false;
  std::size_t number_of_line = 0;
  const auto at_line = [&](std::size_t line, const std::string& what) {
    return ConfigError(name + ":" + std::to_string(line) + ": " + what);
  };
  if (text.size() > kMostOctets) throw ConfigError(name + ": a calibration table has at most 1 MiB.");
  while (!text.empty()) {
    ++number_of_line;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    if (!std::exchange(has_heading, true)) {
      if (without_blanks(line) != kHeading)
        throw at_line(number_of_line, "the first line must be " + std::string(kHeading) + ".");
      continue;
    }
    try {
      rows.push_back({parse_row(line), number_of_line});
    } catch (const ConfigError& error) {
      throw at_line(number_of_line, error.what());
    }
    if (rows.size() > Calibration::kMostRows)
      throw at_line(number_of_line,
                    "a table has at most " + std::to_string(Calibration::kMostRows) + " rows.");
  }
  if (rows.empty()) throw ConfigError(name + ": the table has no rows.");
  std::ranges::stable_sort(rows, {}, [](const NumberedRow& each) { return order(each.row); });
  const auto twice =
      std::ranges::adjacent_find(rows, {}, [](const NumberedRow& each) { return order(each.row); });
  if (twice != rows.end())
    throw at_line(twice[1].line, "line " + std::to_string(twice->line) +
                                     " has the same frequency and gain; keep one of them.");
  std::vector<CalibrationRow> plain;
  for (const NumberedRow& each : rows) plain.push_back(each.row);
  return Calibration(std::move(plain));
}

Calibration read_calibration(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostOctets + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad())
    throw ConfigError("cannot read the calibration table " + file.string() + ".");
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_calibration(text, file.string());
}

}  // namespace windhover::sensor
