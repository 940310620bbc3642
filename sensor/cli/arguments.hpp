#pragma once
// The command line as values.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/options.hpp"
#include "sensor/cli/config_arguments.hpp"
#include "sensor/cli/device_arguments.hpp"
#include "sensor/cli/record_arguments.hpp"
#include "sensor/decoder_choice.hpp"
#include "sensor/evidence/evidence_options.hpp"
#include "sensor/listen.hpp"
#include "sensor/privacy.hpp"
#include "sensor/recording_layout.hpp"
#include "sensor/sensor.hpp"
#include "sensor/service/gpsd_position.hpp"

namespace windhover::sensor {

/// Where the feed of `replay` and `run` goes.
struct OutputOptions {
  std::optional<std::filesystem::path> jsonl;      ///< "-" = standard output
  std::optional<std::string> feed;                 ///< endpoint to bind
  std::string snapshot;                            ///< the other one; empty: beside it
  std::optional<std::filesystem::path> curve_key;  ///< secret certificate of the feed
  std::vector<std::filesystem::path> allow;        ///< whom to let in, with curve_key
  bool insecure_feed = false;
  PrivacyOptions privacy{};
  std::optional<SensorPosition> position{};  ///< of the antenna
  std::optional<GpsdAddress> gpsd{};         ///< who knows it, where `position` does not say; `run` only
  std::vector<std::filesystem::path> drip_anchors;  ///< files, see parse_drip_anchors()
  bool levels_comparable = true;                    ///< see TrustOptions
  std::chrono::milliseconds wait_subscriber{0};
  bool rejects = false;
  std::string node = "windhover";
  std::string boot;  ///< empty: random
};

struct ReplayCommand {
  std::vector<std::filesystem::path> recordings;
  RecordingOptions recording{};
  DecoderChoice decoders{};
  SensorOptions sensor{};
  OutputOptions output{};
};

struct RunCommand {
  ConfigArguments config{};
  std::vector<ConfigSetting> settings{};  ///< all that the config file says
  std::vector<std::string> arguments{};   ///< that it was made of
  std::vector<DeviceCommand> devices{};   ///< at least one
  DecoderChoice decoders{};
  SensorOptions sensor{};
  OutputOptions output{};
  std::optional<EvidenceOptions> evidence{};
};

struct SynthCommand {
  std::filesystem::path scene;
  std::filesystem::path out;
};

struct BenchCommand {
  std::vector<double> rates_hz{20e6, 30.72e6, 50e6, 61.44e6};
  std::string scenario = "all";
  double seconds = 1;
  int repeat = 3;
  bool json = false;
};

struct GatewayCommand {
  gateway::GatewayOptions options{};
  bool check_only = false;
};

struct DevicesCommand {};

struct KeygenCommand {
  std::filesystem::path stem;  ///< of the files to write
};

/// Help, version, or nothing more to do than to end with this code.
struct NoCommand {
  int exit_code;
};

using Command = std::variant<NoCommand, ReplayCommand, RunCommand, ListenOptions, SynthCommand, BenchCommand,
                             DevicesCommand, KeygenCommand, GatewayCommand, RecordCommand>;

/// Of a subscriber, from the key files that it was given; none without any. Throws ConfigError for one alone.
std::optional<CurveClientKeys> curve_client_keys(const std::optional<std::string>& own,
                                                 const std::optional<std::string>& server);

/// Prints help and usage errors itself. Throws ConfigError for values that CLI11 cannot judge.
Command parse_arguments(int argc, char** argv);
/// With what the config file says now. Throws ConfigError.
RunCommand parse_run_again(const RunCommand& command);

}  // namespace windhover::sensor
