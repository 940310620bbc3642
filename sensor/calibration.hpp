#pragma once
// What 0 dBFS is at the antenna socket, measured with a signal generator at some frequencies and gains.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsp/types.hpp"
#include "sensor/reception.hpp"

namespace windhover::sensor {

struct CalibrationRow {
  double frequency_hz = 0;
  double gain_db = 0;
  double offset_db = 0;       ///< level in dBm less level in dBFS
  double uncertainty_db = 0;  ///< of that, as whoever measured it states it
};

/// Rows of a table, and what lies between them. Between two gains of one frequency, and then between two
/// frequencies, offset + gain is interpolated linearly: it is what stays nearly the same. Nothing is told
/// outside. The uncertainty between two rows is the larger of theirs, plus how far the nearer one's value is
/// off the interpolated one, plus what may ripple in between: kPerHertz and kPerDecibel times the distance to
/// the nearer row.
class Calibration {
 public:
  static constexpr std::size_t kMostRows = 10'000;
  static constexpr double kPerHertz = 1.0 / 100e6;  ///< 1 dB in 100 MHz; assumed
  static constexpr double kPerDecibel = 0.05;       ///< assumed

  /// No two rows may have the same frequency and gain.
  explicit Calibration(std::vector<CalibrationRow> rows);

  std::optional<AntennaLevel> full_scale(dsp::Hertz frequency, double gain_db) const;
  std::size_t size() const { return rows_.size(); }

 private:
  /// A value and its uncertainty at a place on one axis.
  struct Point {
    double at, value_db, uncertainty_db;
  };
  static Point between(const Point& a, const Point& b, double at, double ripple);
  std::optional<Point> at_frequency(std::size_t first, std::size_t end, double gain_db) const;
  std::size_t end_of_frequency(std::size_t first) const;

  std::vector<CalibrationRow> rows_;  // by frequency, then gain
};

/// CSV: the line "frequency_hz,gain_db,offset_db,uncertainty_db", then rows; # begins a comment. Throws
/// ConfigError, one sentence that begins with name:line, for the first mistake.
Calibration parse_calibration(std::string_view text, const std::string& name);
Calibration read_calibration(const std::filesystem::path& file);

}  // namespace windhover::sensor
