#pragma once
// A TOML file held against the list of keys that exist, before anything starts. It yields texts as they would
// stand on the command line, so that both ways in share the options, their defaults and their checks.

#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace windhover::sensor {

enum class ConfigType {
  text,
  texts,   ///< an array of them
  path,    ///< relative to the file's folder; "-" stays
  paths,   ///< an array of them
  number,  ///< integer or float
  integer,
  boolean,
  assignments,  ///< a table of texts: values are "name=text"
  coordinates,  ///< [latitude, longitude] or [latitude, longitude, height]: the value is "a,b,c"
};

struct ConfigKey {
  std::string_view command;  ///< "run", "gateway"
  std::string_view key;      ///< dotted, as "device.rate_hz"
  std::string_view option;   ///< of the command, as "--rate"
  ConfigType type = ConfigType::text;
  double lowest = -std::numeric_limits<double>::infinity();  ///< of a number or integer
  double highest = std::numeric_limits<double>::infinity();
  void (*check)(const std::string& value) = nullptr;  ///< of each value: throws ConfigError
};

struct ConfigSetting {
  const ConfigKey* key = nullptr;
  std::vector<std::string> values;  ///< of a boolean "true" or "false"
  std::string place;                ///< "FILE:LINE"
  std::size_t table = 0;            ///< of a section that may come several times, as [[device]], which one
  bool operator==(const ConfigSetting& other) const {
    return key == other.key && values == other.values && table == other.table;
  }
};

inline constexpr std::size_t kMostTables = 16;

/// What the file sets, in the order of `keys`, which outlive the result. A section may be an array of tables
/// ([[device]]), of kMostTables at most, if it is `repeated`. Throws ConfigError, one sentence
/// with file and line, for a file that cannot be read or is no TOML, an unknown key (with the nearest that
/// exists), a wrong type, and a value out of range. Nothing is used of a file with one mistake.
std::vector<ConfigSetting> read_config_file(const std::filesystem::path& file,
                                            std::span<const ConfigKey> keys,
                                            std::string_view repeated = "device");

/// Insertions, deletions and replacements between the two.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace windhover::sensor
