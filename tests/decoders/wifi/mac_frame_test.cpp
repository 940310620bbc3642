#include "decoders/wifi/mac_frame.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.hpp"
#include "tests/support/random.hpp"
#include "tests/support/wifi_mac.hpp"

using namespace windhover;
using namespace windhover::decoders::wifi;
using synth::from_hex;
using synth::MacAddress;

namespace {

constexpr MacAddress kA{0x02, 0, 0, 0, 0, 1}, kB{0x60, 0x60, 0x1F, 0, 0, 2}, kC{0x02, 0, 0, 0, 0, 3};

bool is(const std::optional<decoders::Transmitter>& got, const MacAddress& address) {
  return got && got->octets == address;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_mac_frame)

BOOST_AUTO_TEST_CASE(check_sequence_of_the_standards_example) {
  // IEEE 802.11 Annex I.1.2; the text's FCS is 67 33 21 B6.
  auto frame = from_hex("0402002e006008cd37a60020d6013cf1006008ad3baf0000");
  for (const char c :
       std::string("Joy, bright spark of divinity,\nDaughter of Elysium,\nFire-insired we trea"))
    frame.push_back(static_cast<std::uint8_t>(c));
  BOOST_TEST(frame_check_sequence(frame) == 0xB6213367U);
  for (const std::uint8_t octet : from_hex("673321b6")) frame.push_back(octet);
  BOOST_TEST(has_good_fcs(frame));
  for (std::size_t i = 0; i < frame.size(); ++i) {
    frame[i] ^= 0x10;
    BOOST_TEST(!has_good_fcs(frame));
    frame[i] ^= 0x10;
  }
  BOOST_TEST(!has_good_fcs({}));
}

BOOST_AUTO_TEST_CASE(addresses_and_direction_of_data_frames) {
  const auto up = synth::data_frame({.to_ds = true, .retry = true, .address1 = kA, .address2 = kB});
  const auto header = parse_mac_header(up);
  BOOST_REQUIRE(header);
  BOOST_CHECK(header->type == FrameType::data);
  BOOST_TEST((header->to_ds && !header->from_ds && header->retry && !header->is_protected));
  BOOST_TEST((is(header->receiver, kA) && is(header->transmitter, kB)));
  BOOST_TEST(!header->transmitter->random);
  BOOST_TEST(header->size == 24U);

  const auto relay = synth::data_frame(
      {.to_ds = true, .from_ds = true, .address1 = kA, .address2 = kC, .address4 = kB, .traffic_id = 5});
  const auto wide = parse_mac_header(relay);
  BOOST_REQUIRE(wide);
  BOOST_TEST(wide->size == 32U);
  BOOST_TEST(wide->transmitter->random);
}

BOOST_AUTO_TEST_CASE(control_frames_name_their_sender_or_not) {
  const auto ack = parse_mac_header(synth::ack_frame(kA));
  BOOST_REQUIRE(ack);
  BOOST_TEST((is(ack->receiver, kA) && !ack->transmitter));
  const auto block_ack = parse_mac_header(synth::block_ack_frame(kA, kB, 0, 7, 1));
  BOOST_REQUIRE(block_ack);
  BOOST_TEST(is(block_ack->transmitter, kB));
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_cut_within_its_header_is_none) {
  const auto frame = synth::data_frame({.to_ds = true, .from_ds = true, .address4 = kB, .traffic_id = 1});
  for (std::size_t n = 0; n < 32; ++n) BOOST_TEST(!parse_mac_header(std::span(frame).first(n)).has_value());
  auto other_version = frame;
  other_version[0] |= 1;
  BOOST_TEST(!parse_mac_header(other_version).has_value());
}

BOOST_AUTO_TEST_CASE(heads_of_beacons_and_service_discovery_are_worth_reading_on) {
  const auto beacon = synth::beacon_frame({});
  BOOST_TEST(may_hold_remote_id(std::span(beacon).first(24)));
  BOOST_TEST(may_hold_remote_id(synth::probe_response_frame({})));
  BOOST_TEST(may_hold_remote_id(synth::action_frame({}, from_hex("0409506f9a1303"))));
  BOOST_TEST(!may_hold_remote_id(synth::action_frame({}, from_hex("0409506f9a0903"))));
  BOOST_TEST(!may_hold_remote_id(synth::action_frame({}, from_hex("0300"))));
  BOOST_TEST(!may_hold_remote_id(synth::data_frame({.from_ds = true})));
  BOOST_TEST(!may_hold_remote_id(synth::ack_frame(kA)));
}

BOOST_AUTO_TEST_CASE(subframes_of_an_aggregate) {
  const std::array subframes{synth::with_fcs(synth::data_frame({.from_ds = true, .body = {1, 2, 3}})),
                             synth::with_fcs(synth::data_frame({.from_ds = true, .body = {4}}))};
  const auto psdu = synth::ampdu(subframes);
  Bytes rest = psdu;
  for (const auto& subframe : subframes) {
    const auto found = next_subframe(rest);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->complete());
    BOOST_TEST(std::ranges::equal(found->octets, subframe));
  }
  BOOST_TEST(!next_subframe(rest).has_value());

  // A broken delimiter costs its own frame only.
  auto broken = psdu;
  broken[2] ^= 1;
  rest = broken;
  const auto second = next_subframe(rest);
  BOOST_REQUIRE(second);
  BOOST_TEST(std::ranges::equal(second->octets, subframes[1]));

  rest = std::span(psdu).first(20);
  const auto cut = next_subframe(rest);
  BOOST_REQUIRE(cut);
  BOOST_TEST((!cut->complete() && cut->octets.size() == 16U && cut->length == subframes[0].size()));
}

BOOST_AUTO_TEST_CASE(any_octets_are_survived) {
  synth::Random random(5);
  std::size_t elements = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint8_t> octets(random.next() % 120);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random.next());
    if (octets.size() > 4 && i % 2 == 0) octets[3] = 0x4E;
    (void)parse_mac_header(octets);
    (void)may_hold_remote_id(octets);
    (void)has_good_fcs(octets);
    for (Bytes rest = octets; next_subframe(rest);) BOOST_REQUIRE(rest.size() < octets.size());
    Elements list(octets);
    while (const auto element = list.next()) elements += element->content.size() <= 255;
  }
  BOOST_TEST(elements > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
