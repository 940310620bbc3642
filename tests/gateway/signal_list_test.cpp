#include "gateway/dragonsync/signal_list.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "gateway/naming.hpp"
#include "gateway/signals.hpp"
#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::dragonsync;
using namespace windhover::gateway::test;
using nlohmann::json;

namespace {

const ListContext kRoof{SensorPosition{52.37, 4.89, 12.0}, -20.0};

Picture picture_of(std::vector<Link> links) {
  Picture picture;
  std::uint64_t seq = 0;
  for (Link& link : links) picture.apply({head("link", ++seq, 0), std::move(link)}, instant_s(0));
  return picture;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signal_list_4226)

BOOST_AUTO_TEST_CASE(a_link_of_an_aircraft_is_confirmed_byte_for_byte) {
  BOOST_TEST(signal_list(wifi_link(), kRoof) ==
             R"([{"Basic ID":{"id":"wifi-alert-2437MHz","description":"wifi link of rid-1ABCD23456789012"}},)"
             R"({"Location/Vector Message":{"latitude":52.37,"longitude":4.89,"geodetic_altitude":12.0}},)"
             R"({"Self-ID Message":{"text":"wifi link of rid-1ABCD23456789012"}},)"
             R"({"Frequency Message":{"frequency":2437000000.0}},)"
             R"({"Signal Info":{"source":"confirm","signal_type":"wifi","center_hz":2437000000.0,)"
             R"("bandwidth_hz":20000000.0,"rssi":-60.0}}])");
}

BOOST_AUTO_TEST_CASE(a_link_that_only_looks_like_a_drones_is_energy) {
  Link link = wifi_link();
  link.aircraft.reset();
  link.hint = "drone-like access point";
  link.reason = "SSID begins with TELLO";
  const json list = json::parse(signal_list(link, {}));
  BOOST_REQUIRE(list.is_array());
  BOOST_TEST(list.back()["Signal Info"]["source"] == "energy");
  BOOST_TEST(!list.back()["Signal Info"].contains("rssi"));
  BOOST_TEST(list[0]["Basic ID"]["description"] == "drone-like access point: SSID begins with TELLO");
  for (const json& item : list) BOOST_TEST(!item.contains("Location/Vector Message"));
}

BOOST_AUTO_TEST_CASE(other_peoples_links_are_no_signals) {
  Link neighbour = wifi_link();
  neighbour.aircraft.reset();
  BOOST_TEST(!is_signal(neighbour));
  Link nowhere = wifi_link();
  nowhere.center_hz.reset();
  BOOST_TEST(!is_signal(nowhere));
  BOOST_TEST(is_signal(wifi_link()));
}

BOOST_AUTO_TEST_CASE(links_of_one_kind_and_megahertz_share_a_marker_and_the_surest_is_told) {
  Link hinted = wifi_link(), weak = wifi_link(), strong = wifi_link(), elsewhere = wifi_link();
  hinted.id = "hinted";
  hinted.aircraft.reset();
  hinted.hint = "drone-like access point";
  hinted.rssi_dbfs = -1;
  weak.id = "weak";
  weak.rssi_dbfs = -80;
  strong.id = "strong";
  strong.center_hz = 2437.3e6;
  elsewhere.id = "elsewhere";
  elsewhere.center_hz = 5745e6;
  const Picture picture = picture_of({hinted, weak, strong, elsewhere});
  const auto signals = signals_of(picture, instant_s(1));
  BOOST_REQUIRE(signals.size() == 2U);
  BOOST_TEST(signals.at("wifi-alert-2437MHz")->value.id == "strong");
  BOOST_TEST(signals.at("wifi-alert-5745MHz")->value.id == "elsewhere");
  BOOST_TEST(signals_of(picture, instant_s(21)).empty());  // not heard any more
}

BOOST_AUTO_TEST_SUITE_END()
