#include "sensor/link_ledger.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "sensor/feed_json.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace std::chrono_literals;
using decoders::Direction;
using decoders::Proof;

namespace {

const UtcTime kStart = parse_rfc3339("2026-03-01T12:00:00Z");  // a multiple of the window

decoders::Transmitter address(std::uint8_t last) { return {{0x02, 0, 0, 0, 0, last}, true}; }

TimedPdu pdu_at(std::chrono::microseconds after, std::optional<std::uint8_t> sender,
                std::uint32_t octets = 100, Proof proof = Proof::frame_checked) {
  TimedPdu timed;
  decoders::LinkPdu& pdu = timed.pdu;
  pdu.kind = "wifi";
  pdu.phy = "ofdm";
  pdu.width_mhz = 20;
  pdu.rf.centre = {2437e6};
  pdu.rf.channel = 6;
  pdu.rf.rate_mbps = 24;
  pdu.rf.snr_db = 20;
  pdu.rf.rssi_dbfs = -40;
  pdu.octets = octets;
  pdu.proof = proof;
  pdu.frames_checked = proof == Proof::frame_checked;
  if (sender) pdu.transmitter = address(*sender);
  timed.at.time = kStart + after;
  timed.at.start_s = std::chrono::duration<double>(after).count();
  timed.at.duration_s = 60e-6;
  return timed;
}

/// Feeds a ledger as the feed stage does, and keeps what it tells.
struct Book {
  LinkLedger ledger;
  std::vector<LinkMessage> told;

  explicit Book(std::size_t most = 2000) : ledger({.max_links = most, .hash = AddressHash("test")}) {
    ledger.advance(kStart, told);
  }
  void hear(const TimedPdu& pdu) {
    ledger.advance(pdu.at.time, told);
    ledger.on_pdu(pdu);
  }
  void advance(std::chrono::microseconds after) { ledger.advance(kStart + after, told); }
  void finish(std::chrono::microseconds after) { ledger.finish(kStart + after, told); }

