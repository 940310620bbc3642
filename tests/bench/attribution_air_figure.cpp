// Whose link it is, through the whole sensor: scenes of three aircraft with DroneID and a video link each are
// rendered, and every step of the pipeline has its say.

#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "sensor/feed_stage.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/streams.hpp"
#include "tests/support/scene_fixture.hpp"

namespace windhover::bench {
namespace {

using nlohmann::json;

constexpr double kAirRate_hz = 61.44e6, kAirCentre_hz = 2440e6, kOscillator_ppm = 2;
constexpr std::size_t kAircraftOfSky = 3;
constexpr std::array<double, kAircraftOfSky> kVideo_hz{2419e6, 2439e6, 2459e6};  // 10 MHz each

std::string air_serial(std::size_t number) { return "FICTIONAIR" + std::to_string(number); }

/// Shadowing of 3 dB with a memory of some seconds, the same for all that one aircraft sends.
json level_path(double seconds, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  json path = json::array();
  double shadow_db = 3 * normal(random);
  for (int s = 0; s < static_cast<int>(seconds); ++s) {
    path.push_back({{"t_s", s}, {"db", shadow_db}});
    shadow_db = 0.8 * shadow_db + 0.6 * 3 * normal(random);
  }
  return path;
}

/// DroneID visits the channels that are known of it, whatever lies there.
json sky_of(double seconds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> ppm(0, kOscillator_ppm);
  json emitters = json::array();
  for (std::size_t i = 0; i < kAircraftOfSky; ++i) {
    const double off_ppm = ppm(random), late_s = std::uniform_real_distribution(0.02, 0.6)(random);
    const json levels = level_path(seconds, random);
    const auto common = [&](json emitter) {
      emitter["cfo_hz"] = 1e-6 * off_ppm * kAirCentre_hz;
      emitter["clock_ppm"] = off_ppm;
      emitter["level_path"] = levels;
      emitter["snr_db"] = 15;
      emitters.push_back(std::move(emitter));
    };
    common({{"type", "ocusync_video"},
            {"carrier_hz", kVideo_hz[i]},
            {"bandwidth_mhz", 10},
            {"start_s", 1e-3 * late_s}});
    common(
        {{"type", "dji_droneid"},
         {"start_s", late_s},
         {"hop",
          {{"carriers_hz", {2414.5e6, 2429.5e6, 2434.5e6, 2444.5e6, 2459.5e6}}, {"bursts_per_carrier", 1}}},
         {"aircraft",
          {{"serial", air_serial(i)},
           {"product_type", 63},
           {"path", {{{"t_s", 0}, {"lat_deg", 50.1}, {"lon_deg", 5.2}, {"height_m", 60}}}}}}});
  }
  return {{"sample_rate", kAirRate_hz},
          {"center_frequency", kAirCentre_hz},
          {"duration_s", seconds},
          {"noise_dbfs", -40},
          {"datatype", "ci16_le"},
          {"datetime", "2026-03-01T12:00:00Z"},
          {"seed", seed},
          {"emitters", emitters}};
}

class LinkListener final : public sensor::FeedSink {
 public:
  void publish(const sensor::OutgoingMessage& message) override {
    if (message.kind == "link") {
      json body = json::parse(message.json);
      if (body.at("kind") != "ocusync_video") return;
      const auto id = body.at("id").get<std::string>();  // before it is moved from
      links[id] = std::move(body);
    }
    frames += message.kind == "frame";
  }
  std::map<std::string, json> links;  ///< the last of each
  std::size_t frames = 0;
};

struct LinkCounts {
  int sent = 0, told = 0, first_right = 0, wrong_above_even = 0;
  std::size_t frames = 0, frames_sent = 0;
};

void fly_rendered(double seconds, std::uint64_t seed, LinkCounts& counts) {
  const synth::Scene scene = synth::loaded(sky_of(seconds, seed));
  for (const synth::Transmission& sent : scene.transmissions)
    counts.frames_sent += sent.protocol == "dji_droneid";
  auto samples = std::make_shared<Ci16>();
  samples->reserve(2 * static_cast<std::size_t>(scene.total_samples()));
  synth::render_blocks(scene, [&](std::size_t, std::span<const cf32> block) {
    const Ci16 converted = to_ci16(block);
    samples->insert(samples->end(), converted.begin(), converted.end());
  });
  LinkListener listener;
  sensor::FeedStage stage({.node = "bench", .boot = "bench"}, {&listener});
  sensor::Sensor pipeline(memory_source(samples, scene.rate, scene.centre), decoders::registry(), {});
  const std::atomic<bool> never{false};
  pipeline.run(stage, never);
  counts.frames += listener.frames;
  counts.sent += kAircraftOfSky;
  for (std::size_t i = 0; i < kAircraftOfSky; ++i)
    for (const auto& [id, body] : listener.links) {
      if (std::abs(body.at("rf").at("center_hz").get<double>() - kVideo_hz[i]) > 1e6) continue;
      ++counts.told;
      const json aircraft = body.at("attribution").value("aircraft", json::array());  // absent: none
      if (aircraft.empty()) break;
      const bool is_right = aircraft[0].at("id").get<std::string>().find(air_serial(i)) != std::string::npos;
      counts.first_right += is_right;
      counts.wrong_above_even += !is_right && aircraft[0].at("likelihood").get<double>() > 0.5;
      break;
    }
}

}  // namespace

bool link_attribution_air(std::ostream& out, Effort effort) {
  const int skies = effort == Effort::full ? 20 : 1;
  const double seconds = effort == Effort::full ? 10 : 6;
  LinkCounts counts;
  for (int i = 0; i < skies; ++i) fly_rendered(seconds, 400 + static_cast<std::uint64_t>(i), counts);
  out << skies << " rendered skies of " << seconds
      << " s at 61.44 MS/s: three aircraft at 15 dB, oscillators 2 ppm apart (standard deviation), shadowing "
         "of 3 dB; DroneID on its five channels of this band, which video links cover in part.\n\n"
      << "| video links | found | right aircraft first | wrong above even odds | DroneID decoded |\n"
         "|---|---|---|---|---|\n| "
      << counts.sent << " | " << counts.told << " | " << counts.first_right << " | "
      << counts.wrong_above_even << " | " << counts.frames << " of " << counts.frames_sent << " |\n";
  return 10 * counts.first_right >= 9 * counts.sent && 20 * counts.wrong_above_even <= counts.sent;
}

}  // namespace windhover::bench
