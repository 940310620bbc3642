// Who may read a feed with CURVE, with real sockets.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "feed_peers.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed.hpp"
#include "sensor/feed_client.hpp"
#include "sensor/feed_protocol.hpp"
#include "tests/sensor/temporary_folder.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using windhover::sensor::testing::TemporaryFolder;

namespace {

/// A feed that lets in alice, and what others would need to pass for her.
struct Guarded {
  Guarded() {
    std::filesystem::create_directory(folder / "clients");
    write_curve_key_files(folder / "clients/alice", alice);
    feed.emplace(FeedOptions{
        .endpoint = "tcp://127.0.0.1:*", .boot = "b", .access = FeedAccess{server, {folder / "clients"}}});
  }
  CurveClientKeys keys_of(const CurveKeyPair& own) const { return {own, server.public_key}; }
  void publish_state() {
    const std::string body = R"({"v":1,"type":"status","sensor":"roof","boot":"b","seq":)" +
                             std::to_string(++seq) +
                             R"(,"time":"2026-03-01T12:00:00.000000Z","source":"secret"})";
    feed->publish({"status", "wh1.status.roof", body, seq, 10s});
  }

  TemporaryFolder folder;
  CurveKeyPair server = make_curve_key_pair(), alice = make_curve_key_pair();
  std::optional<Feed> feed;
  std::uint64_t seq = 0;
};

struct Listener {
  Listener(const Guarded& guarded, const std::optional<CurveClientKeys>& keys)
      : sub(zmq::socket_type::sub, guarded.feed->last_endpoint(), keys),
        dealer(zmq::socket_type::dealer, guarded.feed->last_snapshot_endpoint(), keys) {
    sub.subscribe("");
    dealer.socket().set(zmq::sockopt::sndhwm, 10);
  }
  bool has_heard() {
    dealer.socket().send(zmq::str_buffer("WH1.PING"), zmq::send_flags::dontwait);
    return !sub.receive().empty() || !dealer.receive().empty();
  }
  Peer sub, dealer;
};

/// Serves and publishes until alice, who connects now, has both a message and a snapshot: by then whoever
/// connected before her has been judged.
void let_alice_hear(Guarded& guarded) {
  FeedClient alice({.endpoint = guarded.feed->last_endpoint(),
                    .snapshot_endpoint = guarded.feed->last_snapshot_endpoint(),
                    .curve = guarded.keys_of(guarded.alice)});
  Listener listener(guarded, guarded.keys_of(guarded.alice));
  BOOST_REQUIRE(serve_until(*guarded.feed, [&] {
    guarded.publish_state();
    return !listener.sub.receive().empty();
  }));
  BOOST_REQUIRE(serve_until(*guarded.feed, [&] {
    alice.next(0ms);
    return alice.counts().snapshots > 0;
  }));
}

bool names(const ConfigError& error, const std::string& what) {
  return std::string(error.what()).find(what) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_security)

BOOST_AUTO_TEST_CASE(a_listed_key_hears_and_gets_snapshots) {
  Guarded guarded;
  let_alice_hear(guarded);
  BOOST_TEST(guarded.feed->health()->refused_clients == 0U);
}

BOOST_AUTO_TEST_CASE(no_key_and_a_strange_key_hear_nothing) {
  Guarded guarded;
  guarded.publish_state();
  Listener plain(guarded, std::nullopt);
  Listener stranger(guarded, guarded.keys_of(make_curve_key_pair()));
  // Alice's public key, as anybody may know it, with another secret.
  Listener pretender(guarded, guarded.keys_of({guarded.alice.public_key, make_curve_key_pair().secret_key}));
  Listener misled(guarded, CurveClientKeys{guarded.alice, make_curve_key_pair().public_key});
  for (int i = 0; i < 3; ++i) {
    let_alice_hear(guarded);
    for (Listener* each : {&plain, &stranger, &pretender, &misled}) BOOST_TEST(!each->has_heard());
  }
  BOOST_TEST(guarded.feed->health()->refused_clients > 0U);
  BOOST_TEST(guarded.feed->health()->bad_requests == 0U);
}

BOOST_AUTO_TEST_CASE(half_open_and_rude_connections_hear_nothing_and_disturb_nobody) {
  Guarded guarded;
  std::mt19937 random(3);
  std::string noise(1000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  const std::string greeting("\xff\0\0\0\0\0\0\0\1\x7f\3\1CURVE", 17);
  std::vector<std::unique_ptr<RawConnection>> raw;
  for (const std::string& endpoint : {guarded.feed->last_endpoint(), guarded.feed->last_snapshot_endpoint()})
    for (const std::string& opening :
         {std::string(), greeting, noise, std::string("GET / HTTP/1.1\r\n\r\n")}) {
      raw.push_back(std::make_unique<RawConnection>(endpoint));
      raw.back()->send(opening);
    }
  let_alice_hear(guarded);
  for (const auto& each : raw) BOOST_TEST(each->received().find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_added_is_let_in_and_who_is_removed_is_thrown_out) {
  Guarded guarded;
  const CurveKeyPair key = make_curve_key_pair();
  FeedClient bob({.endpoint = guarded.feed->last_endpoint(),
                  .snapshot_endpoint = guarded.feed->last_snapshot_endpoint(),
                  .curve = guarded.keys_of(key)});
  const auto has_heard = [&] { return bob.next(std::chrono::milliseconds(0)).has_value(); };
  let_alice_hear(guarded);
  BOOST_TEST(!has_heard());
  write_curve_key_files(guarded.folder / "clients/bob", key);
  // Bob was refused and tries again after a while.
  BOOST_TEST(serve_until(
      *guarded.feed,
      [&] {
        guarded.publish_state();
        has_heard();
        return bob.is_complete() && bob.counts().messages > 0;
      },
      30s));
  std::filesystem::remove(guarded.folder / "clients/bob.key");
  BOOST_TEST(serve_until(*guarded.feed, [&] { return guarded.feed->health()->reopened > 0; }));
  let_alice_hear(guarded);
  while (has_heard()) continue;  // what was on its way
  let_alice_hear(guarded);
  BOOST_TEST(!has_heard());
}

BOOST_AUTO_TEST_CASE(another_list_throws_out_who_is_not_on_it) {
  Guarded guarded;
  std::filesystem::create_directory(guarded.folder / "others");
  const CurveKeyPair key = make_curve_key_pair();
  write_curve_key_files(guarded.folder / "clients/bob", key);
  write_curve_key_files(guarded.folder / "others/alice", guarded.alice);
  guarded.feed->set_allowed({guarded.folder / "clients"});  // a place that it has already
  FeedClient bob({.endpoint = guarded.feed->last_endpoint(),
                  .snapshot_endpoint = guarded.feed->last_snapshot_endpoint(),
                  .curve = guarded.keys_of(key)});
  const auto has_heard = [&] { return bob.next(std::chrono::milliseconds(0)).has_value(); };
  BOOST_TEST(serve_until(
      *guarded.feed,
      [&] {
        guarded.publish_state();
        has_heard();
        return bob.is_complete() && bob.counts().messages > 0;
      },
      30s));
  BOOST_CHECK_THROW(guarded.feed->set_allowed({guarded.folder / "none"}), ConfigError);
  BOOST_TEST(guarded.feed->health()->reopened == 0U);
  guarded.feed->set_allowed({guarded.folder / "others"});
  BOOST_TEST(guarded.feed->health()->reopened > 0U);
  let_alice_hear(guarded);
  while (has_heard()) continue;  // what was on its way
  let_alice_hear(guarded);
  BOOST_TEST(!has_heard());
  Feed open({.endpoint = "tcp://127.0.0.1:*", .boot = "b"});
  BOOST_CHECK_THROW(open.set_allowed({guarded.folder / "clients"}), ConfigError);
}

BOOST_AUTO_TEST_CASE(what_other_machines_can_reach_needs_keys_or_plain_words) {
  const auto with = [](const std::string& endpoint, const std::string& snapshot, bool insecure) {
    FeedOptions options{.endpoint = endpoint, .snapshot_endpoint = snapshot};
    options.insecure = insecure;
    return options;
  };
  for (const FeedOptions& open : {with("tcp://0.0.0.0:*", "", false), with("tcp://*:*", "", false),
                                  with("tcp://127.0.0.1:*", "tcp://0.0.0.0:*", false)})
    BOOST_CHECK_EXCEPTION(Feed{open}, ConfigError, [](const ConfigError& error) {
      return names(error, "--curve-key") && names(error, "--insecure-feed");
    });
  Feed{with("tcp://0.0.0.0:*", "", true)};
  const TemporaryFolder folder;
  FeedOptions guarded = with("tcp://0.0.0.0:*", "", false);
  guarded.access = FeedAccess{make_curve_key_pair(), {folder.path()}};
  Feed{guarded};
}

BOOST_AUTO_TEST_CASE(keys_that_are_none_are_told) {
  const TemporaryFolder folder;
  FeedOptions options{.endpoint = "tcp://127.0.0.1:*"};
  options.access = FeedAccess{{"short", "short"}, {folder.path()}};
  BOOST_CHECK_THROW(Feed{options}, ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
