#include "decoders/bluetooth/le_coded_receiver.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/decoders/bluetooth/channel_signal.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::decoders::bluetooth;
using test::cf32;

namespace {

constexpr int kChannel = 10;

std::vector<Packet> receive(std::span<const cf32> iq, int channel = kChannel) {
  LeCodedReceiver receiver(channel);
  std::vector<Packet> packets;
  receiver.process({iq, {0}, true}, packets);
  receiver.process({{}, {static_cast<std::int64_t>(iq.size())}, true}, packets);
  return packets;
}

struct Impairment {
  double snr_db = 30, cfo_hz = 0, clock_ppm = 0;
  synth::GfskOptions gfsk{};
  std::vector<synth::Tap> taps{};
  bool imbalance = false;
  unsigned bits = 0;
};

std::vector<cf32> signal(synth::BlePhy phy, std::span<const std::uint8_t> pdu, const Impairment& with,
                         synth::Random& random) {
  auto air = test::on_air(synth::modulate_ble(phy, kChannel, pdu, {.gfsk = with.gfsk}),
                          6000 + static_cast<std::size_t>(random.uniform(0, 800)));
  if (!with.taps.empty()) air = synth::apply_multipath(air, test::kAirRate, with.taps);
  synth::apply_frequency_offset(air, {with.cfo_hz}, test::kAirRate, random.uniform(0, 6));
  if (with.clock_ppm != 0) air = synth::apply_clock_offset(air, with.clock_ppm);
  test::add_noise(air, random, with.snr_db);
  auto iq = test::through_channel_filter(air);
  if (with.imbalance) synth::apply_iq_imbalance(iq, 1, 5);
  if (with.bits != 0) synth::quantise(iq, with.bits);
  return iq;
}

std::size_t received(synth::BlePhy phy, std::size_t length, const Impairment& with, std::size_t packets = 2) {
  std::size_t count = 0;
  for (std::size_t n = 0; n < packets; ++n) {
    synth::Random random(n + 1, length);
    const auto pdu = test::random_pdu(random, length);
    const auto out = receive(signal(phy, pdu, with, random));
    count += out.size() == 1 && test::carries(out[0], pdu) ? 1U : 0U;
  }
  return count;
}

constexpr auto kS8 = synth::BlePhy::le_coded_s8;
constexpr auto kS2 = synth::BlePhy::le_coded_s2;

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_le_coded_receiver)

BOOST_AUTO_TEST_CASE(every_length) {
  for (const std::size_t length : {0, 1, 2, 3, 6, 9, 37, 41, 94, 244, 255}) {
    BOOST_TEST(received(kS8, length, {.snr_db = 3}, 1) == 1U, "S=8, length " << length);
    BOOST_TEST(received(kS2, length, {.snr_db = 12}, 1) == 1U, "S=2, length " << length);
  }
}

BOOST_AUTO_TEST_CASE(symbols_of_the_sheet) {
  const auto file = synth::shared_path("spec/vectors/bluetooth/vectors.json");
  if (!file) {
    BOOST_TEST_MESSAGE("SKIPPED: the vectors are not there");
    return;
  }
  const auto vectors = nlohmann::json::parse(std::ifstream(*file));
  const auto preamble = vectors.at("coded_s8_adv_ext_ind").at("preamble").get<std::string>();
  for (const auto* name : {"coded_s8_adv_ext_ind", "coded_s2_adv_ext_ind"}) {
    const auto& vector = vectors.at(name);
    synth::Bits symbols;
    for (const char c : preamble + vector.at("fec_block1_symbols").get<std::string>() +
                            vector.at("fec_block2_symbols").get<std::string>())
      symbols.push_back(c == '1' ? 1 : 0);
    const auto packets =
        receive(test::through_channel_filter(test::on_air(synth::modulate_gfsk(symbols))), 37);
    BOOST_REQUIRE(packets.size() == 1U);
    BOOST_TEST(test::carries(packets[0], synth::from_hex(vector.at("pdu").get<std::string>())));
    BOOST_TEST(packets[0].length_samples == 2 * vector.at("total_symbols_us").get<double>());
  }
}

BOOST_AUTO_TEST_CASE(nine_messages_at_half_a_decibel) {
  for (const double cfo_hz : {-100e3, 30e3, 100e3})
    BOOST_TEST(received(kS8, 244, {.snr_db = 0.5, .cfo_hz = cfo_hz}) == 2U);
}

BOOST_AUTO_TEST_CASE(s2_at_five_decibels) {
  BOOST_TEST(received(kS2, 244, {.snr_db = 5, .cfo_hz = -80e3}) == 2U);
}

