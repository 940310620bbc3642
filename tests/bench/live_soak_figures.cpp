// Figures of a sensor that listens for long, and of how it starts and ends.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/figures.hpp"
#include "tests/bench/live_sensor.hpp"
#include "tests/support/scene.hpp"
#include "tests/support/scratch_folder.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using Clock = LiveSensor::Clock;
using nlohmann::json;

constexpr double kSoakRate_hz = 30.72e6, kSoakCentre_hz = 2440e6;
constexpr seconds kSoakPatience{90};

json dji(const char* serial, double start_s, double snr_db, double cfo_hz) {
  return {{"type", "dji_droneid"},
          {"carrier_hz", 2429500000},
          {"cfo_hz", cfo_hz},
          {"start_s", start_s},
          {"snr_db", snr_db},
          {"aircraft",
           {{"serial", serial},
            {"product_type", 58},
            {"sequence", 100},
            {"sequence_step_s", 0},
            {"path",
             {{{"t_s", 0}, {"lat_deg", 54.5}, {"lon_deg", 6.5}, {"height_m", 30}},
              {{"t_s", 7}, {"lat_deg", 54.501}, {"lon_deg", 6.501}, {"height_m", 38}}}}}}};
}

json ble(const std::string& id, const char* transport, const std::string& address, double start_s) {
  return {{"type", "ble_remote_id"},
          {"transport", transport},
          {"address", address},
          {"start_s", start_s},
          {"interval_s", transport == std::string("legacy") ? 0.2 : 0.95},
          {"snr_db", 14},
          {"first_aux_channel", 12},
          {"aircraft", {{"id", id}, {"start", {{"lat_deg", 54.503}, {"lon_deg", 6.495}}}, {"speed_mps", 5}}}};
}

json wifi(const std::string& id, const char* transport, double mbps, double start_s) {
  return {{"type", "wifi_remote_id"},
          {"transport", transport},
          {"channel", 7},
          {"mbps", mbps},
          {"address", transport == std::string("nan") ? "02:57:00:00:00:02" : "02:57:00:00:00:01"},
          {"start_s", start_s},
          {"interval_s", 0.211},
          {"snr_db", 15},
          {"aircraft", {{"id", id}, {"start", {{"lat_deg", 54.504}, {"lon_deg", 6.496}}}, {"speed_mps", 4}}}};
}

/// A full sky in 30.72 MHz, of which 6.4 s are played over and over: ten aircraft with DroneID and Remote ID,
/// a Wi-Fi link, two hopping links, ZigBee and thirty Bluetooth devices.
json busy_scene(double seconds) {
  json emitters{dji("FICTION0000A01", 0.1, 15, 3100), dji("FICTION0000B02", 0.33, 10, -7400)};
  for (int i = 0; i < 4; ++i)
    emitters.push_back(ble("ZZZZ9FAKE00C0" + std::to_string(i), "legacy",
                           "C6:00:00:F1:C7:0" + std::to_string(i), 0.03 + 0.017 * i));
  emitters.push_back(ble("ZZZZ9FAKE00D04", "coded_s8", "C6:00:00:F1:C8:04", 0.2));
  emitters.push_back(ble("ZZZZ9FAKE00D05", "coded_s2", "C6:00:00:F1:C8:05", 0.5));
  emitters.push_back(wifi("ZZZZ9FAKE00F06", "beacon", 1, 0.07));
  emitters.push_back(wifi("ZZZZ9FAKE00G07", "nan", 6, 0.15));
  emitters.push_back({{"type", "wifi_link"},
                      {"channel", 7},
                      {"access_point", "02:57:00:00:00:01"},
                      {"station", "02:57:00:00:00:03"},
                      {"ssid", "busy"},
                      {"start_s", 2.5},
                      {"end_s", 4.5},
                      {"snr_db", 18},
                      {"video", {{"rate_hz", 60}, {"frames_a_train", 6}, {"mbps", 24}}},
                      {"commands", {{"rate_hz", 50}, {"body_bytes", 60}, {"mbps", 24}}}});
  emitters.push_back({{"type", "fhss_gfsk"}, {"preset", "frsky"}, {"snr_db", 12}});
  emitters.push_back({{"type", "lora"}, {"preset", "elrs_250hz"}, {"snr_db", 10}});
  emitters.push_back({{"type", "zigbee"}, {"channel", 17}, {"snr_db", 12}});
  emitters.push_back({{"type", "ble_advertiser"}, {"count", 30}, {"snr_db", 14}});
  return {{"description", "A full sky"},
          {"sample_rate", kSoakRate_hz},
          {"center_frequency", kSoakCentre_hz},
          {"duration_s", seconds},
          {"datatype", "ci8"},
          {"noise_dbfs", -33},
          {"seed", 17},
          {"emitters", emitters}};
}

