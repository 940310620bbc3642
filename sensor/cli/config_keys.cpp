#include "sensor/cli/config_keys.hpp"

#include <array>

#include "gateway/options.hpp"
#include "sensor/cli/device_arguments.hpp"
#include "sensor/config_error.hpp"
#include "sensor/decoder_choice.hpp"
#include "sensor/privacy.hpp"
#include "sensor/sensor_position.hpp"
#include "sensor/service/gpsd_position.hpp"
#include "sensor/tuning/wishes.hpp"

namespace windhover::sensor {
namespace {

using enum ConfigType;

template <auto parse>
void parses(const std::string& value) {
  static_cast<void>(parse(value));
}

template <auto set>
void sets(const std::string& value) {
  PrivacyOptions scratch;
  set(scratch, value);
}

void is_http(const std::string& value) {
  if (value != "none") static_cast<void>(gateway::parse_http(value));
}

void is_wifi_fcs(const std::string& value) {
  if (value != "needed" && value != "all")
    throw ConfigError("'" + value + "' is not known; give needed or all");
}

void is_gain_mode(const std::string& value) {
  if (value != "auto" && value != "device")
    throw ConfigError("'" + value + "' is not known; give auto or device, or set device.gain_db");
}

void is_some_text(const std::string& value) {
  if (value.empty()) throw ConfigError("an empty text says nothing; leave the key out");
}

void is_decoder(const std::string& value) { static_cast<void>(chosen_decoders({{}, {value}})); }

constexpr double kMostHertz = 100e9;

constexpr ConfigKey kKeys[] = {
    {"run", "device.name", "--device-name", text, 0, 0, check_device_name},
    {"run", "device.args", "--device", text},
    {"run", "device.rate_hz", "--rate", number, 1, kMostHertz},
    {"run", "device.freq_hz", "--freq", number, 1, kMostHertz},
    {"run", "device.gain_db", "--gain", number, -200, 200},
    {"run", "device.gain", "--gain-mode", text, 0, 0, is_gain_mode},
    {"run", "device.calibration", "--calibration", path, 0, 0, is_some_text},
    {"run", "device.antenna", "--antenna", text, 0, 0, is_some_text},
    {"run", "device.bandwidth_hz", "--bandwidth", number, 1, kMostHertz},
    {"run", "device.hear", "--hear", texts, 0, 0, parses<tuning::parse_wish>},
    {"run", "tuning.hear", "--hear", texts, 0, 0, parses<tuning::parse_wish>},
    {"run", "tuning.longest_absence_s", "--longest-absence", integer, 1, 3600},
    {"run", "decoders.with", "--with", texts, 0, 0, is_decoder},
    {"run", "decoders.without", "--without", texts, 0, 0, is_decoder},
    {"run", "decoders.wifi_fcs", "--wifi-fcs", text, 0, 0, is_wifi_fcs},
    {"run", "decoders.workers", "--workers", integer, 0, 64},
    {"run", "position.fixed", "--sensor-position", coordinates, 0, 0, parses<parse_sensor_position>},
    {"run", "position.gpsd", "--gpsd", text, 0, 0, parses<parse_gpsd_address>},
    {"run", "feed.node", "--node", text, 0, 0, is_some_text},
    {"run", "feed.endpoint", "--feed", text, 0, 0, is_some_text},
    {"run", "feed.snapshot", "--snapshot", text, 0, 0, is_some_text},
    {"run", "feed.curve_key", "--curve-key", path, 0, 0, is_some_text},
    {"run", "feed.allow", "--allow", paths, 0, 0, is_some_text},
    {"run", "feed.insecure", "--insecure-feed", boolean},
    {"run", "feed.rejects", "--rejects", boolean},
    {"run", "feed.jsonl", "--jsonl", path, 0, 0, is_some_text},
    {"run", "privacy.protocol", "--protocol", assignments, 0, 0, sets<set_protocol>},
    {"run", "privacy.operator_position", "--operator-position", assignments, 0, 0,
     sets<set_operator_position>},
    {"run", "privacy.retention_s", "--retention", integer, 5, 3600},
    {"run", "evidence.folder", "--evidence", path, 0, 0, is_some_text},
    {"run", "evidence.pre_roll_s", "--evidence-pre-roll", number, 0.05, 2},
    {"run", "evidence.post_roll_s", "--evidence-post-roll", number, 0.05, 10},
    {"run", "evidence.longest_s", "--evidence-longest", number, 0.1, 60},
    {"run", "evidence.quota_mb", "--evidence-quota", integer, 1, 100'000'000},
    {"run", "evidence.least_free_mb", "--evidence-least-free", integer, 0, 100'000'000},
    {"run", "evidence.keep_days", "--evidence-keep", integer, 1, 3650},
    {"run", "trust.drip_anchors", "--drip-anchor", paths, 0, 0, is_some_text},
    {"gateway", "gateway.feed", "--feed", text, 0, 0, is_some_text},
    {"gateway", "gateway.snapshot", "--snapshot", text, 0, 0, is_some_text},
    {"gateway", "gateway.curve_server_key", "--curve-server-key", path, 0, 0, is_some_text},
    {"gateway", "gateway.curve_key", "--curve-key", path, 0, 0, is_some_text},
    {"gateway", "gateway.http", "--http", text, 0, 0, is_http},
    {"gateway", "gateway.position", "--sensor-position", coordinates, 0, 0, parses<parse_sensor_position>},
    {"gateway", "gateway.kit", "--kit", text, 0, 0, parses<gateway::parse_kit>},
    {"gateway", "gateway.full_scale_dbm", "--full-scale-dbm", number, -200, 100},
    {"gateway", "gateway.dragonsync", "--dragonsync", text, 0, 0, parses<gateway::parse_dragonsync>},
    {"gateway", "gateway.cot.targets", "--cot", texts, 0, 0, parses<gateway::parse_cot_target>},
    {"gateway", "gateway.cot.interface", "--cot-interface", text, 0, 0, is_some_text},
    {"gateway", "gateway.cot.ttl", "--cot-ttl", integer, 1, 255},
    {"gateway", "gateway.cot.rotorcraft", "--cot-rotorcraft", text, 0, 0, parses<gateway::parse_cot_type>},
    {"gateway", "gateway.cot.fixed_wing", "--cot-fixed-wing", text, 0, 0, parses<gateway::parse_cot_type>},
};

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

}  // namespace windhover::sensor
