#include "sensor/link_table.hpp"

#include <algorithm>
#include <tuple>

#include "sensor/text_table.hpp"

namespace windhover::sensor {
namespace {

std::string bytes_cell(const LinkRow& row) {
  if (!row.most_bytes) return ">= " + number_cell(row.least_bytes, 0, "");
  if (row.least_bytes == row.most_bytes) return number_cell(row.least_bytes, 0, "");
  return number_cell(row.least_bytes, 0, "..") + number_cell(row.most_bytes, 0, "");
}

TextRow text_row(const LinkRow& row, bool colour) {
  return {
      {label_cell(row.id), number_cell(row.channel, 0, ""), label_cell(row.role), label_cell(row.aircraft),
       std::to_string(row.frames), std::to_string(row.frames_checked), bytes_cell(row),
       number_cell(row.airtime_s ? std::optional(1e3 * *row.airtime_s) : std::nullopt, 1, " ms"),
       number_cell(row.snr_db, 1, " dB"), label_cell(row.hint)},
      colour && row.state == "gone" ? "\x1b[2m" : ""};
}

}  // namespace

std::string link_table(std::vector<LinkRow> rows, const TableOptions& options) {
  if (rows.empty()) return "";
  std::ranges::stable_sort(rows, [](const LinkRow& a, const LinkRow& b) {
    return std::tuple(a.aircraft.empty(), -a.airtime_s.value_or(0)) <
           std::tuple(b.aircraft.empty(), -b.airtime_s.value_or(0));
  });
  std::vector<TextRow> text;
  for (const LinkRow& row : rows) text.push_back(text_row(row, options.colour));
  return text_table({{"link"},
                     {"channel", true},
                     {"role"},
                     {"aircraft"},
                     {"frames", true},
                     {"FCS ok", true},
                     {"bytes", true},
                     {"airtime", true},
                     {"SNR", true},
                     {"hint"}},
                    text, options.most_rows);
}

}  // namespace windhover::sensor