// Twice the width in which its level is told covers what leaks, but for DroneID, whose edges are steep.
double reach_hz(const synth::Transmission& sent) {
  return sent.protocol == "dji_droneid" ? 5.5e6 : sent.noise_bandwidth.value;
}

bool collide(const synth::Transmission& a, const synth::Transmission& b) {
  constexpr double kApart_s = 60e-6;
  const bool in_time =
      a.start_s < b.start_s + b.duration_s + kApart_s && b.start_s < a.start_s + a.duration_s + kApart_s;
  return in_time && std::abs(a.carrier.value - b.carrier.value) < (reach_hz(a) + reach_hz(b)) / 2;
}

/// Frames that come whole and alone: how often each is in the scene, by transport and content.
using Schedule = std::map<std::pair<std::string, std::string>, std::uint64_t>;

std::string hex(const std::vector<std::uint8_t>& octets) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t each : octets) out += {kDigits[each >> 4], kDigits[each & 15]};
  return out;
}

Schedule schedule_of(const std::filesystem::path& scene_json) {
  const synth::Scene scene = synth::load_scene(scene_json);
  Schedule schedule;
  std::vector<std::pair<std::string, std::string>> spoilt;
  for (std::size_t i = 0; i < scene.transmissions.size(); ++i) {
    const synth::Transmission& sent = scene.transmissions[i];
    if (!sent.is_frame) continue;
    const std::pair key{sent.transport, hex(sent.payload)};
    const double edge = std::abs(sent.carrier.value - kSoakCentre_hz) + sent.noise_bandwidth.value / 2;
    bool alone = edge < kSoakRate_hz / 2 && sent.start_s > 0.02 &&
                 sent.start_s + sent.duration_s < scene.duration_s - 0.02;
    for (std::size_t k = 0; alone && k < scene.transmissions.size(); ++k)
      alone = k == i || !collide(sent, scene.transmissions[k]);
    if (alone)
      ++schedule[key];
    else
      spoilt.push_back(key);
  }
  for (const auto& key : spoilt) schedule.erase(key);
  return schedule;
}

struct TransportTally {
  std::uint64_t scheduled = 0, heard = 0;
};

std::uint64_t losses(const json& status) {
  std::uint64_t lost =
      status.at("gaps").get<std::uint64_t>() + status.at("lost_samples").get<std::uint64_t>();
  for (const auto& [stage, dropped] : status.at("drops").items()) lost += dropped.get<std::uint64_t>();
  return lost;
}

double first_samples_s(LiveSensor& live, Clock::time_point started) {
  double after = -1;
  live.listen(started + kSoakPatience, [&](const json& body) {
    if (body.at("type") != "status" || !body.contains("stream_s") || body.at("stream_s") <= 0) return false;
    // The status comes late, and says for how long samples have come.
    after = duration<double>(Clock::now() - started).count() - body.at("stream_s").get<double>();
    return true;
  });
  return after;
}

}  // namespace

