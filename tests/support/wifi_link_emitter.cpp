// Scene emitter "wifi_link": an access point and a station that exchange a video-like stream. One sends large
// frames in trains, one train a picture; the other small ones at the pace of commands; every frame is
// acknowledged, and the access point sends beacons.

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "tests/support/wifi_emitter.hpp"

namespace windhover::synth {
namespace {

constexpr double kBeaconInterval_s = 0.1024;
constexpr double kSlot_s = 9e-6;
constexpr double kSignalExtension_s = 6e-6;  ///< of silence after OFDM at 2.4 GHz
constexpr std::uint64_t kContentionSlots = 16;

struct Stream {
  double interval_s = 1;  ///< of trains
  std::size_t frames_a_train = 1;
  std::size_t body_bytes = 100;
  WifiPhy phy;
  std::size_t subframes = 1;  ///< of an A-MPDU; 1: none
};

struct WifiLink {
  int channel = 6;
  MacAddress access_point{}, station{};
  std::string ssid;
  bool station_sends_video = false;
  Stream video, commands;
  WifiPhy beacon_phy, answer_phy;
  bool protected_bodies = true;

  double sifs_s() const { return channel <= 14 ? 10e-6 : 16e-6; }
};

/// What wants to be sent, and from when on.
struct Wish {
  double from_s;
  enum class Kind : std::uint8_t { beacon, video, command } kind;
};

class LinkWriter {
 public:
  LinkWriter(const WifiLink& link, const std::array<Radio, 2>& radios, const EmitterContext& context,
             std::vector<Transmission>& out)
      : link_(link), radios_(radios), context_(context), random_(context.seed), out_(out) {}

  void grant(const Wish& wish) {
    const double backoff_s = kSlot_s * static_cast<double>(random_.next() % kContentionSlots);
    free_s_ = std::max(free_s_, wish.from_s) + link_.sifs_s() + 2 * kSlot_s + backoff_s;
    if (wish.kind == Wish::Kind::beacon) return beacon();
    const bool video = wish.kind == Wish::Kind::video;
    exchange(video ? link_.video : link_.commands, video == link_.station_sends_video);
  }

 private:
  void send(const WifiPhy& phy, bool from_station, const ByteVector& psdu) {
    const MacAddress& sender = from_station ? link_.station : link_.access_point;
    if (Transmission* sent = add_wifi({free_s_, link_.channel, phy, psdu}, radios_[from_station ? 1 : 0],
                                      context_, random_, out_))
      sent->link.push_back({"transmitter", mac_text(sender)});
    free_s_ += wifi_duration_s(phy, psdu.size());
    if (link_.channel <= 14 && !std::holds_alternative<DsssPhy>(phy)) free_s_ += kSignalExtension_s;
  }

  void beacon() {
    BeaconValues values{{kBroadcast, link_.access_point, link_.access_point, 0, next_sequence(false)}};
    values.tsf_us = static_cast<std::uint64_t>(free_s_ * 1e6);
    values.elements = ssid_element(link_.ssid);
    send(link_.beacon_phy, false, with_fcs(beacon_frame(values)));
  }

  void exchange(const Stream& stream, bool from_station) {
    const MacAddress& receiver = from_station ? link_.access_point : link_.station;
    const MacAddress& sender = from_station ? link_.station : link_.access_point;
    std::vector<ByteVector> frames;
    const std::uint16_t first = sequence_[from_station ? 1 : 0];
    for (std::size_t n = 0; n < stream.subframes; ++n) frames.push_back(data(stream, from_station));
    const bool aggregate = stream.subframes > 1;
    send(stream.phy, from_station, aggregate ? ampdu(frames) : frames[0]);
    free_s_ += link_.sifs_s();
    const std::uint64_t received = stream.subframes < 64 ? (std::uint64_t{1} << stream.subframes) - 1 : ~0ULL;
    send(link_.answer_phy, !from_station,
         with_fcs(aggregate ? block_ack_frame(sender, receiver, 0, first, received) : ack_frame(sender)));
  }

  ByteVector data(const Stream& stream, bool from_station) {
    DataValues values;
    (from_station ? values.to_ds : values.from_ds) = true;
    values.protected_body = link_.protected_bodies;
    values.duration_us = static_cast<std::uint16_t>(
        std::ceil((link_.sifs_s() + wifi_duration_s(link_.answer_phy, ack_frame({}).size() + 4)) * 1e6));
    values.address1 = from_station ? link_.access_point : link_.station;
    values.address2 = from_station ? link_.station : link_.access_point;
    values.address3 = values.address1;
    values.sequence = next_sequence(from_station);
    values.traffic_id = 0;
    for (std::size_t i = 0; i < stream.body_bytes; ++i)
      values.body.push_back(static_cast<std::uint8_t>(random_.next()));
    return with_fcs(data_frame(values));
  }

