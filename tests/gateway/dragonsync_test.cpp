#include "gateway/dragonsync/dragonsync.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "sample_aircraft.hpp"
#include "sensor/config_error.hpp"
#include "zmq_subscriber.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::dragonsync;
using namespace windhover::gateway::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const DragonSyncOptions kAnyPorts{"tcp://127.0.0.1:*", "tcp://127.0.0.1:*", "tcp://127.0.0.1:*"};

GatewayOptions options() {
  GatewayOptions options;
  options.kit = "WH0001";
  options.position = SensorPosition{52.37, 4.89, 12.0};
  return options;
}

/// The output with a subscriber on each port that has surely subscribed.
struct Bench {
  Bench()
      : output(kAnyPorts, options()),
        aircraft(output.endpoints().aircraft),
        status(output.endpoints().status),
        signals(output.endpoints().signals) {
    // A status goes out at once to each newcomer; the other ports have subscribers when theirs come.
    for (int i = 0; i < 200 && status.receive(50ms).empty(); ++i) output.tick({}, moment_s(-1000 + i));
    BOOST_REQUIRE(subscribed());
  }
  bool subscribed() {
    Picture probe;
    Aircraft here = remote_id_aircraft("PROBE");
    for (int i = 0; i < 200; ++i) {
      const double now = -500 + 2 * i;
      Aircraft each = here;
      each.last_heard = at_s(now);
      probe.apply({head("aircraft", static_cast<std::uint64_t>(i) + 1, now), std::move(each)},
                  instant_s(now));
      Link link = wifi_link();
      link.last_heard = at_s(now);
      probe.apply({head("link", static_cast<std::uint64_t>(i) + 1, now), std::move(link)}, instant_s(now));
      output.tick(probe, moment_s(now));
      has_aircraft |= !aircraft.receive(20ms).empty();
      has_signals |= !signals.receive(20ms).empty();
      if (has_aircraft && has_signals) break;
    }
    aircraft.drain();
    signals.drain();
    status.drain();
    return has_aircraft && has_signals;
  }

  void hear(Aircraft value, double now) {
    value.last_heard = at_s(now);
    picture.apply({head("aircraft", ++seq, now, "b2"), std::move(value)}, instant_s(now));
  }
  /// How many messages about each aircraft a tick brings.
  std::map<std::string, int> told(double now) {
    output.tick(picture, moment_s(now));
    std::map<std::string, int> counts;
    for (const std::string& message : aircraft.drain()) ++counts[json::parse(message)[0]["Basic ID"]["id"]];
    return counts;
  }

  DragonSync output;
  ZmqSubscriber aircraft, status, signals;
  Picture picture;
  std::uint64_t seq = 0;
  bool has_aircraft = false, has_signals = false;
};

using Tellings = std::map<std::string, int>;

json location_of(const std::string& message) {
  for (const json& item : json::parse(message))
    if (item.contains("Location/Vector Message")) return item["Location/Vector Message"];
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dragonsync_ports)

BOOST_AUTO_TEST_CASE(messages_are_one_frame_without_a_topic) {
  Bench bench;
  bench.hear(dji_aircraft(), 1000);
  bench.picture.apply({head("link", 1, 1000, "b2"),
                       [] {
                         Link link = wifi_link();
                         link.last_heard = at_s(1000);
                         return link;
                       }()},
                      instant_s(1000));
  bench.output.tick(bench.picture, moment_s(1000));
  const auto aircraft = bench.aircraft.receive(), status = bench.status.receive(),
             signal = bench.signals.receive();
  BOOST_REQUIRE(aircraft.size() == 1U);
  BOOST_TEST(json::parse(aircraft[0]).is_array());
  BOOST_REQUIRE(status.size() == 1U);
  BOOST_TEST(json::parse(status[0]).is_object());
  BOOST_TEST(json::parse(status[0])["serial_number"] == "WH0001");
  BOOST_REQUIRE(signal.size() == 1U);
  BOOST_TEST(json::parse(signal[0]).is_array());
}

BOOST_AUTO_TEST_CASE(five_aircraft_are_five_messages_each_about_one) {
  Bench bench;
  Tellings expected;
  for (const char* serial : {"A1", "B2", "C3", "D4", "E5"}) {
    bench.hear(remote_id_aircraft(serial), 1000);
    expected[serial] = 1;
  }
  BOOST_TEST((bench.told(1000) == expected));
}

BOOST_AUTO_TEST_CASE(an_aircraft_is_told_once_a_second_at_most_and_every_ten_while_heard) {
  Bench bench;
  bench.hear(remote_id_aircraft("A1"), 1000);
  BOOST_TEST((bench.told(1000) == Tellings{{"A1", 1}}));
  for (int i = 1; i < 10; ++i) {
    bench.hear(remote_id_aircraft("A1"), 1000 + i * 0.1);
    BOOST_TEST((bench.told(1000 + i * 0.1) == Tellings{}));
  }
  BOOST_TEST((bench.told(1001) == Tellings{{"A1", 1}}));  // the last of them
  BOOST_TEST((bench.told(1010.9) == Tellings{}));
  BOOST_TEST((bench.told(1011) == Tellings{{"A1", 1}}));
  BOOST_TEST((bench.told(1022) == Tellings{}));  // unheard for 21 s
}