BOOST_AUTO_TEST_CASE(carrier_at_its_limits) {
  for (const double cfo_hz : {-150e3, 150e3}) {
    BOOST_TEST(received(kS8, 41, {.snr_db = 2, .cfo_hz = cfo_hz}) == 2U);
    BOOST_TEST(received(kS2, 41, {.snr_db = 10, .cfo_hz = cfo_hz}) == 2U);
  }
}

BOOST_AUTO_TEST_CASE(carrier_that_drifts) {
  const synth::GfskOptions fast{.drift_hz_per_s = 100e6, .max_drift_hz = 50e3};
  const synth::GfskOptions slow{.drift_hz_per_s = -10e6, .max_drift_hz = 50e3};
  for (const auto& gfsk : {fast, slow}) {
    BOOST_TEST(received(kS8, 94, {.snr_db = 3, .gfsk = gfsk}) == 2U);
    BOOST_TEST(received(kS2, 94, {.snr_db = 11, .gfsk = gfsk}) == 2U);
  }
}

BOOST_AUTO_TEST_CASE(modulation_index_at_its_limits) {
  for (const double index : {0.45, 0.55}) {
    BOOST_TEST(received(kS8, 94, {.snr_db = 1, .gfsk = {.modulation_index = index}}) == 2U);
    BOOST_TEST(received(kS2, 94, {.snr_db = 9, .gfsk = {.modulation_index = index}}) == 2U);
  }
}

BOOST_AUTO_TEST_CASE(symbol_clock_over_the_longest_packet) {
  for (const double ppm : {-50.0, 50.0}) {
    BOOST_TEST(received(kS8, 255, {.snr_db = 2, .clock_ppm = ppm}, 1) == 1U);
    BOOST_TEST(received(kS2, 255, {.snr_db = 9, .clock_ppm = ppm}, 1) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(multipath_and_a_poor_converter) {
  const std::vector<synth::Tap> taps{{{1, 0}, 0}, {{0.3, 0.3}, 300}, {{0, -0.2}, 800}};
  BOOST_TEST(received(kS8, 94, {.snr_db = 4, .taps = taps}) == 2U);
  BOOST_TEST(received(kS2, 94, {.snr_db = 14, .taps = taps}) == 2U);
  BOOST_TEST(received(kS8, 94, {.snr_db = 1, .cfo_hz = 60e3, .imbalance = true, .bits = 8}) == 2U);
  BOOST_TEST(received(kS2, 94, {.snr_db = 10, .cfo_hz = 60e3, .imbalance = true, .bits = 8}) == 2U);
}

BOOST_AUTO_TEST_CASE(measured_facts) {
  for (const auto phy : {kS8, kS2})
    for (const double snr_db : {8.0, 20.0, 40.0}) {
      synth::Random random(7, static_cast<std::uint64_t>(snr_db));
      const auto pdu = test::random_pdu(random, 60);
      auto air = test::on_air(synth::modulate_ble(phy, kChannel, pdu), 6004);
      synth::apply_frequency_offset(air, {43e3}, test::kAirRate, 1);
      test::add_noise(air, random, snr_db);
      const auto packets = receive(test::through_channel_filter(air));
      BOOST_REQUIRE(packets.size() == 1U);
      BOOST_TEST(test::carries(packets[0], pdu));
      BOOST_TEST((packets[0].phy == Phy::le_coded_s8) == (phy == kS8));
      const double start = (6004.0 + synth::kBleRamp) / test::kChannelDecimation;
      BOOST_TEST(std::abs(packets[0].first_sample - start) < 0.2);
      BOOST_TEST(std::abs(packets[0].length_samples - 2e6 * synth::ble_duration_s(phy, pdu.size())) < 0.01);
      BOOST_TEST(std::abs(packets[0].cfo_hz - 43e3F) < 1000);
      BOOST_TEST(std::abs(packets[0].snr_db - static_cast<float>(snr_db)) < 2);
      BOOST_TEST(std::abs(packets[0].rssi_dbfs + 20) < 0.5);
    }
}

BOOST_AUTO_TEST_CASE(interference_over_the_preamble_costs_nothing) {
  synth::Random random(9);
  const auto pdu = test::random_pdu(random, 41);
  auto air = test::on_air(synth::modulate_ble(kS8, kChannel, pdu));
  test::add_noise(air, random, 2);
  random.add_noise(std::span(air).subspan(5000, 1500), 5000);
  const auto packets = receive(test::through_channel_filter(air));
  BOOST_TEST(std::ranges::any_of(packets, [&](const Packet& packet) { return test::carries(packet, pdu); }));
}

BOOST_AUTO_TEST_SUITE_END()
