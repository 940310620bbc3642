#include "sensor/feed_client.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "feed_peers.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed_protocol.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const FeedOptions kAnyPort{.endpoint = "tcp://127.0.0.1:*", .node = "roof", .boot = "b"};

OutgoingMessage message(const std::string& kind, const std::string& id, std::uint64_t seq,
                        const std::string& boot = "b") {
  const json body{{"v", 1},
                  {"type", kind},
                  {"sensor", "roof"},
                  {"boot", boot},
                  {"seq", seq},
                  {"id", id},
                  {"time", "2026-03-01T12:00:00.000000Z"}};
  const bool is_state = kind != "frame";
  return {is_state ? "aircraft" : "frame", "wh1." + kind + ".roof." + id, body.dump(), seq,
          is_state ? 70s : 0s};
}

FeedClientOptions beside(const Feed& feed) {
  return {.endpoint = feed.last_endpoint(), .snapshot_endpoint = feed.last_snapshot_endpoint()};
}

/// The next event while the feed is served.
std::optional<FeedEvent> next(Feed& feed, FeedClient& client, std::chrono::milliseconds longest = kPatience) {
  std::optional<FeedEvent> event;
  serve_until(
      feed, [&] { return (event = client.next(0ms)).has_value(); }, longest);
  return event;
}

std::vector<std::string> topics_of(const std::optional<FeedEvent>& event) {
  std::vector<std::string> topics;
  if (!event || !std::holds_alternative<FeedSnapshot>(*event)) return topics;
  for (const FeedMessage& each : std::get<FeedSnapshot>(*event).messages)
    topics.push_back(each.topic + " " + std::to_string(each.seq));
  return topics;
}

