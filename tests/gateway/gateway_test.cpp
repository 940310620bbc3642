#include "gateway/gateway.hpp"

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "http_client.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/sensor/dji_frames.hpp"
#include "udp_receiver.hpp"
#include "zmq_subscriber.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::test;
using namespace std::chrono_literals;
using nlohmann::json;
namespace sensor = windhover::sensor;
namespace frames = windhover::sensor::test;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPatience = 20s;

/// A sensor of which nothing but the feed is real.
struct FakeSensor {
  explicit FakeSensor(const std::string& endpoint, const std::string& boot = "b")
      : feed({.endpoint = endpoint, .node = "roof", .boot = boot}),
        stage({.node = "roof", .boot = boot}, {&feed}) {}

  void hear(const std::string& serial, std::int64_t ms) {
    const auto at = frames::at_ms(ms);
    stage.on_frame(frames::frame(frames::telemetry(serial), at), at);
    feed.serve();
  }
  void tell_status(std::uint64_t samples, std::int64_t ms) {
    sensor::StreamStatus stream;
    stream.samples = samples;
    stage.on_status(stream, frames::at_ms(ms));
    feed.serve();
  }

  sensor::Feed feed;
  sensor::FeedStage stage;
};

GatewayOptions options(const std::string& feed) {
  GatewayOptions options;
  options.feed = feed;
  options.kit = "WH0001";
  options.http = HttpOptions{"127.0.0.1", 0};
  options.dragonsync = DragonSyncOptions{"tcp://127.0.0.1:*", "tcp://127.0.0.1:*", "tcp://127.0.0.1:*"};
  return options;
}

/// Turns the gateway until it holds.
bool turn_until(Gateway& gateway, const std::function<bool()>& holds) {
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline) {
    gateway.turn(20ms);
    if (holds()) return true;
  }
  return false;
}

std::set<std::string> aircraft_of(const Gateway& gateway) {
  std::set<std::string> ids;
  const json body = json::parse(get(gateway.url(), "/api/v1/aircraft").body);
  for (const json& feature : body["features"]) ids.insert(feature["id"]);
  return ids;
}

std::string free_feed_endpoint() {
  return "ipc:///tmp/windhover-gateway-test-" + std::to_string(getpid()) + "-" +
         std::to_string(Clock::now().time_since_epoch().count());
}

}  // namespace

// Not among the thread tests: the HTTP library is not built for the thread sanitizer, which then misses
// hand-overs.
BOOST_AUTO_TEST_SUITE(served)
BOOST_AUTO_TEST_SUITE(whole_gateway)

BOOST_AUTO_TEST_CASE(it_may_start_before_the_sensor_and_outlives_it) {
  const std::string endpoint = free_feed_endpoint();
  std::ostringstream log;
  Gateway gateway(options(endpoint), log);
  gateway.turn(10ms);
  BOOST_TEST(get(gateway.url(), "/healthz").status == 200);
  BOOST_TEST(get(gateway.url(), "/readyz").status == 503);
  BOOST_TEST(aircraft_of(gateway).empty());

  auto sensor = std::make_unique<FakeSensor>(endpoint);
  sensor->hear("A", 0);
  std::uint64_t samples = 0;
  BOOST_TEST(turn_until(gateway, [&] {
    samples += 1000;
    sensor->tell_status(samples, static_cast<std::int64_t>(samples));
    sensor->hear("A", static_cast<std::int64_t>(samples));
    return aircraft_of(gateway) == std::set<std::string>{"dji-A"} &&
           get(gateway.url(), "/readyz").status == 200;
  }));
  sensor.reset();
  sensor = std::make_unique<FakeSensor>(endpoint, "second");
  BOOST_TEST(turn_until(gateway, [&] {
    sensor->hear("B", static_cast<std::int64_t>(samples += 1000));
    return aircraft_of(gateway).contains("dji-B");
  }));
  BOOST_TEST(log.str().find("samples flow in sensor roof") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_output_tells_the_same_aircraft) {
  const std::string endpoint = free_feed_endpoint();
  FakeSensor sensor(endpoint);
  UdpReceiver tak;
  GatewayOptions wanted = options(endpoint);
  wanted.cot = CotOptions{{{"127.0.0.1", tak.port()}}, {}, 1, {}};
  std::ostringstream log;
  Gateway gateway(wanted, log);
  ZmqSubscriber dragonsync(gateway.dragonsync().aircraft);
  std::set<std::string> by_zmq, by_cot;
  std::int64_t ms = 0;
  BOOST_TEST(turn_until(gateway, [&] {
    for (const char* serial : {"A", "B"}) sensor.hear(serial, ms += 500);
    for (const std::string& message : dragonsync.drain(5ms))
      by_zmq.insert(json::parse(message)[0]["Basic ID"]["id"]);
    while (const auto event = tak.receive(5ms))
      for (const char* uid : {"drone-A", "drone-B"})
        if (event->find(std::string("uid=\"") + uid + "\" type=\"a-u-") != std::string::npos)
          by_cot.insert(uid);
    return by_zmq.size() >= 2 && by_cot.size() >= 2 && aircraft_of(gateway).size() >= 2;
  }));
  BOOST_TEST(by_zmq == (std::set<std::string>{"A", "B"}), boost::test_tools::per_element());
  const std::string metrics = get(gateway.url(), "/metrics").body;
  BOOST_TEST(metrics.find("\nwindhover_aircraft 2\n") != std::string::npos);
  BOOST_TEST(metrics.find("windhover_published_total{output=\"cot\"}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_feed_that_sends_rubbish_is_survived) {
  const std::string endpoint = free_feed_endpoint();
  sensor::Feed feed({.endpoint = endpoint});
  std::ostringstream log;
  Gateway gateway(options(endpoint), log);
  BOOST_TEST(turn_until(gateway, [&] {
    feed.publish({"aircraft", "wh1.aircraft.roof.x", "{\xff"});
    feed.publish({"aircraft", "wh1.aircraft.roof.x", std::string(100'000, '[')});
    feed.publish({"aircraft", "wh1.aircraft.roof.x",
                  R"({"v":1,"type":"aircraft","sensor":"r","boot":"b","seq":1,)"
                  R"("time":"2026-03-01T12:00:00Z","id":"ok","claimed":7})"});
    feed.serve();
    return aircraft_of(gateway).contains("ok");
  }));
  BOOST_TEST(get(gateway.url(), "/metrics").body.find("windhover_feed_garbled_total 0\n") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_outputs_it_still_runs_and_a_stop_ends_it) {
  GatewayOptions wanted = options(free_feed_endpoint());
  wanted.http.reset();
  wanted.dragonsync.reset();
  std::ostringstream log;
  Gateway gateway(wanted, log);
  BOOST_TEST(gateway.url().empty());
  std::atomic<bool> stop{false};
  std::thread runner([&] { gateway.run(stop); });
  stop = true;
  runner.join();
}

BOOST_AUTO_TEST_CASE(what_is_no_feed_address_is_told_in_one_sentence) {
  std::ostringstream log;
  BOOST_CHECK_EXCEPTION(Gateway(options("localhost"), log), sensor::ConfigError,
                        [](const sensor::ConfigError& error) {
                          return std::string(error.what()).find("'localhost'") != std::string::npos;
                        });
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
