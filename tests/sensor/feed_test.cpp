#include "sensor/feed.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "dji_frames.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed_stage.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const FeedOptions kAnyPort{.endpoint = "tcp://127.0.0.1:*"};
constexpr auto kPatience = 10s;

struct Subscriber {
  explicit Subscriber(const Feed& feed, const std::string& topic, int queue = 0) {
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::rcvhwm, queue);
    socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
    socket.connect(feed.last_endpoint());
    socket.set(zmq::sockopt::subscribe, topic);
  }
  /// Topic and body; empty after kPatience.
  std::vector<std::string> receive() {
    std::vector<std::string> parts;
    zmq::message_t part;
    do {
      if (!socket.recv(part)) return {};
      parts.push_back(part.to_string());
    } while (part.more());
    return parts;
  }
  zmq::context_t context{1};
  zmq::socket_t socket{context, zmq::socket_type::sub};
};

OutgoingMessage status(int number) {
  return {"status", "wh1.status.roof", R"({"n":)" + std::to_string(number) + "}"};
}

double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  double pages_all = 0, pages_resident = 0;
  file >> pages_all >> pages_resident;
  return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// A program of ours, its output readable line by line; killed at the end.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    // Built before the fork: the child of a program with threads may not allocate.
    std::vector<char*> arguments;
    for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    std::fclose(output_);
  }
  std::string line() {
    std::string text;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_))
      text += static_cast<char>(c);
    return text;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
};

bool has_pyzmq() { return std::system("/usr/bin/python3 -c 'import zmq' >/dev/null 2>&1") == 0; }

}  // namespace

BOOST_AUTO_TEST_SUITE(feed)

