#include "sensor/cli/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "sensor/cli/config_keys.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor {

void ConfigArguments::add_to(CLI::App& app) {
  app.add_option("-c,--config", file, "take what is not given here from this TOML file")->type_name("FILE");
  app.add_flag("--check-config", check_only, "say whether options and file can be used, and end");
}

std::vector<ConfigSetting> ConfigArguments::apply_to(CLI::App& app) const {
  if (app.count("--config") == 0) return {};
  std::vector<ConfigSetting> settings = read_config_file(file, config_keys());
  for (const ConfigSetting& setting : settings) {
    if (setting.key->command != app.get_name() || setting.values.empty()) continue;
    CLI::Option* const option = app.get_option(std::string(setting.key->option));
    // A flag that is off says what the flag's absence says.
    const bool is_off = setting.key->type == ConfigType::boolean && setting.values.front() == "false";
    if (option->count() > 0 || is_off) continue;
    try {
      for (const std::string& value : setting.values) option->add_result(value);
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      throw ConfigError(setting.place + ": " + error.what());
    }
  }
  return settings;
}

std::vector<std::string> changed_keys(const std::vector<ConfigSetting>& before,
                                      const std::vector<ConfigSetting>& now) {
  std::vector<std::string> changed;
  const auto add_missing = [&](const auto& these, const auto& in) {
    for (const ConfigSetting& each : these)
      if (std::ranges::find(in, each) == in.end()) changed.emplace_back(each.key->key);
  };
  add_missing(before, now);
  add_missing(now, before);
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

}  // namespace windhover::sensor
