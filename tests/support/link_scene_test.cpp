// All kinds of links in one scene.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/link_truth.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover::synth;
using nlohmann::json;
using windhover::dsp::cf32;

namespace {

json crowd() {
  const json grid = {{"first_hz", 2426e6}, {"spacing_hz", 2e6}, {"count", 12}};
  json emitters = {
      {{"type", "ocusync_video"}, {"carrier_hz", 2437e6}, {"aircraft", "A"}},
      {{"type", "ocusync_video"}, {"carrier_hz", 2444.5e6}, {"linked", 0}, {"name", "idle"}},
      {{"type", "ocusync_control"}, {"hops", grid}, {"aircraft", "A"}},
      {{"type", "fhss_gfsk"}, {"preset", "frsky"}},
      {{"type", "fhss_gfsk"}, {"preset", "bluetooth_classic"}},
      {{"type", "lora"}, {"preset", "elrs_500hz"}},
      {{"type", "fm_video"}, {"carrier_hz", 2432e6}, {"standard", "ntsc"}},
      {{"type", "lte_downlink"}, {"carrier_hz", 2447e6}, {"bandwidth_mhz", 3}, {"end_s", 0.0305}},
      {{"type", "zigbee"}, {"channel", 16}},
      {{"type", "microwave_oven"}, {"carrier_hz", 2440e6}}};
  for (auto& emitter : emitters) emitter["snr_db"] = 10;
  return {{"sample_rate", 30.72e6}, {"center_frequency", 2437e6}, {"duration_s", 0.05},
          {"noise_dbfs", -40},      {"datatype", "ci8"},          {"seed", 12},
          {"emitters", emitters}};
}

struct Written {
  std::string samples, truth;
  bool operator==(const Written&) const = default;
};
Written written(const json& scene) {
  const SceneFolder folder;
  render_scene(folder.write(scene), folder.path() / "out");
  const auto contents = [&](const char* name) {
    std::ifstream in(folder.path() / name, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  };
  return {contents("out.sigmf-data"), contents("out.expected.jsonl")};
}

double mean_power(const json& scene, double from_s, double to_s) {
  double sum = 0;
  std::int64_t at = 0, count = 0;
  render_blocks(loaded(scene), [&](std::size_t, std::span<const cf32> block) {
    for (const cf32 x : block) {
      const double t_s = static_cast<double>(at++) / scene.at("sample_rate").get<double>();
      if (t_s < from_s || t_s >= to_s) continue;
      sum += static_cast<double>(std::norm(x));
      ++count;
    }
  });
  return sum / static_cast<double>(count);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(link_scene)

BOOST_AUTO_TEST_CASE(a_crowd_of_links_comes_out_the_same_each_time) {
  const auto scene = crowd();
  const auto once = written(scene);
  BOOST_TEST(once.samples.size() == 2 * 1'536'000U);
  BOOST_TEST((once == written(scene)));
}

BOOST_AUTO_TEST_CASE(each_link_of_a_crowd_has_its_truth) {
  const auto scene = loaded(crowd());
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 10U);
  std::set<std::string> kinds, owned;
  for (const auto& link : links) {
    kinds.insert(link.link->kind);
    if (!link.link->aircraft.empty()) owned.insert(link.link->kind + " of " + link.link->aircraft);
    BOOST_TEST(link.bursts > 0);
    BOOST_TEST(link.airtime_s > 0);
    BOOST_TEST(link.airtime_s <= 0.05 + 1e-9);
    BOOST_TEST(link.link->occupied.value > 0);
  }
  BOOST_TEST(
      (kinds == std::set<std::string>{"ocusync_video", "ocusync_control", "frsky", "bluetooth_classic",
                                      "lora", "fm_video", "lte_downlink", "zigbee", "microwave_oven"}));
  BOOST_TEST((owned == std::set<std::string>{"ocusync_control of A", "ocusync_video of A"}));
  for (const auto& link : links)
    if (link.link->kind == "lte_downlink") BOOST_TEST(std::abs(link.airtime_s - 0.030) < 1e-9);

  // What the lines of the file add up to is what the summaries say.
  double airtime_s = 0, summed_s = 0;
  for (const auto& sent : whole_transmissions(scene))
    airtime_s += std::min(sent.start_s + sent.duration_s, scene.duration_s) - sent.start_s;
  for (const auto& link : links) summed_s += link.airtime_s;
  BOOST_TEST(std::abs(airtime_s - summed_s) < 1e-9);
}

BOOST_AUTO_TEST_CASE(signal_to_noise_is_over_the_occupied_band) {
  for (const std::size_t emitter : {0UL, 6UL, 7UL}) {
    auto scene = crowd();
    scene["emitters"] = json::array({scene["emitters"][emitter]});
    scene["emitters"][0]["carrier_hz"] = 2437e6;
    const double occupied_hz = link_summaries(loaded(scene))[0].link->occupied.value;
    const double both = mean_power(scene, 0.0001, 0.003);
    const double noise = 1e-4, signal = both - noise;
    const double snr_db = 10 * std::log10(signal / (noise * occupied_hz / 30.72e6));
    BOOST_TEST(std::abs(snr_db - 10) < 0.3);
  }
}

BOOST_AUTO_TEST_CASE(links_fade_along_the_path_of_levels_that_they_are_given) {
  const json path = {{{"t_s", 0.01}, {"db", 0}}, {{"t_s", 0.03}, {"db", -20}}};
  auto scene = crowd();
  for (auto& emitter : scene["emitters"]) emitter["level_path"] = path;
  const auto level_db = [](const Transmission& sent) { return 10 * std::log10(sent.power); };
  const auto faded = loaded(scene).transmissions, steady = loaded(crowd()).transmissions;
  BOOST_REQUIRE(faded.size() == steady.size());
  for (std::size_t n = 0; n < faded.size(); ++n) {
    const double expected_db = -20 * std::clamp((faded[n].start_s - 0.01) / 0.02, 0.0, 1.0);
    BOOST_TEST(std::abs(level_db(faded[n]) - level_db(steady[n]) - expected_db) < 1e-9);
    BOOST_TEST(std::abs(*faded[n].snr_db - 10 - expected_db) < 1e-9);
  }
  scene["emitters"][0]["level_path"] = {{{"t_s", 0.02}, {"db", 0}}, {{"t_s", 0.01}, {"db", 0}}};
  BOOST_TEST(sentence_of(scene) == "emitters[0].level_path must be in the order of time.");
}

BOOST_AUTO_TEST_SUITE_END()
