#pragma once
// The command line of `windhover record`.

#include <filesystem>
#include <optional>
#include <string>

#include "sensor/soapy_source.hpp"

namespace CLI {
class App;
}

namespace windhover::sensor {

struct RecordCommand {
  SoapyOptions device{};
  std::filesystem::path out;
  std::optional<double> duration_s;
  std::string description;
};

/// Outlives the parsing: CLI11 writes into it.
class RecordArguments {
 public:
  /// Adds the subcommand.
  const CLI::App* add_to(CLI::App& app);
  /// After parsing.
  RecordCommand finish() const;

 private:
  CLI::App* app_ = nullptr;
  RecordCommand command_;
  double rate_hz_ = 0, freq_hz_ = 0, gain_db_ = 0, bandwidth_hz_ = 0, duration_s_ = 0;
  std::string antenna_;
};

}  // namespace windhover::sensor
