#pragma once
// Tables of text for a terminal.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windhover::sensor {

struct TextColumn {
  std::string_view title;
  bool right = false;  ///< aligned
};

struct TextRow {
  std::vector<std::string> cells;  ///< one a column; may be empty
  std::string_view colour{};       ///< ANSI code, a literal; empty: none
};

/// Header and rows, each ended by a newline. Beyond `most_rows` the rest is counted in a last line.
std::string text_table(const std::vector<TextColumn>& columns, const std::vector<TextRow>& rows,
                       std::size_t most_rows);

// Cells: "-" for what is unknown or no number of this world.
std::string number_cell(const std::optional<double>& value, int decimals, std::string_view unit);
/// Text from the air: printable ASCII, cut.
std::string label_cell(const std::string& text);
std::string megahertz_cell(const std::optional<double>& hertz);

/// Printable ASCII only, '?' for the rest.
std::string printable(std::string text);

}  // namespace windhover::sensor
