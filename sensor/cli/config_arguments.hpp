#pragma once
// A config file in the place of options that were not given on the command line.

#include <string>
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
  /// After parsing: sets the options that the file names and the command line does not; the file is checked
  /// whole, also what it says for other commands. Returns what the file sets; nothing without -c. Throws
  /// ConfigError.
  std::vector<ConfigSetting> apply_to(CLI::App& app) const;
};

/// Keys that only one of the two sets, or to something else.
std::vector<std::string> changed_keys(const std::vector<ConfigSetting>& before,
                                      const std::vector<ConfigSetting>& now);

}  // namespace windhover::sensor
