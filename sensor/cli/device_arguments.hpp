#pragma once
// The command line of a receiver, a part of `windhover run`.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sensor/service/config_file.hpp"
#include "sensor/soapy_source.hpp"
#include "sensor/tuning/wishes.hpp"

namespace CLI {
class App;
}

namespace windhover::sensor {

bool is_given(const CLI::App& app, const std::string& option);
/// The value of an option; nullopt where nobody gave it and `value` is what it was before.
template <typename Value>
std::optional<Value> given(const CLI::App& app, const std::string& option, const Value& value) {
  return is_given(app, option) ? std::optional<Value>(value) : std::nullopt;
}

/// One receiver, and what it listens to.
struct DeviceCommand {
  std::string name{};                                  ///< for messages, where there are several
  SoapyOptions soapy{};                                ///< anywhere: the plan decides
  std::optional<std::filesystem::path> calibration{};  ///< see parse_calibration()
  tuning::TuningOptions tuning{};
};

/// Outlives the parsing: CLI11 writes into it.
class DeviceArguments {
 public:
  void add_to(CLI::App& app);
  /// After parsing and before a file adds to it. What is asked for there of gain and its mode wins over the
  /// other one in the file; of both in the file, the fixed gain.
  void note_given(const CLI::App& app);
  /// Throws ConfigError for what is missing or cannot be.
  DeviceCommand finish(const CLI::App& app) const;
  /// One of its options that `app` was given; none: nullopt.
  static std::optional<std::string> any_given(const CLI::App& app);

 private:
  DeviceCommand command_;
  std::string gain_mode_ = "auto", antenna_, calibration_;
  double rate_hz_ = 0, freq_hz_ = 0, gain_db_ = 0, bandwidth_hz_ = 0;
  std::int64_t longest_absence_s_ = 15;
  bool asks_for_mode_ = false;
};

bool is_of_device(const ConfigSetting& setting);
/// Of a config file: how often it has [[device]], or 1 for one [device], or 0.
std::size_t device_tables(std::span<const ConfigSetting> settings);
/// Of a file with several [[device]], each with what [tuning] says for all. Throws ConfigError, one sentence
/// that names the device.
std::vector<DeviceCommand> devices_of(std::span<const ConfigSetting> settings);

/// Throws ConfigError for what can be no name of a device: 1 to 32 letters, digits, - and _.
void check_device_name(const std::string& name);

}  // namespace windhover::sensor
