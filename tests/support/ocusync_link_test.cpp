#include "tests/support/ocusync_link.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <tuple>

#include "tests/support/link_truth.hpp"
#include "tests/support/scene_fixture.hpp"
#include "tests/support/spectrum.hpp"

using namespace windhover::synth;
using nlohmann::json;
using windhover::dsp::cf32;
namespace tt = boost::test_tools;

namespace {

/// |Σ x·y*| of `count` samples and those `lag` later, against their power.
double correlation(std::span<const cf32> iq, std::size_t first, std::size_t lag, std::size_t count) {
  cf64 sum;
  double power = 0;
  for (std::size_t n = first; n < first + count; ++n) {
    sum += cf64(iq[n]) * std::conj(cf64(iq[n + lag]));
    power += (static_cast<double>(std::norm(iq[n])) + static_cast<double>(std::norm(iq[n + lag]))) / 2;
  }
  return std::abs(sum) / power;
}

/// Carrier k of the symbol whose body begins there.
cf64 carrier(std::span<const cf32> iq, std::size_t body, std::size_t fft_size, int k) {
  cf64 sum;
  for (std::size_t n = 0; n < fft_size; ++n)
    sum += cf64(iq[body + n]) * std::polar(1.0, -2 * std::numbers::pi * k * static_cast<double>(n) /
                                                    static_cast<double>(fft_size));
  return sum / static_cast<double>(fft_size);
}

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

/// Where the body of a packet's symbol begins, by the table of the published structure.
std::size_t body_of(const OfdmGrid& grid, std::size_t symbol) {
  std::size_t at = 0;
  for (std::size_t k = 0; k <= symbol; ++k) {
    at += k == 0 || k == 8 || k == 14 ? grid.fft_size * 5 / 64 : grid.fft_size * 9 / 128;
    if (k < symbol) at += grid.fft_size;
  }
  return at;
}

json video(int bandwidth_mhz = 20) {
  return {{"type", "ocusync_video"}, {"carrier_hz", 2440e6}, {"bandwidth_mhz", bandwidth_mhz},
          {"modulation", "64qam"},   {"start_s", 0.001},     {"snr_db", 20},
          {"name", "picture"},       {"aircraft", "A1"}};
}

json control() {
  return {{"type", "ocusync_control"},
          {"hops", {{"first_hz", 2425e6}, {"spacing_hz", 2.5e6}, {"count", 8}}},
          {"start_s", 0.00547},
          {"level_dbfs", -20}};
}

json scene_of(const json& emitters) {
  return {{"sample_rate", 30.72e6}, {"center_frequency", 2435e6}, {"duration_s", 0.2},
          {"noise_dbfs", -40},      {"datatype", "ci8"},          {"seed", 3},
          {"emitters", emitters}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ocusync_link)

BOOST_AUTO_TEST_CASE(a_packet_lasts_as_published_at_each_width) {
  const std::tuple<OcusyncWidth, double, std::size_t, double> widths[] = {
      {OcusyncWidth::mhz10, 15.36e6, 16'464, 9.015e6},
      {OcusyncWidth::mhz20, 30.72e6, 32'928, 18.015e6},
      {OcusyncWidth::mhz40, 61.44e6, 65'856, 36.015e6}};
  for (const auto& [width, rate, samples, occupied] : widths) {
    Random random(1);
    const auto wave = modulate_ocusync_video({width, Modulation::qam64, {}}, 2, random);
    BOOST_TEST(wave.rate.value == rate);
    BOOST_TEST(wave.samples.size() == 2 * samples);
    BOOST_TEST(std::abs(mean_power(wave.samples) - 1) < 0.02);
    // 99 % of flat carriers and of the little that rectangular symbols leave beside them.
    BOOST_TEST(occupied_band(wave.samples, wave.rate).width().value == occupied, tt::tolerance(0.02));
  }
}

BOOST_AUTO_TEST_CASE(every_symbol_has_its_cyclic_prefix) {
  Random random(2);
  const auto wave = modulate_ocusync_video({}, 1, random);
  const OfdmGrid grid{2048, 1200};
  for (std::size_t symbol = 0; symbol < 15; ++symbol) {
    const std::size_t prefix = symbol == 0 || symbol == 8 || symbol == 14 ? 160 : 144;
    const std::size_t body = body_of(grid, symbol);
    BOOST_TEST(correlation(wave.samples, body - prefix, 2048, prefix) > 0.999999);
    BOOST_TEST(correlation(wave.samples, body, 1900, 144) < 0.5);
  }
}

BOOST_AUTO_TEST_CASE(reference_symbols_are_zadoff_chu_of_the_roots_asked_for) {
  Random random(3);
  const OfdmGrid grid{1024, 600};
  const auto wave = modulate_ocusync_video({OcusyncWidth::mhz10, Modulation::qpsk, {17, 600}}, 1, random);
  for (const auto& [symbol, root] : {std::pair{0, 17U}, {7, 600U}, {14, 17U}}) {
    const std::size_t body = body_of(grid, static_cast<std::size_t>(symbol));
    for (const int k : {-300, -299, -77, -1, 1, 50, 300}) {
      const double m = k + 300;
      const auto expected = std::polar(1 / std::sqrt(600.0), -std::numbers::pi * root * m * (m + 1) / 601);
      BOOST_TEST(std::abs(carrier(wave.samples, body, 1024, k) - expected) < 1e-5);
    }
    BOOST_TEST(std::abs(carrier(wave.samples, body, 1024, 0) - 1 / std::sqrt(600.0)) < 1e-5);
    BOOST_TEST(std::abs(carrier(wave.samples, body, 1024, 301)) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(cells_lie_on_the_constellation_asked_for) {
  const OfdmGrid grid{1024, 600};
  for (const auto& [modulation, levels] :
       {std::pair{Modulation::qpsk, 2}, {Modulation::qam16, 4}, {Modulation::qam64, 8}}) {
    Random random(4);
    const auto wave = modulate_ocusync_video({OcusyncWidth::mhz10, modulation, {}}, 1, random);
    for (const std::size_t symbol : {std::size_t{1}, std::size_t{2}, std::size_t{13}}) {
      const int here = symbol == 1 ? 2 : levels;
      const double step = std::sqrt(2.0 * (here * here - 1) / 3 * 600);
      std::set<long> seen;
      for (int k = -300; k <= 300; k += 3) {
        if (k == 0) continue;
        const cf64 cell = carrier(wave.samples, body_of(grid, symbol), 1024, k) * step;
        BOOST_TEST(std::abs(cell.real() - std::round(cell.real())) < 1e-3);
        seen.insert(std::lround(cell.real()));
        seen.insert(std::lround(cell.imag()));
      }
      BOOST_TEST(static_cast<int>(seen.size()) == here);
      BOOST_TEST(*seen.rbegin() == here - 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_control_burst_is_the_one_that_was_measured) {
  Random random(5);
  const auto wave = modulate_ocusync_control(7, random);
  BOOST_TEST(wave.rate.value == 1.92e6);
  BOOST_TEST(wave.samples.size() == 959U);
  for (std::size_t symbol = 0; symbol < 7; ++symbol)
    BOOST_TEST(correlation(wave.samples, 137 * symbol, 128, 9) > 0.999999);
  for (std::size_t n = 0; n < 128; ++n)  // the two reference symbols, 822 samples apart
    BOOST_TEST(std::abs(wave.samples[9 + n] - wave.samples[9 + 822 + n]) < 1e-5F);
  for (const int k : {-36, -2, 1, 36}) {
    const double m = k + 36;
    const auto expected = std::polar(1 / std::sqrt(72.0), -std::numbers::pi * 7 * m * (m + 1) / 73);
    BOOST_TEST(std::abs(carrier(wave.samples, 9, 128, k) - expected) < 1e-5);
  }
  BOOST_TEST(std::abs(carrier(wave.samples, 9, 128, 0)) < 1e-5);
  BOOST_TEST(occupied_band(wave.samples, wave.rate).width().value == 1.095e6, tt::tolerance(0.15));
}

BOOST_AUTO_TEST_CASE(the_standby_burst_holds_two_pairs_of_zadoff_chu_symbols) {
  Random random(6);
  const auto wave = modulate_ocusync_standby(186, random);
  BOOST_TEST(wave.samples.size() == 10'960U);
  BOOST_TEST(correlation(wave.samples, 3 * 1096, 1096, 1096) > 0.999999);
  BOOST_TEST(correlation(wave.samples, 5 * 1096, 1096, 1096) > 0.999999);
  BOOST_TEST(correlation(wave.samples, 4 * 1096, 1096, 1096) < 0.2);
}

BOOST_AUTO_TEST_CASE(bursts_and_bits_of_a_linked_pair_add_up) {
  const auto scene = loaded(scene_of({video(), control()}));
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 2U);
  BOOST_TEST(links[0].link->name == "picture");
  BOOST_TEST(links[0].link->aircraft == "A1");
  BOOST_TEST(links[0].bursts == 40);
  BOOST_TEST(links[0].bits == 40 * 3 * 1200 * (2 + 11 * 6));
  BOOST_TEST(links[0].airtime_s == 40 * 3 * 32'928 / 30.72e6, tt::tolerance(1e-6));
  BOOST_TEST((links[0].carriers_hz == std::set<double>{2440e6}));
  BOOST_TEST(links[1].link->kind == "ocusync_control");
  BOOST_TEST(links[1].bursts == 39);
  BOOST_TEST(links[1].bits == 39 * 1008);
  BOOST_TEST(links[1].carriers_hz.size() == 8U);
  for (const auto& sent : scene.transmissions) {
    BOOST_TEST(!sent.is_frame);
    BOOST_TEST(std::abs(sent.waveform().duration_s() - sent.duration_s) < 1e-9);
  }
  // The control burst lies in the gap that the video leaves.
  for (std::size_t n = 0; n + 1 < scene.transmissions.size(); ++n)
    BOOST_TEST(scene.transmissions[n].start_s + scene.transmissions[n].duration_s <
               scene.transmissions[n + 1].start_s);
}

BOOST_AUTO_TEST_CASE(without_a_link_the_standby_burst_comes_twice_as_often) {
  auto idle = video();
  for (const char* key : {"bandwidth_mhz", "modulation"}) idle.erase(key);
  idle["linked"] = 0;
  const auto links = link_summaries(loaded(scene_of(json::array({idle}))));
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0].bursts == 80);
  BOOST_TEST(links[0].airtime_s == 80 * 713.5e-6, tt::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(a_rendered_scene_tells_its_links) {
  const SceneFolder folder;
  auto config = scene_of({video(), control()});
  config["duration_s"] = 0.02;
  render_scene(folder.write(config), folder.path() / "out");
  std::ifstream in(folder.path() / "out.expected.jsonl");
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  BOOST_REQUIRE(lines.size() == 4 + 3 + 2U);
  for (const json& line : lines) BOOST_TEST(!line.at("frame").get<bool>());
  BOOST_TEST(lines[0].at("link").get<std::string>() == "picture");
  BOOST_TEST(lines[0].at("aircraft").get<std::string>() == "A1");
  BOOST_TEST(lines[0].at("bits").get<int>() == 3 * 1200 * 68);
  BOOST_TEST(lines[0].at("occupied_hz").get<double>() == 18e6, tt::tolerance(0.02));
  BOOST_TEST(!lines[0].contains("summary"));
  const json& whole = lines[7];
  BOOST_TEST(whole.at("summary").get<bool>());
  BOOST_TEST(whole.at("protocol").get<std::string>() == "ocusync_video");
  BOOST_TEST(whole.at("center_hz").get<double>() == 2440e6);
  BOOST_TEST(whole.at("bursts").get<int>() == 4);
  BOOST_TEST(whole.at("first_root").get<int>() == 61);
  BOOST_TEST(lines[8].at("hop_set_hz").size() == 3U);
}

BOOST_AUTO_TEST_CASE(mistakes_are_refused_in_one_sentence) {
  const auto refused = [](json emitter, const char* key, const json& value) {
    emitter[key] = value;
    return sentence_of(scene_of(json::array({emitter})));
  };
  BOOST_TEST(refused(video(), "bandwidth_mhz", 15) ==
             "emitters[0].bandwidth_mhz must be one of 10, 20 and 40.");
  BOOST_TEST(refused(video(40), "first_root", 147) ==
             "emitters[0].first_root must be without a divisor in common with the sequence's length, 2401.");
  BOOST_TEST(refused(video(), "packets_a_frame", 5) ==
             "emitters[0].period_s must be longer than the burst that is sent in it.");
  BOOST_TEST(refused(video(), "modulation", "8psk") ==
             "emitters[0].modulation must be one of qpsk, 16qam and 64qam.");
  BOOST_TEST(refused(control(), "hops", {{"carriers_hz", {2430e6}}, {"order", "odd"}}) ==
             "emitters[0].hops.order must be one of sequence, permuted and drawn.");
}

BOOST_AUTO_TEST_SUITE_END()
