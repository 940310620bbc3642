#pragma once
// A config file in the place of options that were not given on the command line.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/service/config_file.hpp"

namespace CLI {
class App;
}

namespace windhover::sensor {

/// -c FILE and --check-config.
struct ConfigArguments {
  std::string file;
  bool check_only = false;

  void add_to(CLI::App& app);
  /// After parsing: what the file sets; nothing without -c. It is checked whole, also what it says for other
  /// commands. Throws ConfigError.
  std::vector<ConfigSetting> read(const CLI::App& app) const;
  /// The same, and sets the options of `app` that the file names and the command line does not.
  std::vector<ConfigSetting> apply_to(CLI::App& app) const;
};

/// Those of one command.
std::vector<ConfigSetting> settings_for(std::string_view command, std::span<const ConfigSetting> settings);

/// Sets those options of `app` that have no value yet; of several settings of one option the first counts.
/// All of them are options of `app`. Throws ConfigError.
void apply_settings(std::span<const ConfigSetting> settings, CLI::App& app);

/// Keys that only one of the two sets, or to something else.
std::vector<std::string> changed_keys(const std::vector<ConfigSetting>& before,
                                      const std::vector<ConfigSetting>& now);

}  // namespace windhover::sensor