bool soak(std::ostream& out, Effort effort) {
  const double loop_s = 6.4;
  const double minutes_long = effort == Effort::full ? 60 : 3;
  const double settled_s = effort == Effort::full ? 300 : 60;
  const synth::ScratchFolder folder;
  const json scene = busy_scene(loop_s);
  std::ofstream(folder / "scene.json") << scene.dump();
  const Schedule schedule = schedule_of(folder / "scene.json");

  LiveSensor live({.scene = scene});
  const auto loop_samples = static_cast<std::int64_t>(std::llround(loop_s * kSoakRate_hz));
  const std::int64_t begin = 2 * loop_samples;
  const auto loops = static_cast<std::int64_t>(std::floor(minutes_long * 60 / loop_s)) - 3;
  const std::int64_t end = begin + loops * loop_samples;
  std::map<std::pair<std::string, std::string>, std::uint64_t> heard;
  double settled_mb = 0, most_mb = 0;
  std::optional<std::uint64_t> lost_at_begin;  // while it starts it waits for its plans and its first pages
  // What the device holds of the scene is no memory of the sensor.
  const double air_mb = static_cast<double>(loop_samples) * 8 / 1e6;
  const auto deadline = Clock::now() + kSoakPatience +
                        duration_cast<Clock::duration>(duration<double, std::ratio<60>>(1.2 * minutes_long));
  const bool came_to_end = live.listen(deadline, [&](const json& body) {
    if (body.at("type") == "frame") {
      const auto index = body.at("rf").at("sample_index").get<std::int64_t>();
      if (index >= begin && index < end && body.contains("payload_hex"))
        ++heard[{body.at("transport"), body.at("payload_hex")}];
    }
    if (body.at("type") != "status" || !body.contains("live")) return false;
    const double stream_s = body.at("stream_s").get<double>();
    const double own_mb = live.resident_mb() - air_mb;
    if (stream_s * kSoakRate_hz >= static_cast<double>(begin) && !lost_at_begin) lost_at_begin = losses(body);
    if (stream_s < settled_s) settled_mb = std::max(settled_mb, own_mb);
    most_mb = std::max(most_mb, own_mb);
    return stream_s * kSoakRate_hz > static_cast<double>(end) + kSoakRate_hz;
  });

  std::map<std::string, TransportTally> tallies;
  for (const auto& [key, times] : schedule) {
    TransportTally& tally = tallies[key.first];
    tally.scheduled += times * static_cast<std::uint64_t>(loops);
    const auto found = heard.find(key);
    // Not more than was sent: two of the same cannot make up for another.
    if (found != heard.end())
      tally.heard += std::min(found->second, times * static_cast<std::uint64_t>(loops));
  }
  const std::uint64_t lost = lost_at_begin ? losses(live.status()) - *lost_at_begin : 1;
  const double growth = settled_mb > 0 ? most_mb / settled_mb - 1 : 1;
  // After one minute not all is settled yet.
  bool kept = came_to_end && growth <= (effort == Effort::full ? 0.01 : 0.03) && live.lost_messages() == 0;
  // On a machine that others use seconds may be lost; the hour is for one that nobody does.
  if (effort == Effort::full) kept &= lost == 0;
  out << std::fixed << std::setprecision(2) << "| transport | frames scheduled | decoded |\n|---|---|---|\n";
  for (const auto& [transport, tally] : tallies) {
    const double share = static_cast<double>(tally.heard) / static_cast<double>(tally.scheduled);
    out << "| " << transport << " | " << tally.scheduled << " | " << 100 * share << " % |\n";
    if (effort == Effort::full || lost == 0) kept &= share >= 0.99;
  }
  kept &= tallies.size() >= 6;
  live.stop();
  out << '\n'
      << minutes_long << " minutes at 30.72 MS/s; gaps, lost samples and dropped blocks: " << lost << " (and "
      << lost_at_begin.value_or(0) << " in the first seconds)"
      << "; messages of the feed lost: " << live.lost_messages() << ". Memory after "
      << (effort == Effort::full ? "five minutes" : "one minute") << ": " << settled_mb
      << " MB, most afterwards: " << most_mb << " MB (" << std::showpos << 100 * growth << std::noshowpos
      << " %), without the scene that the device holds. Synthetic; frames that overlap others do not "
         "count.\n";
  return kept && live.ended_well();
}

bool start_stop(std::ostream& out, Effort effort) {
  const bool is_full = effort == Effort::full;
  const synth::ScratchFolder folder;
  const auto lines = folder / "feed.jsonl";
  json scene = busy_scene(0.64);
  LiveOptions options{.scene = scene, .arguments = {"--jsonl", lines.string()}, .cache = folder / "cache"};
  LiveSensor live(std::move(options));
  const double cold_s = first_samples_s(live, live.started());
  std::vector<double> warm_s, stop_s;
  bool is_well = true;
  const auto stop = [&] {
    live.listen_for(0.7);
    stop_s.push_back(live.stop());
    is_well &= live.ended_well();
    std::ifstream file(lines);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    is_well &= text.ends_with("\n") && json::accept(text.substr(text.rfind('\n', text.size() - 2) + 1));
  };
  stop();
  for (int i = 0; i < (is_full ? 20 : 3); ++i) {
    live.start_again();
    warm_s.push_back(first_samples_s(live, live.started()));
    stop();
  }
  std::ranges::sort(warm_s);
  std::ranges::sort(stop_s);
  out << std::fixed << std::setprecision(2) << "| | median | longest | promised |\n|---|---|---|---|\n"
      << "| start to first samples, no wisdom | | " << cold_s << " s | 20 s |\n"
      << "| start to first samples, with wisdom | " << warm_s[warm_s.size() / 2] << " s | " << warm_s.back()
      << " s | 2 s |\n| SIGTERM to exit, files closed | " << stop_s[stop_s.size() / 2] << " s | "
      << stop_s.back() << " s | 1 s |\n\n30.72 MS/s, all decoders, one run without wisdom and "
      << warm_s.size() << " with it.\n";
  return is_well && cold_s >= 0 && cold_s <= 20 && warm_s.front() >= 0 && warm_s.back() <= 2 &&
         stop_s.back() <= 1;
}

}  // namespace windhover::bench
