#include "sensor/cli/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "sensor/cli/config_keys.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor {

void ConfigArguments::add_to(CLI::App& app) {
  app.add_option("-c,--config", file, "take what is not given here from this TOML file")->type_name("FILE");
  app.add_flag("--check-config", check_only, "say whether options and file can be used, and end");
}

std::vector<ConfigSetting> ConfigArguments::read(const CLI::App& app) const {
  return app.count("--config") == 0 ? std::vector<ConfigSetting>{} : read_config_file(file, config_keys());
}

std::vector<ConfigSetting> ConfigArguments::apply_to(CLI::App& app) const {
  std::vector<ConfigSetting> settings = read(app);
  apply_settings(settings_for(app.get_name(), settings), app);
  return settings;
}

std::vector<ConfigSetting> settings_for(std::string_view command, std::span<const ConfigSetting> settings) {
  std::vector<ConfigSetting> own;
  std::ranges::copy_if(settings, std::back_inserter(own),
                       [&](const ConfigSetting& each) { return each.key->command == command; });
  return own;
}

void apply_settings(std::span<const ConfigSetting> settings, CLI::App& app) {
  for (const ConfigSetting& setting : settings) {
    if (setting.values.empty()) continue;
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
