// Authentication pages on their way through the feed: whose they are, and what is told of a complete set.

#include "sensor/authentications.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "remote_id_frames.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/support/odid_encoder.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using nlohmann::json;

namespace {

// 2026-02-01, a month before the frames are heard.
constexpr std::int64_t kSigned_s = 1'769'904'000;

std::vector<msg::OdidMessage> pages(std::uint8_t first, std::size_t bytes = 80, std::uint8_t auth_type = 3) {
  synth::AuthValues values{.auth_type = auth_type, .timestamp_s = kSigned_s, .data = {}};
  for (std::size_t i = 0; i < bytes; ++i) values.data.push_back(static_cast<std::uint8_t>(first + i));
  std::vector<msg::OdidMessage> all;
  for (const synth::OdidBytes& page : synth::encode(values)) all.push_back(*msg::parse_odid_message(page));
  return all;
}

struct Collected final : FeedSink {
  std::vector<json> messages;
  void publish(const OutgoingMessage& message) override { messages.push_back(json::parse(message.json)); }
  std::vector<json> of(const std::string& type) const {
    std::vector<json> found;
    for (const json& message : messages)
      if (message.at("type") == type) found.push_back(message);
    return found;
  }
};

struct Feed {
  Collected told;
  FeedStage stage{{.node = "roof", .boot = "b", .publish_rejects = false, .tracker = {}}, {&told}};
  void hear(const TimedFrame& heard) { stage.on_frame(heard, heard.at.time); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(authentications)

BOOST_AUTO_TEST_CASE(pages_of_two_legacy_senders_do_not_mix) {
  Authentications all;
  const auto one = pages(1), other = pages(101);
  BOOST_REQUIRE(one.size() == 4U);
  for (std::size_t page = 0; page < 4; ++page) {
    const auto ms = static_cast<std::int64_t>(150 * page);
    const auto first = all.take(heard_remote_id(one[page], at_ms(ms), 1));
    const auto second = all.take(heard_remote_id(other[page], at_ms(ms + 10), 2));
    BOOST_TEST(first.size() == (page == 3 ? 1U : 0U));
    BOOST_TEST(second.size() == (page == 3 ? 1U : 0U));
    if (page < 3) continue;
    BOOST_TEST(first[0].data.size() == 80U);
    BOOST_TEST(int{first[0].data[79]} == 80);
    BOOST_TEST(int{second[0].data[79]} == 180);
    BOOST_TEST(first[0].one_round);
  }
  BOOST_TEST(all.counters().completed == 2U);
}

BOOST_AUTO_TEST_CASE(one_address_has_a_set_for_each_transport) {
  Authentications all;
  const auto set = pages(1);
  for (std::size_t page = 0; page < 4; ++page)
    BOOST_TEST(all.take(heard_remote_id(set[page], at_ms(0), 1,
                                        page % 2 == 0 ? "bluetooth_legacy" : "bluetooth_coded_s8"))
                   .empty());
}

BOOST_AUTO_TEST_CASE(a_pack_holds_its_set_whoever_sends_it) {
  Authentications all;
  msg::OdidPack pack;
  pack.messages = pages(1);
  pack.messages.insert(pack.messages.begin(), basic_id("S1"));
  BOOST_TEST(all.take(heard_remote_id(pack, at_ms(0), std::nullopt, "bluetooth_coded_s8")).size() == 1U);
  // Nobody knows whether the next one without an address is the same sender.
  msg::OdidPack half = pack, rest = pack;
  half.messages.resize(3);
  rest.messages.erase(rest.messages.begin(), rest.messages.begin() + 3);
  BOOST_TEST(all.take(heard_remote_id(half, at_ms(10), std::nullopt)).empty());
  BOOST_TEST(all.take(heard_remote_id(rest, at_ms(20), std::nullopt)).empty());
}

BOOST_AUTO_TEST_CASE(the_frame_that_completes_a_set_tells_it_and_so_does_the_aircraft) {
  Feed feed;
  feed.hear(heard_remote_id(basic_id("S1"), at_ms(0)));
  std::int64_t ms = 150;
  for (const auto& page : pages(1)) feed.hear(heard_remote_id(page, at_ms(ms += 150)));
  feed.stage.advance(at_ms(3000));
  const auto frames = feed.told.of("frame");
  BOOST_REQUIRE(frames.size() == 5U);
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) BOOST_TEST(!frames[i].contains("authentications"));
  BOOST_REQUIRE(frames[4]["authentications"].size() == 1U);
  const json& set = frames[4]["authentications"][0];
  BOOST_TEST(set["auth_type"] == "message_set_signature");
  BOOST_TEST(set["length_bytes"] == 80);
  BOOST_TEST(set["time"] == "2026-02-01T00:00:00.000000Z");
  BOOST_TEST(set["data_hex"].get<std::string>().substr(0, 8) == "01020304");
  BOOST_TEST(set["data_hex"].get<std::string>().size() == 160U);
  BOOST_TEST(!set.contains("restored"));
  // Each page is there as it came, too.
  BOOST_TEST(frames[4]["messages"][0]["fields"]["page"] == 3);

  const json claimed = feed.told.of("aircraft").back()["claimed"];
  BOOST_TEST(claimed["serial"] == "S1");
  BOOST_TEST(claimed["authentication"]["auth_type"] == "message_set_signature");
  BOOST_TEST(claimed["authentication"]["length_bytes"] == 80);
  BOOST_TEST(!claimed["authentication"].contains("data_hex"));
  BOOST_TEST(feed.told.of("aircraft").back()["trust"]["authenticated"] == false);
}

BOOST_AUTO_TEST_CASE(a_method_says_its_name_and_status_counts_the_sets) {
  Feed feed;
  // A Wrapper of RFC 9575 without messages, as over extended advertisements: 89 bytes.
  const auto wrapper = pages(2, 89, 5);
  msg::OdidPack pack;
  pack.messages = wrapper;
  feed.hear(heard_remote_id(pack, at_ms(0), 1, "bluetooth_coded_s8"));
  feed.hear(heard_remote_id(wrapper[0], at_ms(100), 2));
  feed.stage.finish({}, at_ms(20'000));
  const json set = feed.told.of("frame")[0]["authentications"][0];
  BOOST_TEST(set["auth_type"] == "specific_method");
  BOOST_TEST(set["method"] == "wrapper");
  BOOST_TEST(set["well_formed"] == true);
  const json counted = feed.told.of("status").back()["authentications"];
  BOOST_TEST(counted["completed"] == 1);
  BOOST_TEST(counted["restored"] == 0);
}

BOOST_AUTO_TEST_SUITE_END()
