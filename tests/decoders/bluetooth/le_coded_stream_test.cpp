#include <boost/test/unit_test.hpp>
#include <cmath>

#include "decoders/bluetooth/le_coded_receiver.hpp"
#include "tests/decoders/bluetooth/channel_signal.hpp"

using namespace windhover;
using namespace windhover::decoders::bluetooth;
using test::cf32;

namespace {

constexpr int kChannel = 37;
constexpr auto kS8 = synth::BlePhy::le_coded_s8;
constexpr auto kS2 = synth::BlePhy::le_coded_s2;

std::vector<Packet> receive(std::span<const cf32> iq, std::size_t block = 100000) {
  LeCodedReceiver receiver(kChannel);
  std::vector<Packet> packets;
  for (std::size_t n = 0; n < iq.size(); n += block)
    receiver.process({iq.subspan(n, std::min(block, iq.size() - n)), {static_cast<std::int64_t>(n)}, n == 0},
                     packets);
  receiver.process({{}, {static_cast<std::int64_t>(iq.size())}, true}, packets);
  return packets;
}

void add(std::span<cf32> air, std::size_t at, const synth::Waveform& wave, float amplitude, double cfo_hz) {
  auto samples = wave.samples;
  synth::apply_frequency_offset(samples, {cfo_hz}, test::kAirRate);
  for (std::size_t k = 0; k < samples.size() && at + k < air.size(); ++k)
    air[at + k] += amplitude * samples[k];
}

bool any_carries(std::span<const Packet> packets, std::span<const std::uint8_t> pdu) {
  return std::ranges::any_of(packets, [&](const Packet& packet) { return test::carries(packet, pdu); });
}

struct Scene {
  std::vector<std::uint8_t> first, second;
  std::vector<cf32> iq;
};

/// Two packets, S=8 and S=2, one after the other.
Scene two_packets() {
  synth::Random random(3);
  Scene scene{test::random_pdu(random, 41), test::random_pdu(random, 60), {}};
  std::vector<cf32> air(50000);
  add(air, 5000, synth::modulate_ble(kS8, kChannel, scene.first), 1, 20e3);
  add(air, 35000, synth::modulate_ble(kS2, kChannel, scene.second), 1, -70e3);
  test::add_noise(air, random, 12);
  scene.iq = test::through_channel_filter(air);
  return scene;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_le_coded_stream)

BOOST_AUTO_TEST_CASE(cuts_into_blocks_change_nothing) {
  const Scene scene = two_packets();
  const auto whole = receive(scene.iq);
  BOOST_REQUIRE(whole.size() == 2U);
  BOOST_TEST(test::carries(whole[0], scene.first));
  BOOST_TEST(test::carries(whole[1], scene.second));
  for (const std::size_t block : {1, 7, 64, 1000, 1024, 3333}) {
    const auto cut = receive(scene.iq, block);
    BOOST_REQUIRE(cut.size() == whole.size());
    for (std::size_t n = 0; n < cut.size(); ++n) {
      BOOST_TEST(std::ranges::equal(cut[n].pdu(), whole[n].pdu()));
      BOOST_TEST(cut[n].first_sample == whole[n].first_sample);
      BOOST_TEST(cut[n].cfo_hz == whole[n].cfo_hz);
      BOOST_TEST(cut[n].snr_db == whole[n].snr_db);
    }
  }
}

BOOST_AUTO_TEST_CASE(stronger_packet_over_a_weaker_one) {
  for (const auto phy : {kS8, kS2}) {
    synth::Random random(4);
    const auto weak = test::random_pdu(random, 200), strong = test::random_pdu(random, 41);
    std::vector<cf32> air(70000);
    add(air, 5000, synth::modulate_ble(kS8, kChannel, weak), 0.3F, 20e3);
    add(air, 20000, synth::modulate_ble(phy, kChannel, strong), 1, -30e3);
    test::add_noise(air, random, 20);
    BOOST_TEST(any_carries(receive(test::through_channel_filter(air)), strong));
  }
}

BOOST_AUTO_TEST_CASE(flush_in_the_middle_of_a_packet) {
  const Scene scene = two_packets();
  const auto packets = receive(std::span(scene.iq).first(5000));
  BOOST_REQUIRE(packets.size() == 1U);
  const Packet& packet = packets[0];
  BOOST_TEST(!packet.complete);
  BOOST_TEST(!packet.crc_ok);
  // 5000 samples less the 1254 before the packet and the 752 before block 2, 128 a byte.
  BOOST_TEST(packet.size == 23);
  BOOST_TEST(std::equal(packet.bytes.begin(), packet.bytes.begin() + 20, scene.first.begin()));
}

BOOST_AUTO_TEST_CASE(flush_at_the_end_of_a_packet) {
  for (const auto phy : {kS8, kS2}) {
    synth::Random random(5);
    const auto pdu = test::random_pdu(random, 30);
    const auto wave = synth::modulate_ble(phy, kChannel, pdu);
    auto air = test::on_air(wave, 4000, 0);
    test::add_noise(air, random, 20);
    const auto packets = receive(test::through_channel_filter(air));
    BOOST_REQUIRE(packets.size() == 1U);
    BOOST_TEST(test::carries(packets[0], pdu));
  }
}

BOOST_AUTO_TEST_CASE(gap_ends_a_packet_and_the_next_is_found) {
  const Scene scene = two_packets();
  LeCodedReceiver receiver(kChannel);
  std::vector<Packet> packets;
  const auto iq = std::span<const cf32>(scene.iq);
  receiver.process({iq.first(4000), {0}, true}, packets);
  BOOST_TEST(packets.empty());
  receiver.process({iq.subspan(8000), {100000}, true}, packets);
  receiver.process({{}, {200000}, true}, packets);
  BOOST_REQUIRE(packets.size() == 2U);
  BOOST_TEST(!packets[0].complete);
  BOOST_TEST(test::carries(packets[1], scene.second));
  BOOST_TEST(std::abs(packets[1].first_sample - (92000 + 35016 / 4.0)) < 0.5);
}

BOOST_AUTO_TEST_CASE(noise_and_carriers_are_no_packets) {
  synth::Random random(6);
  std::vector<cf32> iq(1000000);
  random.add_noise(iq, 1e-4);
  BOOST_TEST(receive(iq).empty());
  for (std::size_t n = 0; n < iq.size(); ++n) iq[n] = std::polar(0.5F, 0.3F * static_cast<float>(n % 10000));
  BOOST_TEST(receive(iq).empty());
  std::ranges::fill(iq, cf32{});
  BOOST_TEST(receive(iq).empty());
}

BOOST_AUTO_TEST_CASE(uncoded_packets_are_no_coded_ones) {
  synth::Random random(8);
  std::vector<cf32> air(400000);
  for (std::size_t at = 1000; at + 20000 < air.size(); at += 20000)
    add(air, at, synth::modulate_ble(synth::BlePhy::le_1m, kChannel, test::random_pdu(random, 200)), 1, 10e3);
  test::add_noise(air, random, 20);
  BOOST_TEST(receive(test::through_channel_filter(air)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
