#include "sensor/sensor_position.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

SensorPosition parse_sensor_position(std::string_view text) {
  std::array<std::optional<double>, 3> parts{};
  std::size_t count = 0;
  std::string_view rest = text;
  for (bool more = true; more && count < parts.size(); ++count) {
    const std::size_t comma = rest.find(',');
    parts[count] = parse_number(rest.substr(0, comma));
    more = comma != std::string_view::npos;
    rest = more ? rest.substr(comma + 1) : std::string_view{};
  }
  const auto [lat_deg, lon_deg, hae_m] = parts;
  const bool complete = rest.empty() && count >= 2 && lat_deg && lon_deg && (count == 2 || hae_m);
  // Written so that NaN fails.
  if (!complete || !(std::abs(*lat_deg) <= 90) || !(std::abs(*lon_deg) <= 180) ||
      !(std::abs(hae_m.value_or(0)) <= 10'000))
    throw ConfigError("'" + std::string(text) +
                      "'"
                      " is no position; give latitude, longitude and metres above the ellipsoid such as "
                      "52.37,4.89,12");
  return {*lat_deg, *lon_deg, hae_m};
}

}  // namespace windhover::sensor