BOOST_AUTO_TEST_CASE(a_subscriber_gets_topic_and_body) {
  Feed feed(kAnyPort);
  BOOST_TEST(feed.last_endpoint().starts_with("tcp://127.0.0.1:"));
  Subscriber subscriber(feed, "wh1.");
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  feed.publish({"aircraft", "wh1.aircraft.roof.dji-A", R"({"v":1})"});
  const std::vector<std::string> expected{"wh1.aircraft.roof.dji-A", R"({"v":1})"};
  BOOST_TEST(subscriber.receive() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_prefix_selects_kind_and_aircraft) {
  Feed feed(kAnyPort);
  Subscriber subscriber(feed, "wh1.aircraft.roof.dji-B");
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  feed.publish(status(1));
  feed.publish({"aircraft", "wh1.aircraft.roof.dji-A", "a"});
  feed.publish({"aircraft", "wh1.aircraft.roof.dji-B", "b"});
  const std::vector<std::string> expected{"wh1.aircraft.roof.dji-B", "b"};
  BOOST_TEST(subscriber.receive() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nobody_there_is_told_and_costs_nothing) {
  Feed feed(kAnyPort);
  BOOST_TEST(!feed.wait_for_subscriber(20ms));
  for (int i = 0; i < 1000; ++i) feed.publish(status(i));
  BOOST_TEST(feed.full_queues() == 0U);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_left_is_no_longer_waited_for) {
  Feed feed(kAnyPort);
  {
    Subscriber subscriber(feed, "wh1.");
    BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (feed.wait_for_subscriber(0ms) && std::chrono::steady_clock::now() < deadline) continue;
  BOOST_TEST(!feed.wait_for_subscriber(0ms));
}

BOOST_AUTO_TEST_CASE(a_stopped_subscriber_neither_blocks_nor_fills_memory) {
  Feed feed(kAnyPort);
  Subscriber stopped(feed, "wh1.", 10);
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  OutgoingMessage message = status(1);
  message.json.assign(1000, 'x');
  const double before = resident_megabytes();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 200'000; ++i) feed.publish(message);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  BOOST_TEST_MESSAGE("200000 messages of 1 kB: " << took.count() << " s, " << resident_megabytes() - before
                                                 << " MB more");
#ifdef __SANITIZE_ADDRESS__
  const double allowed_megabytes = 400;  // its quarantine keeps what is freed
#else
  const double allowed_megabytes = 40;
#endif
  BOOST_TEST(took.count() < 20.0);
  BOOST_TEST(resident_megabytes() - before < allowed_megabytes);
  BOOST_TEST(feed.full_queues() > 0U);
}

BOOST_AUTO_TEST_CASE(a_stopped_subscriber_costs_the_others_nothing) {
  Feed feed({.endpoint = "tcp://127.0.0.1:*", .queue_messages = 50});
  Subscriber stopped(feed, "wh1.", 1);
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  Subscriber reading(feed, "wh1.");
  // Its subscription is known as soon as a message arrives.
  reading.socket.set(zmq::sockopt::rcvtimeo, 10);
  int next = 0;
  while (reading.receive().empty()) feed.publish(status(next++));
  reading.socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
  OutgoingMessage large{"status", "wh1.status.roof", std::string(20'000, 'x')};
  int received = 0;
  for (int i = 0; i < 5000; ++i) {
    feed.publish(large);
    std::vector<std::string> parts = reading.receive();
    while (parts.size() == 2 && parts[1].size() != large.json.size()) parts = reading.receive();
    if (parts.size() == 2 && parts[0] == large.topic) ++received;
  }
  BOOST_TEST(received == 5000);
  BOOST_TEST(feed.full_queues() > 0U);
}

BOOST_AUTO_TEST_CASE(garbage_from_a_peer_is_harmless) {
  Feed feed(kAnyPort);
  zmq::context_t context{1};
  zmq::socket_t rude(context, zmq::socket_type::xsub);
  rude.set(zmq::sockopt::linger, 0);
  rude.connect(feed.last_endpoint());
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    rude.send(zmq::buffer(bytes), zmq::send_flags::none);
  }
  rude.send(zmq::buffer(std::string(100'000, '\1')), zmq::send_flags::none);  // disconnected for its size
  Subscriber subscriber(feed, "wh1.");
  subscriber.socket.set(zmq::sockopt::rcvtimeo, 10);
  std::vector<std::string> parts;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (parts.empty() && std::chrono::steady_clock::now() < deadline) {
    feed.publish(status(1));
    parts = subscriber.receive();
  }
  BOOST_REQUIRE(parts.size() == 2U);
  BOOST_TEST(parts[1] == R"({"n":1})");
}

BOOST_AUTO_TEST_CASE(closing_delivers_what_is_still_queued) {
  auto feed = std::make_unique<Feed>(kAnyPort);
  Subscriber subscriber(*feed, "wh1.");
  BOOST_REQUIRE(feed->wait_for_subscriber(kPatience));
  for (int i = 0; i < 500; ++i) feed->publish(status(i));
  feed.reset();
  for (int i = 0; i < 500; ++i) BOOST_REQUIRE(subscriber.receive().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_bound_is_told_in_one_sentence) {
  const Feed taken(kAnyPort);
  for (const std::string& endpoint : {taken.last_endpoint(), std::string("tcp://"), std::string("nonsense"),
                                      std::string("tcp://192.0.2.1:7301")})
    BOOST_CHECK_EXCEPTION(Feed({.endpoint = endpoint}), ConfigError, [&](const ConfigError& error) {
      const std::string what = error.what();
      return what.find("'" + endpoint + "'") != std::string::npos && what.find('\n') == std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(the_example_subscriber_prints_aircraft_and_notices_a_loss) {
  if (!has_pyzmq()) {
    std::cout << "SKIPPED: scripts/subscribe.py needs the Debian package python3-zmq\n";
    return;
  }
  Feed feed(kAnyPort);
  Child script({"/usr/bin/python3", WINDHOVER_SOURCE_DIR "/scripts/subscribe.py", feed.last_endpoint()});
  BOOST_REQUIRE(feed.wait_for_subscriber(kPatience));
  FeedStage stage({.node = "roof", .boot = "b"}, {&feed});
  const auto hear = [&](std::int64_t ms) { stage.on_frame(frame(telemetry(), at_ms(ms)), at_ms(ms)); };
  hear(0);
  const std::string line = script.line();
  BOOST_TEST(line.starts_with("wh1.aircraft.roof.dji-1WNBH3900201N1 {"));
  BOOST_TEST(json::parse(line.substr(line.find(' ')))["claimed"]["position"]["lat_deg"] == 51.44635598);
  feed.publish(
      {"aircraft", "wh1.aircraft.roof.dji-X", R"({"sensor":"roof","boot":"b","type":"aircraft","seq":5})"});
  BOOST_TEST(script.line() == "lost 3 messages");
  BOOST_TEST(script.line().starts_with("wh1.aircraft.roof.dji-X "));
}

BOOST_AUTO_TEST_SUITE_END()
