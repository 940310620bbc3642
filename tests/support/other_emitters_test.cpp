#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>
#include <nlohmann/json.hpp>
#include <numbers>
#include <set>

#include "tests/support/link_truth.hpp"
#include "tests/support/lte_downlink.hpp"
#include "tests/support/microwave_oven.hpp"
#include "tests/support/scene_fixture.hpp"
#include "tests/support/spectrum.hpp"
#include "tests/support/zigbee.hpp"

using namespace windhover::synth;
using nlohmann::json;
using windhover::dsp::cf32;
namespace tt = boost::test_tools;

namespace {

double mean_power(std::span<const cf32> iq) {
  double sum = 0;
  for (const cf32 x : iq) sum += static_cast<double>(std::norm(x));
  return sum / static_cast<double>(iq.size());
}

cf64 carrier(std::span<const cf32> body, int k) {
  cf64 sum;
  for (std::size_t n = 0; n < body.size(); ++n)
    sum += cf64(body[n]) * std::polar(1.0, -2 * std::numbers::pi * k * static_cast<double>(n) /
                                               static_cast<double>(body.size()));
  return sum / static_cast<double>(body.size());
}

json scene_of(const json& emitter, double centre_hz, double duration_s = 0.1) {
  return {{"sample_rate", 20e6}, {"center_frequency", centre_hz},
          {"datatype", "ci8"},   {"duration_s", duration_s},
          {"seed", 4},           {"emitters", json::array({emitter})}};
}

json lte(double mhz = 5) {
  return {{"type", "lte_downlink"},
          {"carrier_hz", 806e6},
          {"bandwidth_mhz", mhz},
          {"cell_id", 17},
          {"level_dbfs", -12}};
}

json zigbee() { return {{"type", "zigbee"}, {"channel", 18}, {"level_dbfs", -20}}; }

json oven() { return {{"type", "microwave_oven"}, {"carrier_hz", 2455e6}, {"level_dbfs", -10}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(lte_downlink)

BOOST_AUTO_TEST_CASE(a_subframe_lasts_a_millisecond_at_each_width) {
  for (const auto& [blocks, rate] :
       {std::pair{6, 1.92e6}, {15, 3.84e6}, {25, 7.68e6}, {50, 15.36e6}, {75, 30.72e6}, {100, 30.72e6}}) {
    const auto made = lte_subframe({.resource_blocks = blocks}, 3, 1);
    BOOST_TEST(made.wave.rate.value == rate);
    BOOST_TEST(made.wave.duration_s() == kLteSubframe_s, tt::tolerance(1e-12));
    BOOST_TEST(std::abs(mean_power(made.wave.samples) - 1) < 0.05);
    // 99 % of flat carriers; rectangular symbols leave more beside few of them.
    const double used_hz = blocks * 180e3;
    BOOST_TEST(occupied_band(made.wave.samples, made.wave.rate).width().value > 0.97 * used_hz);
    BOOST_TEST(occupied_band(made.wave.samples, made.wave.rate).width().value < used_hz + 0.1e6);
    BOOST_TEST(lte_subframe_bits({.resource_blocks = blocks}, 3, 1) == made.bits);
  }
}

BOOST_AUTO_TEST_CASE(symbols_have_their_prefixes_and_carrier_0_is_empty) {
  const auto wave = lte_subframe({.resource_blocks = 50}, 0, 2).wave;
  std::size_t at = 0;
  for (int symbol = 0; symbol < 14; ++symbol) {
    const std::size_t prefix = symbol % 7 == 0 ? 80 : 72;
    for (std::size_t n = 0; n < prefix; ++n)
      BOOST_TEST(std::abs(wave.samples[at + n] - wave.samples[at + 1024 + n]) < 1e-5F);
    BOOST_TEST(std::abs(carrier(std::span(wave.samples).subspan(at + prefix, 1024), 0)) < 1e-5);
    at += prefix + 1024;
  }
  BOOST_TEST(at == wave.samples.size());
}

BOOST_AUTO_TEST_CASE(primary_synchronisation_comes_each_five_milliseconds) {
  const LteOptions options{.resource_blocks = 6, .cell_id = 17};  // 17 mod 3 = 2: root 34
  const auto matched = [&](std::size_t subframe) {
    const auto wave = lte_subframe(options, subframe, 3).wave;
    const std::size_t body = 10 + 6 * 9 + 6 * 128;  // of symbol 6
    const auto symbol = std::span<const cf32>(wave.samples).subspan(body, 128);
    cf64 sum;
    for (int n = 0; n < 62; ++n) {
      const int k = n < 31 ? n - 31 : n - 30;
      const double m = n < 31 ? n : n + 1;
      sum += carrier(symbol, k) * std::polar(1.0, std::numbers::pi * 34 * m * (m + 1) / 63);
    }
    return std::abs(sum) / 62 * std::sqrt(72.0);
  };
  BOOST_TEST(matched(0) > 0.999);
  BOOST_TEST(matched(5) > 0.999);
  BOOST_TEST(matched(10) > 0.999);
  BOOST_TEST(matched(1) < 0.5);
}

BOOST_AUTO_TEST_CASE(reference_signals_lie_on_every_sixth_carrier_and_repeat_each_frame) {
  const LteOptions options{.resource_blocks = 25, .cell_id = 8, .load = 0};
  const auto wave = lte_subframe(options, 2, 4).wave, later = lte_subframe(options, 12, 4).wave;
  const std::size_t body = 40 + 512 + 3 * (36 + 512) + 36;  // symbol 4, which holds nothing else
  const auto symbol = std::span<const cf32>(wave.samples).subspan(body, 512);
  std::size_t filled = 0;
  for (int k = 0; k < 300; ++k) {
    const int at = k < 150 ? k - 150 : k - 149;
    const double amplitude = std::abs(carrier(symbol, at)) * std::sqrt(300.0);
    BOOST_TEST(std::abs(amplitude - (k % 6 == (3 + 8) % 6 ? 1.0 : 0.0)) < 1e-4);
    filled += amplitude > 0.5;
  }
  BOOST_TEST(filled == 50U);
  for (std::size_t n = 0; n < 512; ++n) BOOST_TEST(std::abs(later.samples[body + n] - symbol[n]) < 1e-6F);
}

BOOST_AUTO_TEST_CASE(a_cell_is_one_burst_that_never_pauses) {
  const auto scene = loaded(scene_of(lte(), 806e6));
  BOOST_TEST(scene.transmissions.size() == 100U);
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0].bursts == 1);
  BOOST_TEST(links[0].airtime_s == 0.1, tt::tolerance(1e-9));
  BOOST_TEST(links[0].bits > 100 * 300 * 11 * 4);
  BOOST_TEST(links[0].bits < 100 * 300 * 12 * 4);
  BOOST_TEST(sentence_of(scene_of(lte(7), 806e6)) ==
             "emitters[0].bandwidth_mhz must be one of 1.4, 3, 5, 10, 15 and 20.");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(zigbee_link)

BOOST_AUTO_TEST_CASE(chips_are_those_of_the_standard) {
  const auto text = [](unsigned symbol) {
    std::string out;
    for (const auto chip : zigbee_chips(symbol)) out += chip != 0 ? '1' : '0';
    return out;
  };
  BOOST_TEST(text(0) == "11011001110000110101001000101110");
  BOOST_TEST(text(1) == "11101101100111000011010100100010");
  BOOST_TEST(text(7) == "10011100001101010010001011101101");
  BOOST_TEST(text(8) == "10001100100101100000011101111011");
  BOOST_TEST(text(15) == "11001001011000000111011110111000");
}

BOOST_AUTO_TEST_CASE(a_packet_has_constant_envelope_and_the_chip_rate) {
  const std::vector<std::uint8_t> mac{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto psdu = with_zigbee_fcs(mac);
  const auto wave = modulate_zigbee(zigbee_packet(psdu));
  BOOST_TEST(wave.duration_s() == zigbee_packet_s(psdu.size()), tt::tolerance(1e-12));
  BOOST_TEST(zigbee_packet_s(psdu.size()) == 32e-6 * (6 + 11), tt::tolerance(1e-2));
  for (std::size_t n = kZigbeeSamplesPerChip; n + kZigbeeSamplesPerChip < wave.samples.size(); ++n)
    BOOST_TEST(std::abs(std::abs(wave.samples[n]) - 1) < 1e-5F);
  // Minimum shift keying: 99 % within 1.17 of the chip rate.
  BOOST_TEST(occupied_band(wave.samples, wave.rate).width().value == 1.17 * 2e6, tt::tolerance(0.1));
  for (std::size_t k = 0; k < 32; ++k) {  // the first symbol of the preamble, each chip at its middle
    const cf32 x = wave.samples[(k + 1) * kZigbeeSamplesPerChip];
    BOOST_TEST((k % 2 == 0 ? x.real() : x.imag()) == (zigbee_chips(0)[k] != 0 ? 1.0F : -1.0F),
               tt::tolerance(1e-5F));
  }
}

BOOST_AUTO_TEST_CASE(the_check_sequence_is_that_of_the_standard) {
  const std::vector<std::uint8_t> digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  const auto with_fcs = with_zigbee_fcs(digits);
  BOOST_TEST(with_fcs[9] == 0x89);  // CRC-16/KERMIT of "123456789" is 0x2189
  BOOST_TEST(with_fcs[10] == 0x21);
}

BOOST_AUTO_TEST_CASE(packets_come_at_random_on_their_channel) {
  const auto scene = loaded(scene_of(zigbee(), 2440e6, 2));
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST((links[0].carriers_hz == std::set<double>{2440e6}));
  BOOST_TEST(links[0].bursts > 80);
  BOOST_TEST(links[0].bursts < 125);
  for (std::size_t n = 1; n < scene.transmissions.size(); ++n) {
    const auto& before = scene.transmissions[n - 1];
    BOOST_TEST(scene.transmissions[n].start_s > before.start_s + before.duration_s);
    BOOST_TEST(std::abs(before.waveform().duration_s() - before.duration_s) < 1e-9);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(microwave_oven)

BOOST_AUTO_TEST_CASE(the_carrier_sweeps_up_and_down_while_the_mains_feed_it) {
  Random random(1);
  const OvenOptions options{.jitter_hz = 0};
  const auto wave = modulate_oven(options, random);
  BOOST_TEST(wave.duration_s() == 9e-3, tt::tolerance(1e-6));
  BOOST_TEST(std::abs(mean_power(wave.samples) - 1) < 1e-4);
  const auto frequency = [&](double share) {
    const auto n = static_cast<std::size_t>(share * static_cast<double>(wave.samples.size()));
    return std::arg(wave.samples[n + 1] * std::conj(wave.samples[n])) * wave.rate.value /
           (2 * std::numbers::pi);
  };
  BOOST_TEST(std::abs(frequency(0.001) + 4e6) < 0.1e6);
  BOOST_TEST(std::abs(frequency(0.5) - 4e6) < 0.1e6);
  BOOST_TEST(std::abs(frequency(0.999) + 4e6) < 0.1e6);
  BOOST_TEST(std::abs(frequency(1.0 / 6)) < 0.1e6);
}

BOOST_AUTO_TEST_CASE(bursts_come_with_the_mains) {
  const auto scene = loaded(scene_of(oven(), 2450e6, 0.2));
  const auto links = link_summaries(scene);
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0].bursts == 10);
  BOOST_TEST(links[0].airtime_s == 0.09, tt::tolerance(1e-6));
  BOOST_TEST(links[0].link->occupied.value > 6e6);
  BOOST_TEST(links[0].link->occupied.value < 11e6);
  BOOST_TEST(links[0].bits == 0);
}

BOOST_AUTO_TEST_SUITE_END()