BOOST_AUTO_TEST_CASE(what_is_gone_or_turned_out_to_be_another_is_told_no_more) {
  Bench bench;
  bench.hear(remote_id_aircraft("A1"), 1000);
  bench.told(1000);
  Aircraft gone = remote_id_aircraft("A1");
  gone.state = State::gone;
  gone.same_as = "rid-B2";
  bench.hear(gone, 1002);
  BOOST_TEST((bench.told(1002) == Tellings{}));
  BOOST_TEST((bench.told(1012) == Tellings{}));
}

BOOST_AUTO_TEST_CASE(an_address_without_identity_is_told_once_it_was_heard_for_four_seconds) {
  Bench bench;
  Aircraft nameless = remote_id_aircraft();
  nameless.id = "rid-unidentified-c600f1c70a03";
  nameless.claimed.serial.reset();
  nameless.first_heard = at_s(1000);
  bench.hear(nameless, 1003.9);
  BOOST_TEST((bench.told(1004) == Tellings{}));
  bench.hear(nameless, 1004);
  BOOST_TEST((bench.told(1004) == Tellings{{"C600F1C70A03", 1}}));
}

BOOST_AUTO_TEST_CASE(a_position_that_is_unknown_for_a_moment_is_not_zero) {
  Bench bench;
  bench.hear(remote_id_aircraft("A1"), 1000);
  bench.told(1000);
  Aircraft silent = remote_id_aircraft("A1");
  silent.claimed.motion = {};
  bench.hear(silent, 1012);
  bench.output.tick(bench.picture, moment_s(1012));
  auto messages = bench.aircraft.drain();
  BOOST_REQUIRE(messages.size() == 1U);
  BOOST_TEST(location_of(messages[0])["latitude"] == 54.503);
  BOOST_TEST(location_of(messages[0])["speed"] == 7.25);
  // DragonSync would have forgotten it by now.
  bench.hear(silent, 1061);
  bench.output.tick(bench.picture, moment_s(1061));
  messages = bench.aircraft.drain();
  BOOST_REQUIRE(messages.size() == 1U);
  BOOST_TEST(location_of(messages[0]).is_null());
}

BOOST_AUTO_TEST_CASE(the_status_comes_first_and_every_ten_seconds) {
  Bench bench;
  const auto statuses = [&](double now) {
    bench.output.tick(bench.picture, moment_s(now));
    return bench.status.drain().size();
  };
  BOOST_TEST(statuses(1000) == 1U);
  BOOST_TEST(statuses(1009.9) == 0U);
  BOOST_TEST(statuses(1010) == 1U);
  ZmqSubscriber late(bench.output.endpoints().status);
  std::vector<std::string> frames;
  for (int i = 0; i < 200 && frames.empty(); ++i) {
    bench.output.tick(bench.picture, moment_s(1011));
    frames = late.receive(50ms);
  }
  BOOST_TEST(frames.size() == 1U);  // although none was due
}

BOOST_AUTO_TEST_CASE(a_late_subscriber_is_told_what_is_there) {
  Bench bench;
  bench.hear(remote_id_aircraft("A1"), 1000);
  bench.hear(dji_aircraft(), 1000);
  BOOST_TEST(bench.told(1000).size() == 2U);
  ZmqSubscriber late(bench.output.endpoints().aircraft);
  std::vector<std::string> messages;
  for (int i = 0; i < 200 && messages.size() < 2; ++i) {
    bench.output.tick(bench.picture, moment_s(1001));
    for (std::string& each : late.drain()) messages.push_back(std::move(each));
  }
  BOOST_TEST(messages.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_subscriber_that_reads_nothing_harms_nobody) {
  Bench bench;
  zmq::context_t context{1};
  zmq::socket_t stuck{context, zmq::socket_type::sub};
  stuck.set(zmq::sockopt::linger, 0);
  stuck.set(zmq::sockopt::rcvhwm, 1);
  stuck.set(zmq::sockopt::rcvbuf, 4096);
  stuck.connect(bench.output.endpoints().aircraft);
  stuck.set(zmq::sockopt::subscribe, "");
  std::size_t received = 0, sent = 0;
  for (int i = 0; i < 40; ++i) {
    const double now = 1000 + 2 * i;
    for (int aircraft = 0; aircraft < 300; ++aircraft)
      bench.hear(remote_id_aircraft("S" + std::to_string(aircraft)), now);
    bench.output.tick(bench.picture, moment_s(now));
    sent += 300;
    received += bench.aircraft.drain(100ms).size();
  }
  BOOST_TEST(received == sent);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_told_in_one_sentence) {
  const DragonSync first(kAnyPorts, options());
  BOOST_CHECK_THROW(DragonSync(first.endpoints(), options()), windhover::sensor::ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
