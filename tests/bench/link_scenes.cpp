#include "tests/bench/link_scenes.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <utility>

#include "sensor/feed_stage.hpp"
#include "tests/bench/link_streams.hpp"
#include "tests/bench/streams.hpp"
#include "tests/support/scene_fixture.hpp"

namespace windhover::bench {
namespace {

using nlohmann::json;

class LinkCollector final : public sensor::FeedSink {
 public:
  explicit LinkCollector(std::vector<json>& told) : told_(told) {}
  void publish(const sensor::OutgoingMessage& message) override {
    if (message.kind == "link") told_.push_back(json::parse(message.json));
  }

 private:
  std::vector<json>& told_;
};

json hops(double first_hz, double spacing_hz, int count, int each = 1) {
  return {{"first_hz", first_hz}, {"spacing_hz", spacing_hz}, {"count", count}, {"bursts_per_carrier", each}};
}

json video(int mhz) { return {{"type", "ocusync_video"}, {"carrier_hz", 2440e6}, {"bandwidth_mhz", mhz}}; }

json lora(const char* preset) {
  return {{"type", "lora"}, {"preset", preset}, {"hops", hops(2427.4e6, 1e6, 26, 4)}};
}

json gfsk(const char* preset, const json& where) {
  return {{"type", "fhss_gfsk"}, {"preset", preset}, {"hops", where}};
}

synth::Scene scene_of(const LinkCase& link, const LinkTrial& trial) {
  json emitters = link.emitters.is_array() ? link.emitters : json::array({link.emitters});
  for (json& emitter : emitters) emitter["snr_db"] = trial.snr_db;
  return synth::loaded(json{{"sample_rate", link.rate_hz},
                            {"center_frequency", link.centre_hz},
                            {"duration_s", trial.seconds},
                            {"noise_dbfs", -40},
                            {"datatype", "ci16_le"},
                            {"datetime", "2026-03-01T12:00:00Z"},
                            {"seed", trial.seed},
                            {"emitters", emitters}});
}

sensor::UtcTime time_at(double seconds) {
  return sensor::parse_rfc3339("2026-03-01T12:00:00Z") +
         std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

std::vector<LinkCase> link_cases() {
  json control = {{"type", "ocusync_control"}, {"hops", hops(2427e6, 2e6, 13)}};
  return {
      {"ocusync_video", true, video(10)},
      {"ocusync_video", true, video(20)},
      {"ocusync_video", true, video(40), 2440e6, 61.44e6},
      {"ocusync_standby", true, {{"type", "ocusync_video"}, {"carrier_hz", 2440e6}, {"linked", 0}}},
      {"ocusync_control", true, control},
      {"lora_control", true, lora("elrs_500hz")},
      {"lora_control", true, lora("elrs_250hz")},
      {"lora_control", true, lora("elrs_150hz")},
      {"sik_like", true, gfsk("sik", hops(915.25e6, 250e3, 50)), 921e6, 20e6},
      {"frsky_like", true, gfsk("frsky", hops(2427e6, 1.5e6, 18))},
      {"fm_video", true, {{"type", "fm_video"}, {"carrier_hz", 5800e6}}, 5800e6},
      {"classic_bluetooth", false, gfsk("bluetooth_classic", hops(2427e6, 1e6, 27))},
      {"zigbee", false, {{"type", "zigbee"}, {"channel", 17}}},
      {"microwave_oven", false, {{"type", "microwave_oven"}, {"carrier_hz", 2442e6}}},
      {"lte", false, {{"type", "lte_downlink"}, {"carrier_hz", 2440e6}, {"bandwidth_mhz", 10}}},
      {"lte", false, {{"type", "lte_downlink"}, {"carrier_hz", 2440e6}, {"bandwidth_mhz", 20}}},
  };
}

std::vector<json> LinkRun::links() const {
  std::map<std::string, json> last;
  for (const json& body : told) last.insert_or_assign(body.at("id").get<std::string>(), body);
  std::vector<json> found;
  for (auto& [id, body] : last) found.push_back(std::move(body));
  const auto airtime = [](const json& body) { return body.at("total").at("airtime_s").get<double>(); };
  std::ranges::stable_sort(found, [&](const json& a, const json& b) { return airtime(a) > airtime(b); });
  return found;
}

LinkRun run_rendered(const LinkCase& link, const LinkTrial& trial) {
  LinkRun run{scene_of(link, trial), {}};
  auto samples = std::make_shared<Ci16>();
  samples->reserve(2 * static_cast<std::size_t>(run.scene.total_samples()));
  synth::render_blocks(run.scene, [&](std::size_t, std::span<const cf32> block) {
    const Ci16 converted = to_ci16(block);
    samples->insert(samples->end(), converted.begin(), converted.end());
  });
  LinkCollector collector(run.told);
  sensor::FeedStage stage({.node = "bench", .boot = "bench"}, {&collector});
  sensor::Sensor pipeline(memory_source(samples, run.scene.rate, run.scene.centre), decoders::registry(), {});
  const std::atomic<bool> never{false};
  pipeline.run(stage, never);
  return run;
}

LinkStream crowded_stream(const LinkCase& link, const LinkTrial& trial, double each_second) {
  const synth::Scene scene = scene_of(link, trial);
  LinkStream stream = StreamMaker(scene, {}, time_at(0)).make();
  synth::Random random(trial.seed, 5);
  while (static_cast<double>(stream.emissions.size()) < each_second * trial.seconds) {
    sensor::TimedEmission& burst = stream.emissions.emplace_back();
    burst.emission.id = 1'000'000'000 + stream.emissions.size();
    burst.emission.mean_dbfs = static_cast<float>(random.uniform(-60, -20));
    const double center_hz = 2412e6 + 5e6 * static_cast<double>(random.next() % 13);
    burst.low_hz = center_hz - 8.3e6 + 1e4 * static_cast<double>(random.normal());
    burst.high_hz = center_hz + 8.3e6 + 1e4 * static_cast<double>(random.normal());
    const double start_s = random.uniform(0, trial.seconds);
    burst.at = {0, start_s, 1e-4 * std::exp2(random.uniform(0, 4)), time_at(start_s)};
  }
  std::ranges::stable_sort(stream.emissions, {}, [](const sensor::TimedEmission& e) { return e.at.time; });
  return stream;
}

LinkRun run_truth(const LinkCase& link, const LinkTrial& trial) {
  LinkRun run{scene_of(link, trial), {}};
  StreamFlaws flaws;
  flaws.seed = trial.seed;
  const LinkStream stream = StreamMaker(run.scene, flaws, time_at(0)).make();
  LinkCollector collector(run.told);
  sensor::FeedStage stage({.node = "bench", .boot = "bench"}, {&collector});
  stage.advance(time_at(0));
  auto signal = stream.signals.begin();
  for (const sensor::TimedEmission& emission : stream.emissions) {
    const sensor::UtcTime now = time_at(emission.at.start_s + emission.at.duration_s);
    for (; signal != stream.signals.end() && signal->at.time < now; ++signal) stage.on_signal(*signal, now);
    stage.on_emission(emission, now);
  }
  stage.finish({}, time_at(trial.seconds));
  return run;
}

}  // namespace windhover::bench
