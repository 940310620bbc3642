#pragma once
// The command line of `windhover gateway`.

#include <string>
#include <vector>

#include "sensor/cli/arguments.hpp"

namespace CLI {
class App;
}

namespace windhover::sensor {

/// Outlives the parsing: CLI11 writes into it.
class GatewayArguments {
 public:
  /// Adds the subcommand.
  const CLI::App* add_to(CLI::App& app);
  /// After parsing. Throws ConfigError for values that CLI11 cannot judge.
  GatewayCommand finish();

 private:
  void add_dragonsync_and_cot();
  std::optional<gateway::CotOptions> cot_options() const;
  std::optional<std::string> text_if_given(const char* option, const std::string& text) const;

  CLI::App* app_ = nullptr;
  ConfigArguments config_;
  std::string feed_ = kDefaultFeedEndpoint;
  std::string snapshot_, curve_key_, curve_server_key_, kit_, position_, dragonsync_, interface_, http_;
  std::string rotorcraft_, fixed_wing_;
  std::vector<std::string> cot_;
  int ttl_ = 1;
  double full_scale_dbm_ = 0;
};

}  // namespace windhover::sensor
