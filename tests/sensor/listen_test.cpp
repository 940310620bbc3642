#include "sensor/listen.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "dji_frames.hpp"
#include "sensor/aircraft_table.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed.hpp"
#include "sensor/feed_reader.hpp"
#include "sensor/feed_stage.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto kPatience = 10s;

class Keep : public FeedSink {
 public:
  void publish(const OutgoingMessage& message) override { lines.push_back(message.json); }
  std::vector<std::string> lines;
};

StreamStatus stream() {
  StreamStatus stream;
  stream.rate_hz = 50e6;
  stream.center_hz = 2457.5e6;
  stream.stream_s = 12.5;
  stream.gaps = 2;
  stream.lost_samples = 777;
  stream.drops = {{"iq_ring", 3}, {"frames", 4}};
  return stream;
}

// Two frames and a status through the real stage.
std::vector<std::string> real_lines() {
  Keep keep;
  FeedStage stage({.node = "roof", .boot = "b"}, {&keep});
  stage.on_frame(frame(telemetry(), at_ms(0)), at_ms(0));
  stage.on_reject({{"dji_droneid", decoders::RejectReason::crc16, {}}, {}}, at_ms(1));
  stage.on_frame(frame(telemetry(), at_ms(640)), at_ms(640));
  stage.finish(stream(), at_ms(2000));
  return keep.lines;
}

HeardMessage numbered(std::uint64_t seq, std::string boot = "b", std::string type = "frame") {
  return {std::move(type), "roof", std::move(boot), seq, {}};
}

struct Run {
  int code = -1;
  std::string out, err;
};

/// Runs the listener in a thread while `publish` has the feed, to which it has subscribed.
template <typename Publish>
Run listen_while(ListenOptions options, bool as_table, Publish publish) {
  Feed feed({.endpoint = "tcp://127.0.0.1:*"});
  options.endpoint = feed.last_endpoint();
  Run run;
  options.snapshot_endpoint = feed.last_snapshot_endpoint();
  std::ostringstream out, err;
  std::atomic<bool> ended{false};
  std::thread listener([&] {
    run.code = run_listen(options, as_table, out, err);
    ended = true;
  });
  const bool subscribed = feed.wait_for_subscriber(kPatience);
  if (subscribed) publish(feed);
  while (!ended) feed.serve();
  listener.join();
  BOOST_TEST(subscribed);
  run.out = out.str();
  run.err = err.str();
  return run;
}

void publish_line(Feed& feed, const std::string& line) {
  feed.publish({"any", "wh1." + json::parse(line)["type"].get<std::string>() + ".roof", line});
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_reader)

BOOST_AUTO_TEST_CASE(what_the_stage_writes_is_read_back) {
  AircraftBoard board;
  const AircraftBoard::Instant now{};
  for (const std::string& line : real_lines()) {
    const auto message = read_message(line);
    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(message->sensor == "roof");
    board.apply(*message, now);
  }
  const auto rows = board.rows(now + 3s);
  BOOST_REQUIRE(rows.size() == 1U);
  const AircraftRow& row = rows[0];
  BOOST_TEST(row.id == "dji-1WNBH3900201N1");
  BOOST_TEST(row.model == "Mavic Air 2");
  BOOST_TEST(row.state == "alive");
  BOOST_TEST(row.lat_deg.value() == 51.44635598);
  BOOST_TEST(row.lon_deg.value() == 7.26721906);
  BOOST_TEST(row.pilot_lat_deg.value() == 51.44622993);
  BOOST_TEST(row.height_m.value() == 3.7);
  BOOST_TEST(row.snr_db.value() == 29.4);
  BOOST_TEST(row.carrier_hz.value() == 2459507363.0);
  BOOST_TEST(row.frames == 2U);
  BOOST_TEST(row.age_s.value() == 4.36, boost::test_tools::tolerance(1e-9));
  BOOST_REQUIRE(board.strips(now + 2s).size() == 1U);
  BOOST_TEST(
      board.strips(now + 2s)[0] ==
      "roof  50.00 MS/s at 2457.500 MHz  stream 12.5 s  status 2 s ago  frames 2  rejects 1  gaps 2  lost "
      "samples 777  drops 7");
}