/// Requests by hand.
Peer dealer(const Feed& feed) { return Peer(zmq::socket_type::dealer, feed.last_snapshot_endpoint()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(snapshot_socket)

BOOST_AUTO_TEST_CASE(a_snapshot_is_every_live_topic_under_the_prefix_and_an_end_with_the_numbers) {
  Feed feed(kAnyPort);
  feed.publish(message("aircraft", "a", 1));
  feed.publish(message("aircraft", "b", 2));
  feed.publish({"status", "wh1.status.roof", "{}", 5, 10s});
  feed.publish(message("frame", "a", 9));
  Peer client = dealer(feed);
  client.send({std::string(kSnapshotRequest), "wh1.aircraft."});
  BOOST_TEST(receive(feed, client).at(0) == "wh1.aircraft.roof.a");
  BOOST_TEST(receive(feed, client).at(0) == "wh1.aircraft.roof.b");
  const auto end = receive(feed, client);
  BOOST_REQUIRE(end.size() == 2U);
  BOOST_TEST(end[0] == kSnapshotEnd);
  BOOST_TEST(json::parse(end[1]) == json::parse(R"({"v":1,"type":"snapshot_end","sensor":"roof","boot":"b",
      "prefix":"wh1.aircraft.","topics":2,"seq":{"aircraft":2,"status":5}})"));
}

BOOST_AUTO_TEST_CASE(a_ping_is_answered) {
  Feed feed(kAnyPort);
  Peer client = dealer(feed);
  client.send({std::string(kPing)});
  const auto answer = receive(feed, client);
  BOOST_REQUIRE(answer.size() == 2U);
  BOOST_TEST(answer[0] == kPong);
  BOOST_TEST(json::parse(answer[1])["boot"] == "b");
}

BOOST_AUTO_TEST_CASE(a_large_snapshot_goes_out_in_slices_as_the_client_takes_it) {
  Feed feed(kAnyPort);
  constexpr std::size_t kTopics = 5000;
  for (std::uint64_t i = 1; i <= kTopics; ++i) feed.publish(message("aircraft", std::to_string(i), i));
  Peer client(zmq::socket_type::dealer, feed.last_snapshot_endpoint(), {}, 10);
  client.send({std::string(kSnapshotRequest), "wh1."});
  std::size_t topics = 0;
  std::vector<std::string> parts;
  while ((parts = receive(feed, client)).size() == 2 && parts[0] != kSnapshotEnd) ++topics;
  BOOST_TEST(topics == kTopics);
  BOOST_REQUIRE(parts.size() == 2U);
  BOOST_TEST(json::parse(parts[1])["topics"] == kTopics);
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_counted_and_not_answered) {
  Feed feed(kAnyPort);
  Peer client = dealer(feed);
  const std::vector<std::vector<std::string>> bad{{""},
                                                  {"", std::string(kPing)},
                                                  {"WH1.COMMAND", "{}"},
                                                  {std::string(kSnapshotRequest)},
                                                  {std::string(kSnapshotRequest), "wh1.", "x"},
                                                  {std::string(kSnapshotRequest), std::string(257, 'w')},
                                                  std::vector<std::string>(300, "x")};
  for (const auto& parts : bad) client.send(parts);
  client.send({std::string(kPing)});
  BOOST_TEST(receive(feed, client).at(0) == kPong);
  BOOST_TEST(feed.health()->bad_requests == bad.size());
}

BOOST_AUTO_TEST_CASE(clients_that_ask_and_do_not_read_keep_nobody_from_an_answer) {
  Feed feed(kAnyPort);
  for (std::uint64_t i = 1; i <= 3000; ++i) feed.publish(message("aircraft", std::to_string(i), i));
  std::vector<Peer> lazy;
  for (int i = 0; i < 20; ++i) {
    lazy.emplace_back(zmq::socket_type::dealer, feed.last_snapshot_endpoint(), std::nullopt, 1);
    for (int n = 0; n < 50; ++n) lazy.back().send({std::string(kSnapshotRequest), ""});
  }
  BOOST_TEST(serve_until(feed, [&] { return feed.health()->bad_requests >= 20U * 49U; }));
  FeedClient client(beside(feed));
  BOOST_TEST(topics_of(next(feed, client)).size() == 3000U);
}

BOOST_AUTO_TEST_CASE(rubbish_of_all_kinds_leaves_it_working) {
  Feed feed(kAnyPort);
  feed.publish(message("aircraft", "a", 1));
  std::mt19937 random(5);
  const auto text = [&] {
    static const std::vector<std::string> words{std::string(kSnapshotRequest), std::string(kPing), "wh1.", "",
                                                "\xff"};
    if (random() % 2 == 0) return words[random() % words.size()];
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  for (int round = 0; round < 30; ++round) {
    Peer client = dealer(feed);
    for (int i = 0; i < 200; ++i) {
      std::vector<std::string> parts(1 + random() % 4);
      for (std::string& part : parts) part = text();
      client.send(parts);
      feed.serve();
      client.receive();
    }
  }
  FeedClient client(beside(feed));
  BOOST_TEST(topics_of(next(feed, client)).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(feed_client)

BOOST_AUTO_TEST_CASE(who_joins_late_starts_with_everything_and_goes_on_live) {
  Feed feed(kAnyPort);
  feed.publish(message("aircraft", "a", 1));
  feed.publish(message("aircraft", "b", 2));
  FeedClient client(beside(feed));
  const std::vector<std::string> expected{"wh1.aircraft.roof.a 1", "wh1.aircraft.roof.b 2"};
  BOOST_TEST(topics_of(next(feed, client)) == expected, boost::test_tools::per_element());
  BOOST_TEST(client.is_complete());
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  feed.publish(message("aircraft", "a", 3));
  const auto event = next(feed, client);
  BOOST_REQUIRE(event.has_value());
  BOOST_TEST(std::get<FeedMessage>(*event).seq == 3U);
  BOOST_TEST(client.counts().lost == 0U);
}

BOOST_AUTO_TEST_CASE(topics_limit_what_comes) {
  Feed feed(kAnyPort);
  feed.publish(message("aircraft", "a", 1));
  feed.publish({"status", "wh1.status.roof", message("status", "x", 1).json, 1, 10s});
  feed.publish({"alert", "wh1.alert.roof.x", message("alert", "x", 1).json, 1, 10s});
  FeedClientOptions options = beside(feed);
  options.topics = {"wh1.aircraft.", "wh1.status."};
  FeedClient client(options);
  const std::vector<std::string> expected{"wh1.aircraft.roof.a 1", "wh1.status.roof 1"};
  BOOST_TEST(topics_of(next(feed, client)) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_starts_before_the_sensor_and_outlives_it) {
  std::optional<Feed> feed(std::in_place, kAnyPort);
  FeedOptions again = kAnyPort;
  again.endpoint = feed->last_endpoint();
  again.snapshot_endpoint = feed->last_snapshot_endpoint();
  FeedClient client(beside(*feed));
  feed.reset();
  BOOST_TEST(!client.next(50ms).has_value());
  feed.emplace(again);
  feed->publish(message("aircraft", "a", 1));
  BOOST_TEST(topics_of(next(*feed, client)).size() == 1U);
  // Another sensor in its place: its first message makes the client ask anew.
  feed.reset();
  again.boot = "c";
  feed.emplace(again);
  feed->publish(message("aircraft", "a", 1, "c"));
  feed->publish(message("aircraft", "b", 2, "c"));
  std::vector<std::string> state;
  BOOST_TEST(serve_until(*feed, [&] {
    if (const auto event = client.next(0ms)) state = topics_of(event);
    return state.size() == 2U;
  }));
}

BOOST_AUTO_TEST_CASE(a_loss_is_told_and_mended) {
  Feed feed(kAnyPort);
  feed.publish(message("aircraft", "a", 1));
  FeedClient client(beside(feed));
  BOOST_REQUIRE(next(feed, client).has_value());
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  feed.publish(message("aircraft", "a", 4));
  const auto event = next(feed, client);
  BOOST_REQUIRE(event.has_value());
  BOOST_TEST(std::get<FeedMessage>(*event).missing == 2U);
  BOOST_TEST(!client.is_complete());
  BOOST_TEST(topics_of(next(feed, client)).size() == 1U);
  BOOST_TEST(client.is_complete());
}

BOOST_AUTO_TEST_CASE(without_a_snapshot_socket_messages_still_come) {
  Feed feed(kAnyPort);
  FeedClientOptions options = beside(feed);
  const Peer unbound(zmq::socket_type::dealer, "tcp://127.0.0.1:9");
  options.snapshot_endpoint = "tcp://127.0.0.1:9";
  FeedClient client(options);
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  feed.publish(message("aircraft", "a", 1));
  const auto event = next(feed, client);
  BOOST_REQUIRE(event.has_value());
  BOOST_TEST(std::get<FeedMessage>(*event).seq == 1U);
  BOOST_TEST(!client.is_complete());
}

BOOST_AUTO_TEST_CASE(what_is_no_address_or_no_key_is_told_in_one_sentence) {
  for (const FeedClientOptions& options :
       {FeedClientOptions{.endpoint = "localhost"},
        FeedClientOptions{.endpoint = "tcp://127.0.0.1:1", .snapshot_endpoint = "x"},
        FeedClientOptions{.endpoint = "tcp://127.0.0.1:1",
        .curve = CurveClientKeys{{"short", "short"}, "short"}}})
    BOOST_CHECK_THROW(FeedClient{options}, ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
