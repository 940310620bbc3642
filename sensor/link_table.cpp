#include "sensor/link_table.hpp"

#include <algorithm>
#include <tuple>

#include "sensor/text_table.hpp"

namespace windhover::sensor {
namespace {

std::string bytes_cell(const LinkRow& row) {
  if (!row.least_bytes && !row.most_bytes) return "-";
  if (!row.least_bytes) return "<= " + number_cell(row.most_bytes, 0, "");
  if (!row.most_bytes) return ">= " + number_cell(row.least_bytes, 0, "");
  if (row.least_bytes == row.most_bytes) return number_cell(row.least_bytes, 0, "");
  return number_cell(row.least_bytes, 0, "..") + number_cell(row.most_bytes, 0, "");
}

std::string kind_cell(const LinkRow& row) {
  return label_cell(row.is_drone_like ? row.kind + " !" : row.kind);
}

// Middle of a fixed one, number of channels of one that hops.
std::string place_cell(const LinkRow& row) {
  const std::string place = megahertz_cell(row.center_hz);
  return row.hops > 0 ? place + " /" + std::to_string(row.hops) : place;
}

std::string count_cell(const LinkRow& row) { return std::to_string(row.frames + row.bursts); }

std::optional<double> percent(const std::optional<double>& share) {
  return share ? std::optional(100 * *share) : std::nullopt;
}

TextRow link_row(const LinkRow& row, bool colour) {
  return {
      {label_cell(row.id), kind_cell(row), number_cell(percent(row.confidence), 0, " %"), place_cell(row),
       label_cell(row.aircraft), count_cell(row), bytes_cell(row), number_cell(percent(row.duty), 1, " %"),
       number_cell(row.airtime_s ? std::optional(1e3 * *row.airtime_s) : std::nullopt, 1, " ms"),
       number_cell(row.snr_db, 1, " dB"), label_cell(row.hint)},
      colour && row.state == "gone" ? "\x1b[2m" : ""};
}

}  // namespace

std::string link_table(std::vector<LinkRow> rows, const TableOptions& options) {
  if (rows.empty()) return "";
  std::ranges::stable_sort(rows, [](const LinkRow& a, const LinkRow& b) {
    return std::tuple(a.aircraft.empty(), !a.is_drone_like, -a.airtime_s.value_or(0)) <
           std::tuple(b.aircraft.empty(), !b.is_drone_like, -b.airtime_s.value_or(0));
  });
  std::vector<TextRow> text;
  for (const LinkRow& row : rows) text.push_back(link_row(row, options.colour));
  return text_table({{"link"},
                     {"kind"},
                     {"sure", true},
                     {"centre /channels", true},
                     {"aircraft"},
                     {"frames, bursts", true},
                     {"bytes", true},
                     {"duty", true},
                     {"airtime", true},
                     {"SNR", true},
                     {"hint"}},
                    text, options.most_rows);
}

}  // namespace windhover::sensor
