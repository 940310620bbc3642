#include "sensor/cli/gateway_arguments.hpp"

#include <CLI/CLI.hpp>

namespace windhover::sensor {

const CLI::App* GatewayArguments::add_to(CLI::App& app) {
  app_ = app.add_subcommand("gateway", "hand what a sensor hears to DragonSync, TAK, Prometheus");
  config_.add_to(*app_);
  app_->add_option("--feed", feed_, "of the sensor")->type_name("ENDPOINT")->capture_default_str();
  app_->add_option("--snapshot", snapshot_, "of the sensor's present state; else at the port after --feed's")
      ->type_name("ENDPOINT");
  app_->add_option("--curve-server-key", curve_server_key_,
                   "of an encrypted feed: the sensor's public key, NAME.key")
      ->type_name("FILE");
  app_->add_option("--curve-key", curve_key_, "own secret key, NAME.key_secret of windhover keygen")
      ->type_name("FILE");
  app_->add_option("--http", http_, "serve metrics and JSON here instead of 127.0.0.1:7380; none: nowhere")
      ->type_name("ADDRESS:PORT");
  add_dragonsync_and_cot();
  app_->add_option("--sensor-position", position_,
                   "where the antenna is: latitude, longitude, metres above the ellipsoid")
      ->type_name("LAT,LON[,HAE]");
  app_->add_option("--kit", kit_, "name of this sensor for DragonSync and TAK instead of the host's")
      ->type_name("SERIAL");
  app_->add_option("--full-scale-dbm", full_scale_dbm_,
                   "power at the antenna that is 0 dBFS; levels are told in dBm with it")
      ->type_name("DBM")
      ->check(CLI::Range(-200.0, 100.0));
  return app_;
}

void GatewayArguments::add_dragonsync_and_cot() {
  app_->add_option("--dragonsync", dragonsync_,
                   "bind DragonSync's three ports, on this address instead of 127.0.0.1, from PORT on "
                   "instead of 4224")
      ->type_name("[ADDRESS[:PORT]]")
      ->expected(0, 1);
  app_->add_option("--cot", cot_, "send CoT over UDP, such as to TAK's udp://239.2.3.1:6969; may be repeated")
      ->type_name("udp://ADDRESS:PORT");
  app_->add_option("--cot-interface", interface_, "network interface that multicast leaves by")
      ->type_name("NAME");
  app_->add_option("--cot-ttl", ttl_, "how far multicast goes: 1 is this network, each router takes one")
      ->type_name("HOPS")
      ->capture_default_str()
      ->check(CLI::Range(1, 255));
  app_->add_option("--cot-rotorcraft", rotorcraft_,
                   "CoT type of rotorcraft and the unknown instead of a-u-A-M-H-Q")
      ->type_name("TYPE");
  app_->add_option("--cot-fixed-wing", fixed_wing_, "CoT type of aircraft with wings instead of a-u-A-M-F-Q")
      ->type_name("TYPE");
}

GatewayCommand GatewayArguments::finish() {
  config_.apply_to(*app_);
  gateway::GatewayOptions options;
  options.feed = feed_;
  options.snapshot = snapshot_;
  options.curve = curve_client_keys(text_if_given("--curve-key", curve_key_),
                                    text_if_given("--curve-server-key", curve_server_key_));
  options.kit = app_->count("--kit") > 0 ? gateway::parse_kit(kit_) : gateway::host_kit();
  if (app_->count("--sensor-position") > 0) options.position = gateway::parse_sensor_position(position_);
  if (app_->count("--full-scale-dbm") > 0) options.full_scale_dbm = full_scale_dbm_;
  if (app_->count("--dragonsync") > 0)
    options.dragonsync = gateway::parse_dragonsync(dragonsync_.empty() ? "127.0.0.1" : dragonsync_);
  options.cot = cot_options();
  if (app_->count("--http") == 0) return {options, config_.check_only};
  options.http = http_ == "none" ? std::nullopt : std::optional(gateway::parse_http(http_));
  return {options, config_.check_only};
}

std::optional<gateway::CotOptions> GatewayArguments::cot_options() const {
  if (cot_.empty()) return std::nullopt;
  gateway::CotOptions cot;
  for (const std::string& target : cot_) cot.targets.push_back(gateway::parse_cot_target(target));
  cot.interface = interface_;
  cot.multicast_ttl = ttl_;
  if (app_->count("--cot-rotorcraft") > 0) cot.types.rotorcraft = gateway::parse_cot_type(rotorcraft_);
  if (app_->count("--cot-fixed-wing") > 0) cot.types.fixed_wing = gateway::parse_cot_type(fixed_wing_);
  return cot;
}

std::optional<std::string> GatewayArguments::text_if_given(const char* option,
                                                           const std::string& text) const {
  return app_->count(option) > 0 ? std::optional(text) : std::nullopt;
}

}  // namespace windhover::sensor
