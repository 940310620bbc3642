#include "tests/support/scene.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover::synth;
using nlohmann::json;
using windhover::dsp::cf32;
namespace tt = boost::test_tools;

namespace {

json aircraft() {
  return {{"serial", "FICTION0000001"},
          {"product_type", 58},
          {"uuid", "12345"},
          {"sequence", 65535},
          {"takeoff_altitude_m", 100},
          {"pilot", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
          {"path",
           {{{"t_s", 0}, {"lat_deg", 54.5}, {"lon_deg", 6.5}, {"height_m", 10}},
            {{"t_s", 10}, {"lat_deg", 54.501}, {"lon_deg", 6.5}, {"height_m", 30}}}},
          {"licence", {{"every", 3}, {"purpose", "test"}}}};
}

json emitter() {
  return {{"type", "dji_droneid"}, {"carrier_hz", 2429.5e6}, {"cfo_hz", 1000},
          {"start_s", 0.001},      {"snr_db", 10},           {"aircraft", aircraft()}};
}

json scene() {
  return {{"sample_rate", 15.36e6},
          {"center_frequency", 2429e6},
          {"duration_s", 2.0},
          {"datetime", "2025-06-01T10:00:00.5Z"},
          {"datatype", "ci8"},
          {"noise_dbfs", -30},
          {"seed", 5},
          {"gated", {{"margin_s", 0.0002}}},
          {"emitters", {emitter()}}};
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  BOOST_REQUIRE(in.good());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Rendered {
  std::string samples;
  json meta;
  std::vector<json> truth;
};

Rendered rendered(const json& scene_json) {
  const SceneFolder folder;
  render_scene(folder.write(scene_json), folder.path() / "out");
  Rendered out{contents(folder.path() / "out.sigmf-data"),
               json::parse(contents(folder.path() / "out.sigmf-meta")),
               {}};
  std::istringstream lines(contents(folder.path() / "out.expected.jsonl"));
  for (std::string line; std::getline(lines, line);) out.truth.push_back(json::parse(line));
  return out;
}

std::vector<cf32> rendered_samples(const json& scene_json) {
  const SceneFolder folder;
  std::vector<cf32> iq;
  render_blocks(load_scene(folder.write(scene_json)), [&iq](std::size_t, std::span<const cf32> block) {
    iq.insert(iq.end(), block.begin(), block.end());
  });
  return iq;
}

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_gated_scene_has_one_segment_per_burst_with_its_place_in_time) {
  const auto out = rendered(scene());
  BOOST_REQUIRE(out.truth.size() == 4U);
  const auto& captures = out.meta.at("captures");
  BOOST_REQUIRE(captures.size() == 4U);
  std::int64_t samples = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const double start_s = static_cast<double>(1 + 640 * i) / 1000;
    BOOST_TEST(out.truth[i].at("start_s").get<double>() == start_s, tt::tolerance(1e-12));
    const auto index = captures[i].at("core:global_index").get<std::int64_t>();
    BOOST_TEST(index == static_cast<std::int64_t>(std::floor((start_s - 0.0002) * 15.36e6)));
    BOOST_TEST(captures[i].at("core:sample_start").get<std::int64_t>() == samples);
    BOOST_TEST(captures[i].at("core:frequency").get<double>() == 2429e6);
    samples += static_cast<std::int64_t>(std::ceil((start_s + 9880 / 15.36e6 + 0.0002) * 15.36e6)) - index;
  }
  BOOST_TEST(captures[0].at("core:datetime").get<std::string>() == "2025-06-01T10:00:00.500800000Z",
             captures[0].dump());
  BOOST_TEST(static_cast<std::int64_t>(out.samples.size()) == 2 * samples);
}

BOOST_AUTO_TEST_CASE(metadata_names_format_rate_hash_and_origin) {
  const auto out = rendered(scene());
  const auto& global = out.meta.at("global");
  BOOST_TEST(global.at("core:datatype").get<std::string>() == "ci8");
  BOOST_TEST(global.at("core:sample_rate").get<double>() == 15.36e6);
  BOOST_TEST(global.at("core:sha512").get<std::string>().size() == 128U);
  BOOST_TEST(global.at("core:description").get<std::string>().find("Synthetic") != std::string::npos);
  BOOST_TEST(global.at("core:generator").get<std::string>() == "windhover synth");
}

BOOST_AUTO_TEST_CASE(the_truth_has_the_values_that_were_sent) {
  const auto out = rendered(scene());
  const json& second = out.truth[1];
  BOOST_TEST(second.at("protocol").get<std::string>() == "dji_droneid");
  BOOST_TEST(second.at("transport").get<std::string>() == "ocusync");
  BOOST_TEST(second.at("center_hz").get<double>() == 2429.5e6);
  BOOST_TEST(second.at("cfo_hz").get<double>() == 1000);
  BOOST_TEST(second.at("snr_db").get<double>() == 10);
  BOOST_TEST(second.at("complete").get<bool>());
  BOOST_TEST(second.at("frame").get<bool>());
  BOOST_TEST(second.at("duration_s").get<double>() == 9880 / 15.36e6, tt::tolerance(1e-12));

  // The burst at 0.641 s repeats message 0, that of the sequence number before the counter wraps.
  const json& fields = second.at("fields");
  BOOST_TEST(fields.at("sequence").get<int>() == 65535);
  BOOST_TEST(fields.at("serial").get<std::string>() == "FICTION0000001");
  BOOST_TEST(std::abs(fields.at("lat_deg").get<double>() - 54.5) < 3e-6);
  BOOST_TEST(fields.at("height_m").get<double>() == 10);
  BOOST_TEST(fields.at("altitude_m").get<double>() == 110);
  BOOST_TEST(std::abs(fields.at("v_north_mps").get<double>() - 11.12) < 0.011);
  BOOST_TEST(fields.at("v_up_mps").get<double>() == 2);
  BOOST_TEST(fields.at("yaw_deg").get<double>() == 0);
  BOOST_TEST(fields.at("time_ms").get<std::int64_t>() == 1748772000500);
  BOOST_TEST(std::abs(fields.at("pilot_lon_deg").get<double>() - 6.5) < 3e-6);
  BOOST_TEST(!fields.contains("home_lat_deg"));
  BOOST_TEST(fields.at("product_type").get<int>() == 58);
  BOOST_TEST(fields.at("uuid_length").get<int>() == 5);
  BOOST_TEST(from_hex(second.at("payload_hex").get<std::string>()).size() == 91U);

  BOOST_TEST(out.truth[2].at("fields").at("kind").get<int>() == 0x11);
  BOOST_TEST(out.truth[2].at("fields").at("purpose").get<std::string>() == "test");
  BOOST_TEST(out.truth[3].at("fields").at("sequence").get<int>() == 0);
  BOOST_TEST(out.truth[3].at("fields").at("height_m").get<double>() == 12);
}

BOOST_AUTO_TEST_CASE(the_same_scene_gives_the_same_bytes_and_another_seed_others) {
  const auto once = rendered(scene()), again = rendered(scene());
  BOOST_TEST((once.samples == again.samples));
  BOOST_TEST((once.meta == again.meta));
  BOOST_TEST((once.truth == again.truth));
  auto other = scene();
  other["seed"] = 6;
  BOOST_TEST((rendered(other).samples != once.samples));
}

BOOST_AUTO_TEST_CASE(the_rendered_signal_to_noise_ratio_is_the_one_asked_for) {
  for (const double snr_db : {-3.0, 6.0}) {
    auto config = scene();
    config["sample_rate"] = 20e6;
    config["duration_s"] = 0.0105;
    config.erase("gated");
    config["emitters"][0]["interval_s"] = 0.001;
    config["emitters"][0]["start_s"] = 0.0002;
    config["emitters"][0]["snr_db"] = snr_db;
    const auto with_noise = rendered_samples(config);
    config["emitters"][0]["snr_db"] = -150;
    const auto noise = rendered_samples(config);
    // The same seed makes the same noise, so that the difference is the signal alone.
    auto signal = with_noise;
    for (std::size_t n = 0; n < signal.size(); ++n) signal[n] -= noise[n];
    double power = 0;
    for (std::size_t burst = 0; burst < 10; ++burst)
      power += mean_power(std::span(signal).subspan(20'000 * burst + 4000, 12'865)) / 10;
    const double noise_in_9_mhz = mean_power(noise) * 9e6 / 20e6;
    BOOST_TEST(std::abs(10 * std::log10(power / noise_in_9_mhz) - snr_db) < 0.1);
    BOOST_TEST(std::abs(10 * std::log10(mean_power(noise)) + 30) < 0.1);
  }
}

BOOST_AUTO_TEST_CASE(a_gated_piece_carries_the_burst_that_the_whole_scene_has_there) {
  auto config = scene();
  config.erase("noise_dbfs");
  config["emitters"][0].erase("snr_db");
  config["emitters"][0]["level_dbfs"] = -10;
  config["emitters"][0]["interval_s"] = 0.01;
  config["duration_s"] = 0.05;
  const auto pieces = rendered_samples(config);
  config.erase("gated");
  const auto whole = rendered_samples(config);
  const auto out = rendered(scene());
  const auto first = static_cast<std::ptrdiff_t>(std::floor(0.0008 * 15.36e6));
  BOOST_TEST(std::equal(pieces.begin(), pieces.begin() + 12'000, whole.begin() + first));
  BOOST_TEST(std::abs(10 * std::log10(mean_power(std::span(whole).subspan(15'400, 9800))) + 10) < 0.1);
}

BOOST_AUTO_TEST_CASE(hopping_leaves_the_band_and_comes_back) {
  auto config = scene();
  config["emitters"][0].erase("carrier_hz");
  config["emitters"][0]["hop"] = {{"carriers_hz", {2429.5e6, 2459.5e6}}, {"bursts_per_carrier", 1}};
  const auto out = rendered(config);
  BOOST_REQUIRE(out.truth.size() == 2U);
  BOOST_TEST(out.truth[0].at("start_s").get<double>() == 0.001);
  BOOST_TEST(out.truth[1].at("start_s").get<double>() == 1.281);
}

BOOST_AUTO_TEST_CASE(bursts_that_are_not_wholly_recorded_say_so) {
  auto config = scene();
  config["emitters"][0]["carrier_hz"] = 2435e6;
  BOOST_TEST(!rendered(config).truth[0].at("complete").get<bool>());
  config = scene();
  config["duration_s"] = 1.9214;
  BOOST_TEST(!rendered(config).truth[3].at("complete").get<bool>());
}

BOOST_AUTO_TEST_CASE(encrypted_and_given_packets_can_be_sent) {
  auto config = scene();
  config["duration_s"] = 0.1;
  config["emitters"][0].erase("aircraft");
  auto encrypted = config;
  encrypted["emitters"][0]["encrypted"] = {{"session_hash", "a1b2c3d4"}};
  const json line = rendered(encrypted).truth.at(0);
  BOOST_TEST(line.at("payload_hex").get<std::string>().substr(0, 20) == "8710494e4650a1b2c3d4");
  BOOST_TEST(line.at("fields").at("session_hash").get<std::string>() == "a1b2c3d4");
  auto given = config;
  given["emitters"][0]["payload_hex"] = "0242aabbcc";
  given["emitters"][0]["variant"] = 8;
  const json other = rendered(given).truth.at(0);
  BOOST_TEST(other.at("payload_hex").get<std::string>() == "0242aabbcc");
  BOOST_TEST(other.at("duration_s").get<double>() == 8784 / 15.36e6, tt::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(all_datatypes_hold_the_same_signal) {
  auto config = scene();
  config["duration_s"] = 0.1;
  config["impairments"] = {{"dc_dbfs", -20}, {"iq_gain_db", 0.5}, {"clip_level", 0.9}, {"bits", 12}};
  config["datatype"] = "cf32_le";
  const std::string raw = rendered(config).samples;
  std::vector<float> exact(raw.size() / 4);
  std::memcpy(exact.data(), raw.data(), raw.size());
  config["datatype"] = "cu8";
  const std::string cu8 = rendered(config).samples;
  config["datatype"] = "ci16_le";
  const std::string ci16 = rendered(config).samples;
  BOOST_REQUIRE(cu8.size() == exact.size());
  BOOST_REQUIRE(ci16.size() == 2 * exact.size());
  float worst8 = 0, worst16 = 0;
  for (std::size_t n = 0; n < exact.size(); ++n) {
    const auto byte = static_cast<float>(static_cast<std::uint8_t>(cu8[n]));
    std::int16_t word = 0;
    std::memcpy(&word, &ci16[2 * n], 2);
    worst8 = std::max(worst8, std::abs((byte - 127.5F) / 127.5F - exact[n]));
    worst16 = std::max(worst16, std::abs(static_cast<float>(word) / 32768 - exact[n]));
  }
  BOOST_TEST(worst8 <= 0.51F / 127.5F);
  BOOST_TEST(worst16 <= 0.51F / 32768);
}

// Libraries of other machines may round a sine differently in its last place, and so a sample in a million.
BOOST_AUTO_TEST_CASE(the_bundled_recording_is_what_its_scene_gives) {
  const std::filesystem::path folder = std::filesystem::path(WINDHOVER_SOURCE_DIR) / "captures";
  const SceneFolder scratch;
  render_scene(folder / "rooftop.json", scratch.path() / "rooftop");
  const auto both = [&](const char* suffix) {
    const std::string name = std::string("rooftop") + suffix;
    return std::array{contents(scratch.path() / name), contents(folder / name)};
  };
  const auto [truth, stored_truth] = both(".expected.jsonl");
  BOOST_TEST((truth == stored_truth));
  auto [meta, stored_meta] = both(".sigmf-meta");
  BOOST_TEST((json::parse(meta).at("captures") == json::parse(stored_meta).at("captures")));
  const auto [samples, stored_samples] = both(".sigmf-data");
  BOOST_REQUIRE(samples.size() == stored_samples.size());
  std::size_t different = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    BOOST_REQUIRE(
        std::abs(static_cast<signed char>(samples[n]) - static_cast<signed char>(stored_samples[n])) <= 1);
    different += samples[n] != stored_samples[n];
  }
  BOOST_TEST(different * 100'000 <= samples.size());
}

BOOST_AUTO_TEST_CASE(scenes_with_mistakes_are_refused_in_one_sentence) {
  auto bad = scene();
  bad["sampel_rate"] = 1;
  BOOST_TEST(sentence_of(bad) == "sampel_rate is not a key that scenes know; check its spelling.");
  bad = scene();
  bad.erase("sample_rate");
  BOOST_TEST(sentence_of(bad) == "sample_rate is missing; it must be a number.");
  bad["sample_rate"] = "fast";
  BOOST_TEST(sentence_of(bad) == "sample_rate must be a number.");
  bad["sample_rate"] = 1000;
  BOOST_TEST(sentence_of(bad) == "sample_rate must be from 960000 to 122880000.");
  bad = scene();
  bad["datetime"] = "yesterday";
  BOOST_TEST(sentence_of(bad) == "datetime must be a UTC time like 2025-06-01T10:00:00Z.");
  bad = scene();
  bad["datatype"] = "ci12";
  BOOST_TEST(sentence_of(bad) == "datatype must be one of ci16_le, ci8, cu8 and cf32_le.");
  bad = scene();
  bad["emitters"] = json::array();
  BOOST_TEST(sentence_of(bad) == "emitters must be a list of at least one object.");
  bad = scene();
  bad["emitters"][0]["type"] = "radar";
  BOOST_TEST(
      sentence_of(bad).starts_with("emitters[0].type must be one of: ble_advertiser, ble_remote_id, "));
  bad = scene();
  bad["emitters"][0]["colour"] = "red";
  BOOST_TEST(sentence_of(bad) == "emitters[0].colour is not a key that scenes know; check its spelling.");
  bad = scene();
  bad["emitters"][0]["level_dbfs"] = -20;
  BOOST_TEST(sentence_of(bad) ==
             "emitters[0].snr_db must be given, or level_dbfs in its place, but not both.");
  bad = scene();
  bad.erase("noise_dbfs");
  BOOST_TEST(sentence_of(bad) == "emitters[0].snr_db must be left out in a scene without noise_dbfs.");
  bad = scene();
  bad["emitters"][0]["count"] = 100;
  BOOST_TEST(sentence_of(bad) ==
             "emitters[0].count must be small enough that all transmissions start within duration_s.");
  bad = scene();
  bad["emitters"][0]["aircraft"]["path"][1]["t_s"] = 0;
  BOOST_TEST(sentence_of(bad) ==
             "emitters[0].aircraft.path[1].t_s must be later than that of the point before.");
  bad = scene();
  bad["emitters"][0]["aircraft"]["serial"] = "ABCDEFGHIJKLMNOPQ";
  BOOST_TEST(sentence_of(bad) == "emitters[0].aircraft.serial must be at most 16 characters.");
  bad = scene();
  bad["emitters"][0]["payload_hex"] = "00";
  BOOST_TEST(
      sentence_of(bad) ==
      "emitters[0].aircraft must be given, or encrypted or payload_hex in its place, but only one of them.");
  bad = scene();
  bad["emitters"][0]["stale_hex"] = "abc";
  BOOST_TEST(sentence_of(bad) == "emitters[0].stale_hex must be pairs of hexadecimal digits.");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_refused_in_one_sentence) {
  const SceneFolder folder;
  BOOST_CHECK_EXCEPTION(load_scene(folder.path() / "none.json"), SceneError, [&](const SceneError& error) {
    return error.what() == "Cannot read the scene file " + (folder.path() / "none.json").string() + ".";
  });
  std::ofstream(folder.path() / "broken.json") << "{\"sample_rate\": ";
  BOOST_CHECK_THROW(load_scene(folder.path() / "broken.json"), SceneError);
  BOOST_CHECK_THROW(render_scene(folder.write(scene()), folder.path() / "no" / "such" / "folder"),
                    SceneError);
}
