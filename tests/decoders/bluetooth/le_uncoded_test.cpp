// LE 1M and LE 2M through what happens on the air and in a converter.

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "le_air.hpp"

namespace {

using namespace windhover;
using namespace windhover::tests;
using decoders::bluetooth::Packet;
using decoders::bluetooth::Phy;
using decoders::bluetooth::UncodedConfig;

UncodedConfig config_2m() {
  UncodedConfig config;
  config.phy = Phy::le_2m;
  return config;
}

/// One packet in noise; what was measured of it, if it came through.
std::optional<Packet> through(const OnAir& sent, double snr_db, std::uint64_t seed = 1) {
  synth::Random random(seed);
  Air air(sent.start_us + 8.0 * static_cast<double>(sent.pdu.size()) + 300);
  air.add(sent);
  air.add_noise(snr_db, random);
  return find(receive(air.channel()), sent.pdu);
}

/// Of `count` packets, those that came through; carriers ±100 kHz, phase and timing at random.
unsigned received(unsigned count, double snr_db, std::size_t payload, const OnAir& like) {
  unsigned good = 0;
  for (unsigned i = 0; i < count; ++i) {
    synth::Random random(7, i);
    OnAir sent = like;
    sent.pdu = test_pdu(payload, i + 1);
    sent.start_us = random.uniform(300, 310);
    sent.carrier_hz = random.uniform(-100e3, 100e3);
    sent.phase_rad = random.uniform(0, 6.28);
    good += through(sent, snr_db, 100 + i).has_value();
  }
  return good;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_le_uncoded)

BOOST_AUTO_TEST_CASE(measures_what_it_receives) {
  for (const double snr_db : {12.0, 20.0, 30.0, 38.0})
    for (const double carrier_hz : {-150e3, -40e3, 0.0, 150e3}) {
      OnAir sent{test_pdu(37)};
      sent.start_us = 300.37;
      sent.carrier_hz = carrier_hz;
      sent.power_db = -20;
      const auto packet = through(sent, snr_db + 20);
      BOOST_TEST_REQUIRE(packet.has_value(), snr_db << " dB, " << carrier_hz << " Hz");
      BOOST_TEST((packet->phy == Phy::le_1m));
      BOOST_TEST(packet->complete);
      BOOST_TEST(std::abs(packet->first_sample / 2 - sent.start_us) < 0.15);
      BOOST_TEST(std::abs(packet->length_samples / 2 - (40 + 8 * 42)) < 1);
      BOOST_TEST(std::abs(static_cast<double>(packet->cfo_hz) - carrier_hz) < 4e3);
      BOOST_TEST(std::abs(static_cast<double>(packet->snr_db) - snr_db) < 2);
      // The rest is noise, which counts.
      BOOST_TEST(std::abs(packet->rssi_dbfs + 20) < 1);
    }
}

BOOST_AUTO_TEST_CASE(most_packets_come_through_at_10_db) { BOOST_TEST(received(60, 10, 37, {}) >= 54U); }

// Nothing confirms the last bit, which half of all packets that are lost at 10 dB would be lost for.
BOOST_AUTO_TEST_CASE(the_last_bit_may_be_wrong_and_no_other) {
  const auto sent = test_pdu(37);
  for (const std::size_t from_end : {1, 2, 24}) {
    synth::Bits bits = synth::ble_packet(synth::BlePhy::le_1m, 37, sent);
    bits[bits.size() - from_end] ^= 1U;
    Iq iq(600);
    const auto wave = synth::modulate_gfsk(bits);
    for (std::size_t i = 0; i < wave.samples.size(); i += 4) iq.push_back(wave.samples[i]);
    iq.resize(iq.size() + 300);
    synth::Random(9).add_noise(iq, 1e-3);
    BOOST_TEST(find(receive(iq), sent).has_value() == (from_end == 1), from_end << " from the end");
  }
}

BOOST_AUTO_TEST_CASE(any_modulation_index_and_drift_that_are_allowed) {
  for (const double index : {0.45, 0.55})
    for (const double drift_hz_per_s : {-400e6, 0.0, 400e6}) {
      OnAir like;
      like.options.gfsk.modulation_index = index;
      like.options.gfsk.drift_hz_per_s = drift_hz_per_s;
      like.options.gfsk.max_drift_hz = 50e3;
      BOOST_TEST(received(10, 18, 37, like) >= 9U, "index " << index << ", drift " << drift_hz_per_s);
    }
}

BOOST_AUTO_TEST_CASE(longest_packet_with_a_clock_50_ppm_off) {
  for (const double ppm : {-50.0, 50.0}) {
    OnAir like;
    like.clock_ppm = ppm;
    BOOST_TEST(received(6, 16, 255, like) == 6U);
  }
}

BOOST_AUTO_TEST_CASE(le_2m_at_four_million_samples_a_second) {
  for (const double carrier_hz : {-150e3, 0.0, 150e3}) {
    synth::Random random(3);
    Air air(900, synth::BlePhy::le_2m);
    OnAir sent{test_pdu(60)};
    sent.carrier_hz = carrier_hz;
    sent.channel_index = 9;
    air.add(sent);
    air.add_noise(15, random);
    UncodedConfig config = config_2m();
    config.channel_index = 9;
    const auto packet = find(receive(air.channel(), config), sent.pdu);
    BOOST_TEST_REQUIRE(packet.has_value());
    BOOST_TEST((packet->phy == Phy::le_2m));
    BOOST_TEST(std::abs(packet->first_sample / 4 - sent.start_us) < 0.1);
    BOOST_TEST(std::abs(static_cast<double>(packet->cfo_hz) - carrier_hz) < 6e3);
  }
}

BOOST_AUTO_TEST_CASE(echoes_of_half_a_symbol) {
  unsigned good = 0;
  for (unsigned i = 0; i < 20; ++i) {
    synth::Random random(11, i);
    const auto taps = synth::rician_taps(random, {});
    Air air(1000);
    OnAir sent{test_pdu(37, i + 1)};
    air.add(sent, taps);
    air.add_noise(25, random);
    good += find(receive(air.channel()), sent.pdu).has_value();
  }
  BOOST_TEST(good >= 19U);
}

BOOST_AUTO_TEST_CASE(poor_converter) {
  synth::Random random(5);
  Air air(1000);
  OnAir sent{test_pdu(37)};
  sent.carrier_hz = 60e3;
  sent.power_db = -30;
  air.add(sent);
  air.add_noise(50, random);
  synth::apply_iq_imbalance(air.iq, 1, 5);
  synth::add_dc(air.iq, {0.003F, -0.002F});
  synth::quantise(air.iq, 8);
  BOOST_TEST(find(receive(air.channel()), sent.pdu).has_value());
}

BOOST_AUTO_TEST_CASE(twenty_db_stronger_neighbours) {
  synth::Random random(6);
  Air air(1300);
  const OnAir sent{test_pdu(37)};
  air.add(sent);
  for (const double carrier_hz : {-2e6, 2e6}) {
    OnAir other{test_pdu(120, 2)};
    other.start_us = 50;
    other.carrier_hz = carrier_hz;
    other.power_db = 20;
    air.add(other);
  }
  air.add_noise(20, random);
  BOOST_TEST(find(receive(air.channel()), sent.pdu).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
