// Scene emitter "wifi_remote_id": an aircraft that tells Open Drone ID, GB 46750, the French or the DJI
// element in beacons or probe responses, or Open Drone ID in NAN action frames.

#include <algorithm>
#include <cmath>

#include "tests/support/droneid_packet.hpp"
#include "tests/support/odid_aircraft.hpp"
#include "tests/support/wifi_emitter.hpp"

namespace windhover::synth {
namespace {

struct RemoteIdContent {
  std::string protocol;
  ByteVector body;  ///< of an Open Drone ID element or of NAN; empty for other elements
  ByteVector element;
  std::vector<TruthField> fields;
  std::vector<TruthMessage> messages;
};

/// What is said at t_s in the frame of that counter.
using RemoteIdContentSource = RemoteIdContent (*)(const OdidAircraft& aircraft, double t_s,
                                                  std::uint8_t counter, const EmitterContext& context);

/// As precise as every one of the national formats.
std::vector<TruthField> coarse_truth(const OdidAircraft& aircraft, const char* id_name, double t_s,
                                     double degree_step) {
  const auto degrees = [degree_step](double value) { return std::round(value / degree_step) * degree_step; };
  const LatLon at = position_at(aircraft, t_s);
  return {{id_name, aircraft.id.id}, {"lat_deg", degrees(at.lat_deg)}, {"lon_deg", degrees(at.lon_deg)}};
}

RemoteIdContent odid_content(const OdidAircraft& aircraft, double t_s, std::uint8_t counter,
                             const EmitterContext& context) {
  RemoteIdContent out{"odid", {}, {}, {}, {}};
  std::vector<OdidBytes> messages;
  for (auto& content : odid_messages(aircraft, t_s, context.start)) {
    messages.push_back(content.bytes);
    out.messages.push_back(std::move(content.truth));
  }
  out.body = encode_pack(aircraft.id.version, messages);
  out.element = wifi_odid_element(counter, out.body);
  return out;
}

RemoteIdContent gb46750_content(const OdidAircraft& aircraft, double t_s, std::uint8_t counter,
                                const EmitterContext& context) {
  Gb46750Values values;
  values.product_id = aircraft.id.id;
  values.station_position = aircraft.operator_position;
  values.station_altitude_m = aircraft.operator_altitude_m;
  values.position = position_at(aircraft, t_s);
  values.track_deg = aircraft.track_deg;
  values.speed_mps = aircraft.speed_mps;
  values.height_m = aircraft.height_m;
  values.vertical_mps = aircraft.vertical_mps;
  values.geodetic_altitude_m = aircraft.altitude_m;
  if (context.start)
    values.time_ms =
        std::chrono::floor<std::chrono::milliseconds>(*context.start).time_since_epoch().count() +
        std::llround(t_s * 1e3);
  RemoteIdContent out{"gb46750", encode(values), {}, {}, {}};
  out.element = wifi_odid_element(counter, out.body);
  out.messages = {{"gb46750", coarse_truth(aircraft, "product_id", t_s, 1e-7)}};
  return out;
}

RemoteIdContent french_content(const OdidAircraft& aircraft, double t_s, std::uint8_t,
                               const EmitterContext&) {
  const auto whole = [](const std::optional<double>& value) {
    return value ? std::optional(static_cast<std::int16_t>(std::lround(*value))) : std::nullopt;
  };
  FrenchValues values;
  values.french_id = aircraft.id.id;
  values.position = position_at(aircraft, t_s);
  values.altitude_m = whole(aircraft.altitude_m);
  values.height_m = whole(aircraft.height_m);
  values.take_off_position = aircraft.operator_position;
  if (aircraft.speed_mps) values.speed_mps = static_cast<std::uint8_t>(std::lround(*aircraft.speed_mps));
  if (aircraft.track_deg) values.track_deg = static_cast<std::uint16_t>(std::lround(*aircraft.track_deg));
  return {"french_id", {}, french_element(values), coarse_truth(aircraft, "french_id", t_s, 1e-5), {}};
}

RemoteIdContent dji_content(const OdidAircraft& aircraft, double t_s, std::uint8_t counter,
                            const EmitterContext&) {
  const LatLon at = position_at(aircraft, t_s);
  DroneIdTelemetry t;
  t.sequence = counter;
  t.serial = aircraft.id.id.substr(0, 16);
  t.lat = droneid_coordinate(at.lat_deg);
  t.lon = droneid_coordinate(at.lon_deg);
  t.altitude = static_cast<std::int16_t>(std::lround(aircraft.altitude_m.value_or(0)));
  t.height = static_cast<std::int16_t>(std::lround(aircraft.height_m.value_or(0) * 10));
  const auto packet = droneid_telemetry_packet(t);
  constexpr std::size_t kLengthBytes = 1, kCrcBytes = 2;
  const auto body = std::span(packet).subspan(kLengthBytes, packet.size() - kLengthBytes - kCrcBytes);
  auto fields = coarse_truth(aircraft, "serial", t_s, 1e-7);
  fields[0].value = t.serial;
  return {"dji_wifi", {}, dji_wifi_element(body), std::move(fields), {}};
}

struct Format {
  std::string_view name;
  RemoteIdContentSource content;
};
constexpr std::array kFormats{Format{"odid", odid_content}, Format{"gb46750", gb46750_content},
                              Format{"french", french_content}, Format{"dji", dji_content}};

enum class Carrying : std::uint8_t { beacon, probe_response, nan };
constexpr std::array<std::string_view, 3> kTransports{"beacon", "probe_response", "nan"};

struct WifiRemoteIdSender {
  Carrying carrying = Carrying::beacon;
  RemoteIdContentSource content = nullptr;
  WifiPhy phy;
  int channel = 6;
  MacAddress address{};
  MacAddress scanner = kBroadcast;
  std::string ssid;
  OdidAircraft aircraft;
};

/// One of `names` under `key`, by number.
template <typename Names, typename Project>
std::size_t read_choice(SceneObject& config, const std::string& key, const std::string& otherwise,
                        const Names& names, Project name_of) {
  const std::string given = config.text_or(key, otherwise);
  std::string known;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name_of(names[i]) == given) return i;
    known += (known.empty() ? "" : ", ") + std::string(name_of(names[i]));
  }
  config.fail(key, "one of: " + known);
}

