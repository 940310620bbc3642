#include <boost/test/unit_test.hpp>
#include <iostream>
#include <pugixml.hpp>
#include <set>
#include <string>

#include "gateway/cot/cot.hpp"
#include "gateway/cot/udp_sender.hpp"
#include "sample_aircraft.hpp"
#include "sensor/config_error.hpp"
#include "udp_receiver.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::cot;
using namespace windhover::gateway::test;
using namespace std::chrono_literals;

namespace {

Picture scene() {
  Picture picture;
  picture.apply({head("aircraft", 1, 0), remote_id_aircraft()}, instant_s(0));
  picture.apply({head("aircraft", 2, 0), dji_aircraft()}, instant_s(0));
  return picture;
}

GatewayOptions options(const UdpReceiver& receiver, std::optional<SensorPosition> position = std::nullopt) {
  GatewayOptions options;
  options.kit = "WH0001";
  options.position = position;
  options.cot = CotOptions{{{"127.0.0.1", receiver.port()}}, {}, 1, {}};
  return options;
}

std::multiset<std::string> uids(UdpReceiver& receiver) {
  std::multiset<std::string> uids;
  while (const auto datagram = receiver.receive(uids.empty() ? 5000ms : 50ms)) {
    pugi::xml_document document;
    BOOST_REQUIRE(document.load_string(datagram->c_str()));
    uids.insert(document.child("event").attribute("uid").value());
  }
  return uids;
}

const std::multiset<std::string> kScene{"drone-1ABCD23456789012", "pilot-1ABCD23456789012",
                                        "drone-FICTION0000A01", "pilot-FICTION0000A01",
                                        "home-FICTION0000A01"};

}  // namespace

BOOST_AUTO_TEST_SUITE(cot_udp)

BOOST_AUTO_TEST_CASE(each_event_is_a_datagram) {
  UdpReceiver receiver;
  BOOST_REQUIRE(receiver.is_open());
  const GatewayOptions wanted = options(receiver, SensorPosition{52.37, 4.89, {}});
  Cot cot(*wanted.cot, wanted);
  cot.tick(scene(), moment_s(1));
  std::multiset<std::string> expected = kScene;
  expected.insert("wardragon-WH0001");
  BOOST_TEST(uids(receiver) == expected, boost::test_tools::per_element());
  BOOST_TEST(cot.sent() == expected.size());
  BOOST_TEST(cot.lost() == 0U);
}

BOOST_AUTO_TEST_CASE(aircraft_are_told_when_they_change_and_every_ten_seconds) {
  UdpReceiver receiver;
  const GatewayOptions wanted = options(receiver);
  Cot cot(*wanted.cot, wanted);
  Picture picture = scene();
  std::uint64_t sent = 0;
  const auto told = [&](double now) {
    const std::uint64_t before = sent;
    cot.tick(picture, moment_s(now));
    sent = cot.sent();
    return sent - before;
  };
  BOOST_TEST(told(0) == 5U);
  BOOST_TEST(told(1) == 0U);
  picture.apply({head("aircraft", 3, 1), remote_id_aircraft()}, instant_s(1));
  BOOST_TEST(told(1.5) == 0U);  // not twice within two seconds
  BOOST_TEST(told(2) == 2U);
  BOOST_TEST(told(9.9) == 0U);
  BOOST_TEST(told(10) == 3U);
  BOOST_TEST(told(12) == 2U);
  BOOST_TEST(told(60) == 0U);  // not heard for long: their markers go stale
}

BOOST_AUTO_TEST_CASE(multicast_leaves_by_the_chosen_interface_with_the_chosen_reach) {
  UdpReceiver receiver("239.2.3.1");
  if (!receiver.is_open()) {
    std::cout << "SKIPPED: multicast on the loopback interface is not allowed here\n";
    return;
  }
  UdpSender sender({"239.2.3.1", receiver.port()}, "lo", 7);
  sender.send("hello");
  const auto datagram = receiver.receive();
  BOOST_REQUIRE(datagram.has_value());
  BOOST_TEST(*datagram == "hello");
  BOOST_TEST(receiver.ttl() == 7);
}

BOOST_AUTO_TEST_CASE(a_network_that_takes_nothing_is_counted_and_survived) {
  std::uint16_t nobody = 0;
  {
    const UdpReceiver gone;
    nobody = gone.port();
  }
  UdpSender refused({"127.0.0.1", nobody}, {}, 1);
  for (int i = 0; i < 100; ++i) refused.send("x");
  BOOST_TEST(refused.sent() + refused.lost() == 100U);
  UdpSender too_long({"127.0.0.1", nobody}, {}, 1);
  too_long.send(std::string(70'000, 'x'));
  BOOST_TEST(too_long.lost() == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_to_is_told_at_once) {
  using windhover::sensor::ConfigError;
  BOOST_CHECK_THROW(UdpSender({"239.2.3.1", 6969}, "no-such-interface", 1), ConfigError);
  BOOST_CHECK_THROW(UdpSender({"nonsense", 6969}, {}, 1), ConfigError);
  BOOST_CHECK_NO_THROW(UdpSender({"::1", 6969}, {}, 1));
}

BOOST_AUTO_TEST_SUITE_END()
