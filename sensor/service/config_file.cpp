#include "sensor/service/config_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <limits>
#include <numeric>
#include <sstream>
#include <tuple>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;

std::string shortest(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string_view name_of(ConfigType type) {
  switch (type) {
    case ConfigType::text:
    case ConfigType::path:
      return "a text in quotes";
    case ConfigType::texts:
    case ConfigType::paths:
      return "an array of texts in quotes";
    case ConfigType::number:
      return "a number";
    case ConfigType::integer:
      return "a whole number";
    case ConfigType::boolean:
      return "true or false";
    case ConfigType::assignments:
      return "a table of names and texts";
    case ConfigType::coordinates:
      return "an array of two or three numbers";
  }
  return "";
}

class Reader {
 public:
  Reader(const std::filesystem::path& file, std::span<const ConfigKey> keys, std::string_view repeated)
      : file_(file), keys_(keys), repeated_(repeated) {}

  std::vector<ConfigSetting> read() {
    take_table(parsed(), "");
    std::ranges::sort(settings_, {},
                      [](const ConfigSetting& each) { return std::tuple(each.key, each.table); });
    return std::move(settings_);
  }

 private:
  toml::table parsed() const {
    std::ifstream in(file_, std::ios::binary);
    std::string text(kMostBytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad() || !in.eof() || !std::filesystem::is_regular_file(file_))
      throw ConfigError("cannot read the config file '" + file_.string() +
                        "'; see whether it is there and readable");
    try {
      return toml::parse(text, file_.string());
    } catch (const toml::parse_error& error) {
      throw ConfigError(place_of(error.source()) + ": this is no TOML: " + std::string(error.description()));
    }
  }

  void take_table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const auto known = std::ranges::find(keys_, key, &ConfigKey::key);
      if (known != keys_.end()) {
        take_value(*known, node);
        continue;
      }
      const bool is_section =
          std::ranges::any_of(keys_, [&](const ConfigKey& each) { return each.key.starts_with(key + "."); });
      if (!is_section) throw unknown(key, name.source());
      if (key == repeated_ && node.is_array_of_tables()) {
        take_tables(*node.as_array(), key);
        continue;
      }
      if (!node.is_table())
        throw ConfigError(place_of(name.source()) + ": '" + key + "' is a section, [" + key + "]");
      take_table(*node.as_table(), key + ".");
    }
  }

  void take_tables(const toml::array& tables, const std::string& section) {
    if (tables.size() > kMostTables)
      throw ConfigError(place_of(tables.source()) + ": more than " + std::to_string(kMostTables) + " [[" +
                        section + "]] are too many");
    for (const toml::node& each : tables) {
      take_table(*each.as_table(), section + ".");
      ++table_;
    }
    table_ = 0;
  }

  // Whole names and, for a misspelt section, names of sections.
  ConfigError unknown(const std::string& key, const toml::source_region& where) const {
    std::string nearest;
    std::size_t least = std::max<std::size_t>(3, key.size() / 2);
    const auto compare = [&](std::string_view candidate) {
      const std::size_t distance = edit_distance(key, candidate);
      if (distance >= least) return;
      least = distance;
      nearest = candidate;
    };
    for (const ConfigKey& each : keys_) {
      compare(each.key);
      for (std::size_t dot = each.key.find('.'); dot != std::string_view::npos;
           dot = each.key.find('.', dot + 1))
        compare(each.key.substr(0, dot));
    }
    return ConfigError(place_of(where) + ": there is no key '" + key + "'" +
                       (nearest.empty() ? std::string("; the installed file shows all that exist")
                                        : "; did you mean '" + nearest + "'?"));
  }

  void take_value(const ConfigKey& key, const toml::node& node) {
    ConfigSetting setting{&key, {}, place_of(node.source()), table_};
    const auto fail = [&](const std::string& what) {
      return ConfigError(setting.place + ": '" + std::string(key.key) + "' " + what);
    };
    if (!read_values(key, node, setting.values)) throw fail("must be " + std::string(name_of(key.type)));
    if (key.type == ConfigType::number || key.type == ConfigType::integer) {
      // An integer that a double cannot hold is no number for toml++, and far out of any range.
      const double value = node.value<double>().value_or(std::numeric_limits<double>::infinity());
      if (!(value >= key.lowest && value <= key.highest))  // so that NaN fails
        throw fail("is out of range: " + shortest(key.lowest) + " to " + shortest(key.highest));
    }
    for (const std::string& value : setting.values) {
      try {
        if (key.check != nullptr) key.check(value);
      } catch (const ConfigError& error) {
        throw ConfigError(setting.place + ": " + error.what());
      }
    }
    settings_.push_back(std::move(setting));
  }

  bool read_values(const ConfigKey& key, const toml::node& node, std::vector<std::string>& values) const {
    switch (key.type) {
      case ConfigType::text:
      case ConfigType::path:
        return add_text(key, node, values);
      case ConfigType::texts:
      case ConfigType::paths: {
        const toml::array* const array = node.as_array();
        return array != nullptr && std::all_of(array->begin(), array->end(), [&](const toml::node& each) {
                 return add_text(key, each, values);
               });
      }
      case ConfigType::number:
        if (!node.is_number()) return false;
        values.push_back(shortest(*node.value<double>()));
        return true;
      case ConfigType::integer:
        if (!node.is_integer()) return false;
        values.push_back(std::to_string(*node.value<std::int64_t>()));
        return true;
      case ConfigType::boolean:
        if (!node.is_boolean()) return false;
        values.emplace_back(*node.value<bool>() ? "true" : "false");
        return true;
      case ConfigType::assignments:
        return add_assignments(node, values);
      case ConfigType::coordinates:
        return add_coordinates(node, values);
    }
    return false;
  }

  bool add_text(const ConfigKey& key, const toml::node& node, std::vector<std::string>& values) const {
    const auto text = node.value_exact<std::string>();
    if (!text || text->find('\0') != std::string::npos) return false;
    const bool is_path = key.type == ConfigType::path || key.type == ConfigType::paths;
    const bool stays = !is_path || *text == "-" || text->empty();
    values.push_back(stays ? *text : (std::filesystem::absolute(file_).parent_path() / *text).string());
    return true;
  }

  static bool add_assignments(const toml::node& node, std::vector<std::string>& values) {
    const toml::table* const table = node.as_table();
    if (table == nullptr) return false;
    for (const auto& [name, value] : *table) {
      const auto text = value.value_exact<std::string>();
      if (!text) return false;
      values.push_back(std::string(name.str()) + "=" + *text);
    }
    return true;
  }

  static bool add_coordinates(const toml::node& node, std::vector<std::string>& values) {
    const toml::array* const array = node.as_array();
    if (array == nullptr || array->size() < 2 || array->size() > 3) return false;
    std::string text;
    for (const toml::node& each : *array) {
      if (!each.is_number()) return false;
      if (!text.empty()) text += ',';
      text += shortest(*each.value<double>());
    }
    values.push_back(std::move(text));
    return true;
  }

  std::string place_of(const toml::source_region& where) const {
    return file_.string() + ":" + std::to_string(where.begin.line);
  }

  std::filesystem::path file_;
  std::span<const ConfigKey> keys_;
  std::string_view repeated_;
  std::size_t table_ = 0;
  std::vector<ConfigSetting> settings_;
};

}  // namespace

std::vector<ConfigSetting> read_config_file(const std::filesystem::path& file,
                                            std::span<const ConfigKey> keys, std::string_view repeated) {
  return Reader(file, keys, repeated).read();
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace windhover::sensor