  const LinkMessage* find(std::optional<std::uint8_t> sender) const {
    const auto wanted =
        sender ? "wifi-" + hash_text(AddressHash("test").of(address(*sender))) : "wifi-channel-6";
    const auto at = std::ranges::find(told, wanted, &LinkMessage::id);
    return at == told.end() ? nullptr : &*at;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_ledger)

BOOST_AUTO_TEST_CASE(a_window_is_told_at_its_end_with_what_began_in_it) {
  Book book;
  book.hear(pdu_at(1s, 1, 100));
  book.hear(pdu_at(4999ms, 1, 200));
  book.hear(pdu_at(5001ms, 1, 400));
  book.advance(5249ms);
  BOOST_TEST(book.told.empty());
  book.advance(5251ms);
  BOOST_REQUIRE(book.told.size() == 1U);
  const LinkMessage& first = book.told[0];
  BOOST_TEST((first.head.time == kStart + 5s));
  BOOST_TEST(first.window_s == 5);
  BOOST_TEST(first.window.frames == 2U);
  BOOST_TEST(first.window.octets == 300U);
  BOOST_TEST(first.window.airtime_s == 120e-6, boost::test_tools::tolerance(1e-9));
  BOOST_TEST((first.first_heard == kStart + 1s));
  book.finish(7s);
  BOOST_REQUIRE(book.told.size() == 2U);
  BOOST_TEST(book.told[1].window.octets == 400U);
  BOOST_TEST(book.told[1].window_s == 2);
  BOOST_TEST(book.told[1].total.octets == 700U);
}

BOOST_AUTO_TEST_CASE(one_transmission_on_several_channels_counts_once_where_it_is_strongest) {
  Book book;
  auto beside = pdu_at(1s, 1);
  beside.pdu.rf.channel = 5;
  beside.pdu.rf.centre = {2432e6};
  beside.pdu.rf.snr_db = 8;
  beside.at.start_s += 1.2e-6;
  book.hear(beside);
  book.hear(pdu_at(1s, 1));
  auto wide = pdu_at(2s, 2);
  book.hear(wide);
  wide.pdu.rf.channel = 10;
  wide.pdu.rf.centre = {2457e6};
  book.hear(wide);
  // Another transmission, though it begins at the same time.
  auto other = pdu_at(2s, 3, 77);
  other.pdu.rf.channel = 1;
  other.pdu.rf.centre = {2412e6};
  book.hear(other);
  book.finish(3s);
  BOOST_TEST(book.told.size() == 3U);
  BOOST_REQUIRE((book.find(1) != nullptr && book.find(2) != nullptr && book.find(3) != nullptr));
  BOOST_TEST(book.find(1)->total.frames == 1U);
  BOOST_TEST(book.find(1)->channel.value() == 6);
  BOOST_TEST(book.find(2)->total.frames == 1U);
  BOOST_TEST(book.find(3)->total.frames == 1U);
}

BOOST_AUTO_TEST_CASE(senders_that_nothing_proves_count_for_the_channel) {
  Book book;
  book.hear(pdu_at(1s, 1, 100, Proof::header));
  book.hear(pdu_at(1100ms, 2, 100, Proof::header));
  book.hear(pdu_at(1200ms, 3, 100, Proof::check_failed));
  book.hear(pdu_at(1300ms, std::nullopt));
  for (int i = 0; i < 3; ++i) book.hear(pdu_at(1400ms + i * 1ms, 4, 100, Proof::header));
  book.finish(2s);
  BOOST_TEST(book.told.size() == 2U);
  BOOST_REQUIRE((book.find(std::nullopt) != nullptr && book.find(4) != nullptr));
  BOOST_TEST(book.find(std::nullopt)->total.frames == 4U);
  BOOST_TEST(book.find(std::nullopt)->total.octets == 400U);
  BOOST_TEST(book.find(4)->total.frames == 3U);
}

BOOST_AUTO_TEST_CASE(directions_retries_rates_and_estimates_add_up) {
  Book book;
  auto up = pdu_at(1s, 1, 1000);
  up.pdu.direction = Direction::to_access_point;
  up.pdu.role = decoders::Role::station;
  up.pdu.data_octets = 960;
  up.pdu.retry = true;
  up.pdu.receiver = address(9);
  book.hear(up);
  auto vht = pdu_at(2s, 1, 5000);
  vht.pdu.octets_exact = false;
  vht.pdu.rf.rate_mbps = 86.7F;
  book.hear(vht);
  book.finish(3s);
  const LinkMessage* link = book.find(1);
  BOOST_REQUIRE(link != nullptr);
  BOOST_TEST(link->total.data_to_access_point == 960U);
  BOOST_TEST(link->total.retries == 1U);
  BOOST_TEST(link->total.octets == 1000U);
  BOOST_TEST(link->total.octets_estimated == 5000U);
  BOOST_REQUIRE(link->rates.size() == 2U);
  BOOST_TEST(link->rates[0].mbps == 24.0F);
  BOOST_TEST(link->rates[1].frames == 1U);
  BOOST_TEST(link->peer.value().hash == AddressHash("test").of(address(9)));
  BOOST_TEST(link->rssi_dbfs.value() == -40, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(addresses_are_told_of_aircraft_only) {
  Book book;
  book.ledger.tie(address(1), "rid-X");
  auto mine = pdu_at(1s, 1);
  mine.pdu.receiver = address(2);
  book.hear(mine);
  auto pilots = pdu_at(1100ms, 2);
  pilots.pdu.receiver = address(1);
  book.hear(pilots);
  book.hear(pdu_at(1200ms, 3));
  book.finish(2s);
  BOOST_TEST(book.find(1)->transmitter.value().aircraft == "rid-X");
  BOOST_TEST(book.find(2)->peer.value().aircraft == "rid-X");
  std::string all;
  for (const LinkMessage& message : book.told) all += to_json(message) + "\n";
  BOOST_TEST(all.find("02:00:00:00:00:01") != std::string::npos);
  for (const char* secret : {"02:00:00:00:00:02", "02:00:00:00:00:03", "020000000002", "020000000003"})
    BOOST_TEST(all.find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(hashes_differ_from_start_to_start_unless_their_seed_is_fixed) {
  BOOST_TEST(AddressHash().of(address(1)) != AddressHash().of(address(1)));
  BOOST_TEST(AddressHash("a").of(address(1)) == AddressHash("a").of(address(1)));
  BOOST_TEST(AddressHash("a").of(address(1)) != AddressHash("b").of(address(1)));
  BOOST_TEST(AddressHash("a").of(address(1)) != AddressHash("a").of(address(2)));
}

BOOST_AUTO_TEST_CASE(a_link_that_falls_silent_is_told_gone_once) {
  Book book;
  book.hear(pdu_at(1s, 1));
  for (auto at = 2s; at < 80s; at += 1s) book.advance(at);
  BOOST_REQUIRE(book.told.size() == 2U);
  BOOST_CHECK(book.told[1].state == AircraftState::gone);
  BOOST_TEST((book.told[1].head.time == kStart + 65s));
  BOOST_TEST(book.told[1].total.frames == 1U);
  BOOST_TEST(book.ledger.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_told_does_not_depend_on_how_often_time_is_told) {
  std::vector<std::string> outputs;
  for (const auto step : {10ms, 700ms, 20'000ms}) {
    Book book;
    for (int i = 0; i < 200; ++i) {
      const auto at = 37ms * i;
      book.hear(pdu_at(at, static_cast<std::uint8_t>(i % 5)));
      if (at / step != (at + 37ms) / step) book.advance(at);
    }
    book.advance(12s);
    book.finish(12s);
    std::string all;
    for (const LinkMessage& message : book.told) all += to_json(message) + "\n";
    outputs.push_back(all);
  }
  BOOST_TEST(outputs[0] == outputs[1]);
  BOOST_TEST(outputs[0] == outputs[2]);
}

BOOST_AUTO_TEST_CASE(a_flood_of_invented_senders_is_bounded_and_loses_no_octet) {
  Book book(50);
  std::uint64_t sent = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto pdu = pdu_at(i * 300us, 1, 100, i % 3 == 0 ? Proof::frame_checked : Proof::header);
    pdu.pdu.transmitter =
        decoders::Transmitter{{2, 0, 0, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                               static_cast<std::uint8_t>(i)},
                              true};
    book.hear(pdu);
    sent += 100;
    BOOST_REQUIRE(book.ledger.size() <= 51U);
  }
  book.finish(6s);
  std::uint64_t counted = 0;
  for (const LinkMessage& message : book.told) counted += message.window.octets;
  BOOST_TEST(counted == sent);
  BOOST_TEST(book.ledger.evicted() > 0U);
}

BOOST_AUTO_TEST_CASE(a_jump_back_in_time_ends_all_links) {
  Book book;
  book.hear(pdu_at(100s, 1));
  book.advance(101s);
  book.advance(10s);
  BOOST_TEST(book.ledger.size() == 0U);
  BOOST_TEST(book.told.size() == 1U);
}

BOOST_AUTO_TEST_CASE(json_of_a_link) {
  Book book;
  book.ledger.tie(address(1), "rid-X");
  auto pdu = pdu_at(1s, 1);
  pdu.pdu.hint = decoders::PresenceHint{"drone-like access point", "SSID begins with TELLO"};
  pdu.pdu.role = decoders::Role::access_point;
  book.hear(pdu);
  book.finish(2s);
  book.told.at(0).attribution = {{{"rid-X", 1, {{"transmitter address"}}}}, 0};
  const auto json = nlohmann::json::parse(to_json(book.told.at(0)));
  BOOST_TEST(json.at("type") == "link");
  BOOST_TEST(json.at("kind") == "wifi");
  BOOST_TEST(json.at("transmitter").at("address") == "02:00:00:00:00:01");
  BOOST_TEST(json.at("aircraft").at("id") == "rid-X");
  BOOST_TEST(json.at("attribution").at("unattributed") == 0.0);
  BOOST_TEST(json.at("drone_like") == true);
  BOOST_TEST(json.at("hint").at("reason") == "SSID begins with TELLO");
  BOOST_TEST(json.at("rf").at("channel") == 6);
  BOOST_TEST(json.at("frames").at("fcs_ok") == 1);
  BOOST_TEST(json.at("bytes").at("exact") == 100);
  BOOST_TEST(!json.contains("peer"));
  BOOST_TEST(json.at("total").at("airtime_s") == 60e-6);
}

BOOST_AUTO_TEST_SUITE_END()