ByteVector frame_at(const WifiRemoteIdSender& from, const RemoteIdContent& content, double start_s,
                    std::size_t event) {
  const auto sequence = static_cast<std::uint16_t>(event & 0xfff);
  const auto counter = static_cast<std::uint8_t>(event);
  if (from.carrying == Carrying::nan)
    return action_frame({kNanNetwork, from.address, kNanCluster, 0, sequence},
                        nan_discovery_body(counter, content.body));
  BeaconValues values{{kBroadcast, from.address, from.address, 0, sequence}};
  values.tsf_us = static_cast<std::uint64_t>(start_s * 1e6);
  values.elements = ssid_element(from.ssid);
  const ByteVector channel = wifi_element(3, std::array{static_cast<std::uint8_t>(from.channel)});
  for (const auto* part : {&channel, &content.element})
    values.elements.insert(values.elements.end(), part->begin(), part->end());
  if (from.carrying == Carrying::beacon) return beacon_frame(values);
  values.header.destination = from.scanner;
  return probe_response_frame(values);
}

WifiRemoteIdSender read_sender(SceneObject& config) {
  WifiRemoteIdSender out;
  out.carrying = static_cast<Carrying>(
      read_choice(config, "transport", "beacon", kTransports, [](auto name) { return name; }));
  const auto format = read_choice(config, "format", "odid", kFormats, [](const Format& f) { return f.name; });
  out.content = kFormats[format].content;
  if (out.carrying == Carrying::nan && kFormats[format].content != odid_content &&
      kFormats[format].content != gb46750_content)
    config.fail("format", "odid or gb46750 where the transport is nan");
  out.channel = read_wifi_channel(config);
  out.phy = read_wifi_rate(config, "mbps", out.channel <= 14 ? 1 : 6);
  out.address = read_mac_address(config, "address");
  if (config.has("scanner")) out.scanner = read_mac_address(config, "scanner");
  out.ssid = short_text(config, "ssid", "", 32);
  out.aircraft = read_odid_aircraft(config.object("aircraft"));
  return out;
}

}  // namespace

void plan_wifi_remote_id(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  const WifiRemoteIdSender from = read_sender(config);
  const Radio radio = read_radio(config, context);
  const double first_s = config.number("start_s", {0, 1e9});
  const double interval_s = config.number_or("interval_s", 0.2, {1e-3, 1e6});
  config.finish();

  Random random(context.seed);
  std::size_t event = 0;
  for (double t_s = first_s; t_s < context.duration_s;
       t_s = first_s + interval_s * static_cast<double>(event)) {
    const auto counter = static_cast<std::uint8_t>(event);
    RemoteIdContent content = from.content(from.aircraft, t_s, counter, context);
    const WifiSending sending{t_s, from.channel, from.phy, with_fcs(frame_at(from, content, t_s, event))};
    ++event;
    Transmission* sent = add_wifi(sending, radio, context, random, out);
    if (sent == nullptr) continue;
    sent->is_frame = true;
    sent->protocol = content.protocol;
    sent->transport = std::string("wifi_").append(kTransports[static_cast<std::size_t>(from.carrying)]);
    sent->link.push_back({"transmitter", mac_text(from.address)});
    if (!content.body.empty()) sent->link.push_back({"counter", std::int64_t{counter}});
    sent->fields = std::move(content.fields);
    sent->messages = std::move(content.messages);
  }
}

}  // namespace windhover::synth
