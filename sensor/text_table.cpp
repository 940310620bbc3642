#include "sensor/text_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace windhover::sensor {
namespace {

constexpr std::size_t kWidestCell = 40;

std::string line_of(const std::vector<TextColumn>& columns, const std::vector<std::string>& cells,
                    const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string fill(widths[i] - cells[i].size(), ' ');
    line += columns[i].right ? fill + cells[i] : cells[i] + fill;
    line += "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string text_table(const std::vector<TextColumn>& columns, const std::vector<TextRow>& rows,
                       std::size_t most_rows) {
  const std::size_t shown = std::min(rows.size(), most_rows);
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles.emplace_back(columns[i].title);
    widths.push_back(titles[i].size());
    for (std::size_t row = 0; row < shown; ++row) widths[i] = std::max(widths[i], rows[row].cells[i].size());
  }
  std::string text = line_of(columns, titles, widths) + "\n";
  for (std::size_t row = 0; row < shown; ++row) {
    text += rows[row].colour;
    text += line_of(columns, rows[row].cells, widths);
    text += rows[row].colour.empty() ? "\n" : "\x1b[0m\n";
  }
  if (shown < rows.size()) text += "and " + std::to_string(rows.size() - shown) + " more\n";
  return text;
}

std::string number_cell(const std::optional<double>& value, int decimals, std::string_view unit) {
  if (!value || !std::isfinite(*value) || std::abs(*value) > 1e12) return "-";
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, *value);
  return std::string(text.data()).append(unit);
}

std::string label_cell(const std::string& text) {
  return text.empty() ? "-" : printable(text.substr(0, kWidestCell));
}

std::string megahertz_cell(const std::optional<double>& hertz) {
  return hertz ? number_cell(*hertz / 1e6, 3, " MHz") : "-";
}

std::string printable(std::string text) {
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

}  // namespace windhover::sensor