  std::uint16_t next_sequence(bool from_station) {
    auto& next = sequence_[from_station ? 1 : 0];
    return std::exchange(next, static_cast<std::uint16_t>((next + 1) & 0xfff));
  }

  const WifiLink& link_;
  const std::array<Radio, 2>& radios_;  ///< of access point and station
  const EmitterContext& context_;
  Random random_;
  std::vector<Transmission>& out_;
  double free_s_ = 0;
  std::array<std::uint16_t, 2> sequence_{};
};

/// `mbps` of 802.11b or g, or `mcs` with forty_mhz and short_guard_interval (0 or 1).
WifiPhy read_phy(SceneObject& config, std::size_t subframes) {
  if (!config.has("mcs")) return read_wifi_rate(config, "mbps", 24);
  HtOptions out;
  out.mcs = static_cast<int>(config.integer("mcs", {0, 7}));
  out.forty_mhz = config.integer_or("forty_mhz", 0, {0, 1}) != 0;
  out.short_guard_interval = config.integer_or("short_guard_interval", 0, {0, 1}) != 0;
  out.aggregated = subframes > 1;
  return out;
}

Stream read_stream(SceneObject config, std::size_t default_body_bytes) {
  Stream out;
  out.interval_s = 1 / config.number("rate_hz", {0.1, 10'000});
  out.body_bytes = static_cast<std::size_t>(
      config.integer_or("body_bytes", static_cast<std::int64_t>(default_body_bytes), {1, 2300}));
  out.subframes = static_cast<std::size_t>(config.integer_or("subframes", 1, {1, 16}));
  out.frames_a_train = static_cast<std::size_t>(config.integer_or("frames_a_train", 1, {1, 1000}));
  out.phy = read_phy(config, out.subframes);
  if (out.subframes > 1 && !std::holds_alternative<HtOptions>(out.phy))
    config.fail("subframes", "1 unless mcs is given");
  config.finish();
  return out;
}

std::vector<Wish> wishes(const WifiLink& link, double first_s, double end_s) {
  std::vector<Wish> out;
  const auto add = [&](Wish::Kind kind, double interval_s, std::size_t each) {
    std::size_t n = 0;
    for (double t_s = first_s; t_s < end_s; t_s = first_s + interval_s * static_cast<double>(++n))
      out.insert(out.end(), each, {t_s, kind});
  };
  add(Wish::Kind::beacon, kBeaconInterval_s, 1);
  add(Wish::Kind::video, link.video.interval_s, link.video.frames_a_train);
  add(Wish::Kind::command, link.commands.interval_s, link.commands.frames_a_train);
  std::ranges::stable_sort(out, {}, &Wish::from_s);
  return out;
}

}  // namespace

void plan_wifi_link(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out) {
  WifiLink link;
  link.channel = read_wifi_channel(config);
  link.access_point = read_mac_address(config, "access_point");
  link.station = read_mac_address(config, "station");
  link.ssid = short_text(config, "ssid", "", 32);
  link.station_sends_video = config.integer_or("station_sends_video", 0, {0, 1}) != 0;
  link.protected_bodies = config.integer_or("protected", 1, {0, 1}) != 0;
  link.video = read_stream(config.object("video"), 1400);
  link.commands = read_stream(config.object("commands"), 60);
  link.beacon_phy = read_wifi_rate(config, "beacon_mbps", link.channel <= 14 ? 1 : 6);
  link.answer_phy = read_wifi_rate(config, "answer_mbps", 24);
  // One level for both unless the station is said to be weaker or stronger.
  std::array<Radio, 2> radios;
  radios.fill(read_radio(config, context));
  const double station_db = config.number_or("station_db", 0, {-100, 100});
  if (radios[1].snr_db) *radios[1].snr_db += station_db;
  if (radios[1].level_dbfs) *radios[1].level_dbfs += station_db;
  radios[1].cfo_hz = config.number_or("station_cfo_hz", radios[0].cfo_hz, {-10e6, 10e6});
  const double first_s = config.number("start_s", {0, 1e9});
  const double end_s = config.number_or("end_s", context.duration_s, {0, 1e9});
  config.finish();

  LinkWriter writer(link, radios, context, out);
  for (const Wish& wish : wishes(link, first_s, end_s)) writer.grant(wish);
}

}  // namespace windhover::synth