BOOST_AUTO_TEST_CASE(holes_are_counted_by_sensor_boot_and_kind) {
  SeqWatch watch;
  BOOST_TEST(watch.missing_before(numbered(5)) == 0U);  // joined late: nothing was promised
  BOOST_TEST(watch.missing_before(numbered(6)) == 0U);
  BOOST_TEST(watch.missing_before(numbered(1, "b", "status")) == 0U);
  BOOST_TEST(watch.missing_before(numbered(9)) == 2U);
  BOOST_TEST(watch.missing_before(numbered(1, "c")) == 0U);  // a new start
  BOOST_TEST(watch.missing_before(numbered(3, "c")) == 1U);
  BOOST_TEST(watch.missing_before(numbered(2, "c")) == 0U);  // sent again for another subscriber
  BOOST_TEST(watch.missing_before(numbered(4, "c")) == 0U);
  watch.expect_after(numbered(9, "c"));
  BOOST_TEST(watch.missing_before(numbered(8, "c")) == 0U);
  BOOST_TEST(watch.missing_before(numbered(11, "c")) == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_refused) {
  const json good = json::parse(real_lines()[1]);
  BOOST_REQUIRE(read_message(good.dump()).has_value());
  for (const char* text :
       {"", "{", "[]", "null", "3", "\"x\"", "{}", "\xff\xfe", R"({"v":1,"type":"status"})"})
    BOOST_TEST(!read_message(text));
  for (const char* key : {"v", "type", "sensor", "boot", "seq", "time", "id"}) {
    if (std::string(key) == "boot") continue;
    json bad = good;
    bad.erase(key);
    BOOST_TEST(!read_message(bad.dump()));
    for (const json& odd : {json(nullptr), json(-1), json(1e300), json::array({1}), json::object()}) {
      bad[key] = odd;
      BOOST_TEST(!read_message(bad.dump()));
    }
  }
  for (const char* time : {"0002-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "-200-01-01T00:00:00Z", "2026"}) {
    json bad = good;
    bad["time"] = time;
    BOOST_TEST(!read_message(bad.dump()));
  }
  BOOST_TEST(!read_message(std::string(200'000, '[')));
}

BOOST_AUTO_TEST_CASE(fields_of_a_wrong_type_read_as_unknown) {
  json odd = json::parse(real_lines()[1]);
  odd["claimed"] = {{"model", 3}, {"position", {{"lat_deg", "x"}, {"lon_deg", nullptr}}}, {"pilot", 7}};
  odd["measured"] = {{"frames", -3}, {"transports", {1, nullptr, {{"snr_db", "loud"}}}}};
  const auto message = read_message(odd.dump());
  BOOST_REQUIRE(message.has_value());
  const AircraftRow& row = std::get<HeardAircraft>(message->body).row;
  BOOST_TEST((row.model.empty() && !row.lat_deg && !row.lon_deg && !row.pilot_lat_deg && !row.snr_db));
  BOOST_TEST(row.frames == 0U);
}

BOOST_AUTO_TEST_CASE(mutated_messages_never_throw) {
  std::mt19937 random(9);
  const std::vector<std::string> lines = real_lines();
  AircraftBoard board;
  for (int i = 0; i < 20'000; ++i) {
    std::string line = lines[random() % lines.size()];
    for (unsigned n = random() % 4; n > 0; --n)
      line[random() % line.size()] = static_cast<char>(random() % 96 + 32);
    if (random() % 8 == 0) line.resize(random() % line.size());
    if (const auto message = read_message(line)) board.apply(*message, {});
  }
  const std::string table = aircraft_table(board.rows({}));
  BOOST_TEST(
      std::all_of(table.begin(), table.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

BOOST_AUTO_TEST_CASE(a_sender_that_invents_aircraft_fills_no_memory) {
  AircraftBoard board;
  json body = json::parse(real_lines()[1]);
  for (int i = 0; i < 5000; ++i) {
    body["id"] = std::to_string(i);
    board.apply(*read_message(body.dump()), AircraftBoard::Instant{} + std::chrono::milliseconds(i));
  }
  BOOST_TEST(board.rows({}).size() == 4000U);
}

BOOST_AUTO_TEST_CASE(a_gone_aircraft_is_shown_for_a_minute_and_then_leaves) {
  AircraftBoard board;
  const AircraftBoard::Instant now{};
  json body = json::parse(real_lines()[1]);
  body["state"] = "gone";
  board.apply(*read_message(body.dump()), now);
  board.apply(numbered(1), now + 60s);
  BOOST_TEST(board.rows(now + 60s).size() == 1U);
  board.apply(numbered(2), now + 61s);
  BOOST_TEST(board.rows(now + 61s).empty());
}

BOOST_AUTO_TEST_CASE(a_replay_keeps_every_aircraft_for_its_last_table) {
  BoardSink board;
  FeedStage stage({.node = "roof", .boot = "b"}, {&board});
  stage.on_frame(frame(telemetry("A"), at_ms(0)), at_ms(0));
  stage.on_frame(frame(telemetry("B"), at_ms(500'000)), at_ms(500'000));
  stage.finish({}, at_ms(500'001));
  const auto rows = board.rows();
  BOOST_REQUIRE(rows.size() == 2U);
  BOOST_TEST(rows[0].id == "dji-A");
  BOOST_TEST(rows[0].state == "gone");
  BOOST_TEST(rows[1].state == "alive");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(a_table_aligns_its_columns_and_marks_the_unknown) {
  AircraftRow known{"dji-A",     "Mavic Air 2", "alive", 51.44635598,  7.26721906, 3.7, 0.02,
                    51.44622993, 7.26710446,    29.4,    2459507363.0, 1.0,        3,   "two_places"};
  AircraftRow unknown;
  unknown.id = "dji-session-01020304";
  unknown.state = "fading";
  BOOST_TEST(
      aircraft_table({known, unknown}) ==
      "aircraft              model                  position  height    speed               pilot      SNR   "
      "    "
      "carrier  frames  heard ago  state   trust\n"
      "dji-A                 Mavic Air 2  51.446356 7.267219   3.7 m  0.0 m/s  51.446230 7.267104  29.4 dB  "
      "2459.507 MHz       3        1 s  alive   two_places\n"
      "dji-session-01020304  -                             -       -        -                   -        -  "
      "           -       0          -  fading  -\n");
}

BOOST_AUTO_TEST_CASE(an_empty_table_says_so) { BOOST_TEST(aircraft_table({}) == "no aircraft heard\n"); }

BOOST_AUTO_TEST_CASE(colours_mark_fading_and_gone_only_where_wanted) {
  AircraftRow row;
  row.id = "x";
  row.state = "gone";
  BOOST_TEST(aircraft_table({row}).find('\x1b') == std::string::npos);
  BOOST_TEST(aircraft_table({row}, {.colour = true}).find("\x1b[2;31mx") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rows_beyond_the_most_are_counted) {
  const std::string text = aircraft_table(std::vector<AircraftRow>(9), {.most_rows = 2});
  BOOST_TEST(count_of(text, "\n") == 4U);
  BOOST_TEST(text.ends_with("and 7 more\n"));
}

BOOST_AUTO_TEST_CASE(text_from_the_air_cannot_steer_the_terminal) {
  AircraftRow row;
  row.id = "a\x1b[2J\nb\x9b";
  row.model = std::string(500, 'm');
  const std::string text = aircraft_table({row});
  BOOST_TEST(text.find("a?[2J?b?") != std::string::npos);
  BOOST_TEST(text.find(std::string(41, 'm')) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(listen)

BOOST_AUTO_TEST_CASE(json_lines_are_what_was_published) {
  const auto lines = real_lines();
  ListenOptions options;
  options.count = lines.size();
  const Run run = listen_while(options, false, [&](Feed& feed) {
    for (const std::string& line : lines) publish_line(feed, line);
  });
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.err.empty());
  std::string expected;
  for (const std::string& line : lines) expected += line + "\n";
  BOOST_TEST(run.out == expected);
}

BOOST_AUTO_TEST_CASE(garbled_messages_and_holes_are_told_and_survived) {
  ListenOptions options;
  options.count = 2;
  const std::string status = real_lines().back();
  json later = json::parse(status);
  later["seq"] = 5;
  const Run run = listen_while(options, false, [&](Feed& feed) {
    publish_line(feed, status);
    feed.publish({"x", "wh1.x", "{\xff"});
    feed.publish({"x", "wh1.", ""});
    publish_line(feed, later.dump(1));
  });
  BOOST_TEST(run.code == 0);
  BOOST_TEST(count_of(run.out, "\n") == 2U);
  std::uint64_t garbled = 0;
  std::istringstream complaints(run.err);
  for (std::string line; std::getline(complaints, line);)
    if (line.find("no feed messages") != std::string::npos)
      garbled += std::stoull(line.substr(line.find(' ')));
  BOOST_TEST(garbled == 2U);
  BOOST_TEST(run.err.find("3 'status' messages of roof were lost") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_table_shows_the_aircraft_and_leaves_the_terminal_as_it_was) {
  const auto lines = real_lines();
  ListenOptions options;
  options.count = lines.size();
  const Run run = listen_while(options, true, [&](Feed& feed) {
    for (const std::string& line : lines) publish_line(feed, line);
  });
  BOOST_TEST(run.code == 0);
  BOOST_TEST(run.out.find("dji-1WNBH3900201N1  Mavic Air 2  51.446356 7.267219") != std::string::npos);
  BOOST_TEST(run.out.find("roof  50.00 MS/s at 2457.500 MHz") != std::string::npos);
  BOOST_TEST(run.out.find("messages 6  lost 0  garbled 0") != std::string::npos);
  BOOST_TEST(run.out.ends_with("\x1b[?7h\x1b[?25h"));
}

BOOST_AUTO_TEST_CASE(silence_ends_with_one_and_says_where_it_listened) {
  ListenOptions options;
  options.timeout = 50ms;
  const Run silent = listen_while(options, false, [](Feed&) {});
  BOOST_TEST(silent.code == 1);
  BOOST_TEST(silent.err.find("nothing heard from tcp://127.0.0.1:") != std::string::npos);
  options.timeout = 2000ms;
  const Run heard = listen_while(options, false, [](Feed& feed) { publish_line(feed, real_lines().back()); });
  BOOST_TEST(heard.code == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_with_zero) {
  for (const int number : {SIGINT, SIGTERM}) {
    const Run run = listen_while({}, false, [&](Feed&) { std::raise(number); });
    BOOST_TEST(run.code == 0);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_told_in_one_sentence) {
  std::ostringstream out, err;
  ListenOptions options;
  options.endpoint = "localhost";
  BOOST_CHECK_EXCEPTION(run_listen(options, false, out, err), ConfigError, [](const ConfigError& error) {
    return std::string(error.what()).find("'localhost'") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
