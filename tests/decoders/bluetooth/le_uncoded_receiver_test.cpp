// How the receiver runs: packets close together or over one another, cuts and gaps, noise, hostile lengths.

#include "decoders/bluetooth/le_uncoded_receiver.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "le_air.hpp"
#include "tests/decoders/ocusync/allocation_counter.hpp"

namespace {

using namespace windhover;
using namespace windhover::tests;
using decoders::bluetooth::LeUncodedReceiver;
using decoders::bluetooth::Packet;

bool same(const Packet& a, const Packet& b) {
  return a.phy == b.phy && a.complete == b.complete && a.crc_ok == b.crc_ok &&
         std::ranges::equal(a.pdu(), b.pdu()) && a.first_sample == b.first_sample &&
         a.length_samples == b.length_samples && a.snr_db == b.snr_db && a.rssi_dbfs == b.rssi_dbfs &&
         a.cfo_hz == b.cfo_hz;
}

/// Three packets, the second 150 µs behind the first, in noise of −25 dB.
Iq busy_channel() {
  synth::Random random(21);
  Air air(2000);
  for (const double start_us : {300.2, 826.4, 1400.9}) {
    OnAir sent{test_pdu(37, static_cast<std::uint64_t>(start_us))};
    sent.start_us = start_us;
    sent.carrier_hz = start_us * 20;
    air.add(sent);
  }
  air.add_noise(25, random);
  return air.channel();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_le_receiver)

BOOST_AUTO_TEST_CASE(packets_150_us_apart) {
  const auto packets = receive(busy_channel());
  for (const std::uint64_t start : {300, 826, 1400})
    BOOST_TEST(find(packets, test_pdu(37, start)).has_value(), "packet at " << start << " µs");
  BOOST_TEST(packets.size() == 3U);
}

// What is taken for the start of a packet within others' symbols must not use up the attempts.
BOOST_AUTO_TEST_CASE(busy_channel_loses_nothing) {
  constexpr unsigned kPackets = 30;
  constexpr double kApartUs = 400;  // 24 µs of pause
  synth::Random random(28);
  Air air(kApartUs * (kPackets + 2));
  std::vector<OnAir> all;
  for (unsigned i = 0; i < kPackets; ++i) {
    OnAir sent{test_pdu(37, i + 1)};
    sent.start_us = 300 + kApartUs * i;
    sent.carrier_hz = random.uniform(-100e3, 100e3);
    air.add(sent);
    all.push_back(std::move(sent));
  }
  air.add_noise(25, random);
  const Iq iq = air.channel();
  const auto packets = receive(iq);
  BOOST_TEST(receive(iq, {}, iq.size()).size() == packets.size());
  BOOST_TEST(
      std::ranges::all_of(all, [&](const OnAir& sent) { return find(packets, sent.pdu).has_value(); }));
}

BOOST_AUTO_TEST_CASE(stronger_packet_over_one_that_is_under_way) {
  for (const double offset_us : {20.0, 60.0, 150.0, 300.0}) {
    synth::Random random(22);
    Air air(1500);
    OnAir weak{test_pdu(37, 1)}, strong{test_pdu(37, 2)};
    weak.carrier_hz = -30e3;
    strong.start_us = weak.start_us + offset_us;
    strong.carrier_hz = 45e3;
    air.add(weak);
    strong.power_db = 10;
    air.add(strong);
    air.add_noise(20, random);
    BOOST_TEST(find(receive(air.channel()), strong.pdu).has_value(), offset_us << " µs later");
  }
}

BOOST_AUTO_TEST_CASE(cuts_change_nothing) {
  const Iq iq = busy_channel();
  const auto whole = receive(iq, {}, iq.size());
  BOOST_TEST_REQUIRE(whole.size() == 3U);
  for (const std::size_t block :
       {std::size_t{1}, std::size_t{7}, std::size_t{150}, std::size_t{513}, std::size_t{1999}}) {
    const auto pieces = receive(iq, {}, block);
    BOOST_TEST_REQUIRE(pieces.size() == whole.size(), "blocks of " << block);
    for (std::size_t i = 0; i < whole.size(); ++i)
      BOOST_TEST(same(pieces[i], whole[i]), "packet " << i << ", blocks of " << block);
  }
}

BOOST_AUTO_TEST_CASE(positions_count_from_the_start_of_the_stream) {
  constexpr std::int64_t kFirst = 7'200'000'000;  // an hour
  const Iq iq = busy_channel();
  const auto early = receive(iq), late = receive(iq, {}, 150, kFirst);
  BOOST_TEST_REQUIRE(early.size() == late.size());
  for (std::size_t i = 0; i < early.size(); ++i)
    BOOST_TEST(std::abs(late[i].first_sample - early[i].first_sample - static_cast<double>(kFirst)) < 1e-3);
}

BOOST_AUTO_TEST_CASE(a_gap_ends_what_was_under_way) {
  const Iq iq = busy_channel();
  // In the middle of the first packet; then again from before the third.
  const std::span<const dsp::cf32> before = std::span(iq).first(1000), after = std::span(iq).subspan(2500);
  LeUncodedReceiver receiver({});
  std::vector<Packet> packets;
  receiver.process({before, {0}, true}, packets);
  BOOST_TEST(packets.empty());
  receiver.process({after, {2500}, true}, packets);
  receiver.process({{}, {std::ssize(iq)}, true}, packets);
  BOOST_TEST_REQUIRE(packets.size() == 2U);
  const auto sent = test_pdu(37, 300);
  const Packet& cut = packets[0];
  BOOST_TEST(!cut.complete);
  BOOST_TEST(!cut.crc_ok);
  // 200 µs were heard: 5 bytes of preamble and address, then the PDU but for its last symbol.
  BOOST_TEST(cut.size >= 19U);
  BOOST_TEST(cut.size <= 20U);
  BOOST_TEST(std::ranges::equal(cut.pdu(), std::span(sent).first(cut.size)));
  BOOST_TEST(find(packets, test_pdu(37, 1400)).has_value());
}

BOOST_AUTO_TEST_CASE(shortest_and_longest_length) {
  for (const std::size_t payload : {std::size_t{0}, std::size_t{1}, std::size_t{255}}) {
    synth::Random random(23);
    Air air(3000);
    const OnAir sent{test_pdu(payload)};
    air.add(sent);
    air.add_noise(25, random);
    BOOST_TEST(find(receive(air.channel()), sent.pdu).has_value(), payload << " bytes");
  }
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_does_not_hide_the_next_packet) {
  synth::Random random(24);
  Air air(3500);
  OnAir liar{test_pdu(10)};
  liar.pdu[1] = 255;
  OnAir honest{test_pdu(37, 2)};
  honest.start_us = 700;
  air.add(liar);
  air.add(honest);
  air.add_noise(25, random);
  const auto packets = receive(air.channel());
  BOOST_TEST(find(packets, honest.pdu).has_value());
  BOOST_TEST(packets.size() == 2U);
  BOOST_TEST(std::ranges::count_if(packets, [](const Packet& p) { return p.crc_ok; }) == 1);
}

BOOST_AUTO_TEST_CASE(headers_of_long_packets_one_upon_the_other) {
  constexpr unsigned kHeaders = 1500;
  constexpr std::size_t kApart = 64;  // symbols
  auto start = synth::ble_packet(synth::BlePhy::le_1m, 37, std::vector<std::uint8_t>{0x42, 255});
  start.resize(kApart);
  synth::Bits symbols;
  for (unsigned i = 0; i < kHeaders; ++i) symbols.insert(symbols.end(), start.begin(), start.end());
  const auto wave = synth::modulate_gfsk(symbols);
  Iq iq;
  for (std::size_t i = 0; i < wave.samples.size(); i += 4) iq.push_back(wave.samples[i]);
  const auto packets = receive(iq);
  // No more than these many of 2.1 ms fit into the time, and 20 ms at once.
  BOOST_TEST(packets.size() >= 40U);
  BOOST_TEST(packets.size() <= 60U);
  BOOST_TEST(std::ranges::none_of(packets, &Packet::crc_ok));
}

BOOST_AUTO_TEST_CASE(nothing_is_accepted_that_the_crc_refuses) {
  synth::Random random(25);
  Air air(1000);
  OnAir sent{test_pdu(37)};
  sent.options.framing.crc_init = 0x555554;
  air.add(sent);
  air.add_noise(30, random);
  const auto packets = receive(air.channel());
  BOOST_TEST_REQUIRE(packets.size() == 1U);
  BOOST_TEST(packets[0].complete);
  BOOST_TEST(!packets[0].crc_ok);
  BOOST_TEST(std::ranges::equal(packets[0].pdu(), sent.pdu));
}

BOOST_AUTO_TEST_CASE(another_access_address_is_no_packet) {
  synth::Random random(26);
  Air air(1000);
  OnAir sent{test_pdu(37)};
  sent.options.framing.access_address = 0x50655B2A;
  air.add(sent);
  air.add_noise(30, random);
  const Iq iq = air.channel();
  BOOST_TEST(receive(iq).empty());
  decoders::bluetooth::UncodedConfig config;
  config.access_address = 0x50655B2A;
  BOOST_TEST(find(receive(iq, config), sent.pdu).has_value());
}

BOOST_AUTO_TEST_CASE(noise_and_strange_samples_are_no_packets) {
  synth::Random random(27);
  Iq iq(400'000);
  random.add_noise(iq, 1e-4);
  BOOST_TEST(receive(iq).empty());
  Iq zeros(20'000);
  BOOST_TEST(receive(zeros).empty());
  Iq tone(20'000, {1, 0});
  BOOST_TEST(receive(tone).empty());
  // Alternating symbols without end: a preamble everywhere, an address nowhere.
  const auto wave = synth::modulate_gfsk([] {
    synth::Bits bits(10'000);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i & 1U;
    return bits;
  }());
  Iq preamble;
  for (std::size_t i = 0; i < wave.samples.size(); i += 4) preamble.push_back(wave.samples[i]);
  BOOST_TEST(receive(preamble).empty());
}

BOOST_AUTO_TEST_CASE(allocates_nothing_in_steady_state) {
  const Iq iq = busy_channel();
  LeUncodedReceiver receiver({});
  std::vector<Packet> packets;
  packets.reserve(64);
  const auto run = [&](std::int64_t first) {
    receiver.process({iq, {first}, true}, packets);
    receiver.process({{}, {first + std::ssize(iq)}, true}, packets);
  };
  run(0);
  const std::size_t before = allocations();
  for (std::int64_t i = 1; i <= 4; ++i) run(i * 10'000);
  const std::size_t after = allocations();
  BOOST_TEST(after == before);
  BOOST_TEST(packets.size() == 15U);
}

BOOST_AUTO_TEST_SUITE_END()
