#include "sensor/cli/device_arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <set>

#include "sensor/cli/config_arguments.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor {

bool is_given(const CLI::App& app, const std::string& option) { return app.count(option) > 0; }

namespace {

void require(const CLI::App& app, const std::string& option, const std::string& key) {
  if (app.count(option) == 0)
    throw ConfigError(option + " is missing; give it, or set " + key + " in a file that -c names");
}

DeviceCommand device_of(std::span<const ConfigSetting> settings, std::size_t table) {
  CLI::App app;
  DeviceArguments arguments;
  arguments.add_to(app);
  std::vector<ConfigSetting> own;
  for (const ConfigSetting& each : settings) {
    const bool is_own = is_of_device(each) && each.table == table;
    if (is_own || each.key->key.starts_with("tuning.")) own.push_back(each);
  }
  apply_settings(own, app);
  return arguments.finish(app);
}

}  // namespace

void DeviceArguments::add_to(CLI::App& app) {
  app.add_option("--device", command_.soapy.args, "SoapySDR arguments, such as driver=hackrf");
  app.add_option("--device-name", command_.name, "what messages call it where there are several")
      ->type_name("NAME");
  app.add_option("--rate", rate_hz_, "samples per second")->type_name("HZ");
  app.add_option("--freq", freq_hz_, "stay on this centre frequency")->type_name("HZ");
  app.add_option(
         "--hear", command_.tuning.hear,
         "without --freq: what to look for, a protocol (dji_droneid, odid_ble, odid_wifi, dji_wifi) or a "
         "band (2.4ghz, 5.8ghz, 5650e6-5950e6), with a priority of 1 to 10; may be repeated; else all that "
         "the decoders can hear")
      ->type_name("WHAT[=PRIORITY]");
  app.add_option("--longest-absence", longest_absence_s_,
                 "where it takes several windows: be back in each after so many seconds")
      ->type_name("S")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  auto* gain = app.add_option("--gain", gain_db_, "overall gain, kept as it is; without it see --gain-mode")
                   ->type_name("DB");
  app.add_option("--gain-mode", gain_mode_,
                 "auto: what resolves the noise and does not clip; device: the device's own control")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "device"}))
      ->excludes(gain);
  app.add_option("--calibration", calibration_, "table of what 0 dBFS is in dBm; see docs/deploy.md")
      ->type_name("FILE");
  app.add_option("--antenna", antenna_, "one of the device's antennas");
  app.add_option("--bandwidth", bandwidth_hz_, "of the device's filter")->type_name("HZ");
}

void DeviceArguments::note_given(const CLI::App& app) { asks_for_mode_ = app.count("--gain-mode") > 0; }

DeviceCommand DeviceArguments::finish(const CLI::App& app) const {
  require(app, "--device", "device.args");
  require(app, "--rate", "device.rate_hz");
  DeviceCommand command = command_;
  for (const std::string& each : command.tuning.hear) tuning::parse_wish(each);
  command.tuning.longest_absence = std::chrono::seconds(longest_absence_s_);
  command.calibration = given(app, "--calibration", std::filesystem::path(calibration_));
  command.soapy.rate = {rate_hz_};
  command.soapy.centre = {freq_hz_};
  if (!asks_for_mode_) command.soapy.gain_db = given(app, "--gain", gain_db_);
  command.soapy.gain_control = !command.soapy.gain_db && gain_mode_ == "auto";
  command.soapy.anywhere = app.count("--freq") == 0;
  command.soapy.antenna = given(app, "--antenna", antenna_);
  command.soapy.bandwidth_hz = given(app, "--bandwidth", bandwidth_hz_);
  return command;
}

std::optional<std::string> DeviceArguments::any_given(const CLI::App& app) {
  CLI::App all;
  DeviceArguments().add_to(all);
  for (const CLI::Option* option : all.get_options())
    if (option->get_name() != all.get_help_ptr()->get_name() && app.count(option->get_name()) > 0)
      return option->get_name();
  return std::nullopt;
}

bool is_of_device(const ConfigSetting& setting) { return setting.key->key.starts_with("device."); }

std::size_t device_tables(std::span<const ConfigSetting> settings) {
  std::size_t tables = 0;
  for (const ConfigSetting& each : settings)
    if (is_of_device(each)) tables = std::max(tables, each.table + 1);
  return tables;
}

std::vector<DeviceCommand> devices_of(std::span<const ConfigSetting> settings) {
  std::vector<DeviceCommand> devices;
  std::set<std::string> names;
  for (std::size_t table = 0; table < device_tables(settings); ++table) {
    const auto is_name = [&](const ConfigSetting& each) {
      return each.key->key == "device.name" && each.table == table;
    };
    const auto name = std::ranges::find_if(settings, is_name);
    if (name == settings.end())
      throw ConfigError("of several [[device]] number " + std::to_string(table + 1) +
                        " has no name; set `name` in it, so that messages can say which one it was");
    try {
      devices.push_back(device_of(settings, table));
    } catch (const ConfigError& error) {
      throw ConfigError("device '" + name->values.front() + "': " + error.what());
    }
    if (!names.insert(devices.back().name).second)
      throw ConfigError(name->place + ": two devices are called '" + devices.back().name +
                        "'; give each a name of its own");
  }
  return devices;
}

void check_device_name(const std::string& name) {
  const auto may_be = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 32 || !std::ranges::all_of(name, may_be))
    throw ConfigError("'" + name + "' can be no device's name; take 1 to 32 letters, digits, - and _");
}

}  // namespace windhover::sensor
