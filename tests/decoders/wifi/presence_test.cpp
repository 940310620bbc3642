#include "decoders/wifi/presence.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.hpp"
#include "tests/support/wifi_mac.hpp"

using namespace windhover;
using namespace windhover::decoders::wifi;

namespace {

std::string_view reason(const std::optional<decoders::PresenceHint>& hint) {
  return hint ? hint->reason : std::string_view();
}

decoders::Transmitter address(std::string_view hex) {
  const auto octets = synth::from_hex(hex);
  decoders::Transmitter transmitter;
  std::copy(octets.begin(), octets.end(), transmitter.octets.begin());
  return transmitter;
}

std::optional<decoders::PresenceHint> injected(const synth::MacAddress& a2, const synth::MacAddress& a3,
                                               bool from_ds = false) {
  const auto frame = synth::data_frame({.to_ds = true,
                                        .from_ds = from_ds,
                                        .address1 = synth::kBroadcast,
                                        .address2 = a2,
                                        .address3 = a3,
                                        .address4 = from_ds ? std::optional(a3) : std::nullopt});
  return hint_of_injection(parse_mac_header(frame).value(), frame);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_presence)

BOOST_AUTO_TEST_CASE(names_of_networks) {
  BOOST_TEST(reason(hint_of_ssid("TELLO-5A1B2C")) == "SSID begins with TELLO, as Ryze presets it");
  BOOST_TEST(hint_of_ssid("RID-1581F6N8A23B2ML3Y3KR").has_value());
  BOOST_TEST(hint_of_ssid("Spark-12ab34").has_value());
  BOOST_TEST(!hint_of_ssid("Spark-RC-12ab34").has_value());
  for (const char* others : {"", "my TELLO", "Tello", "dji-", "Bebo", "FRITZ!Box 7590"})
    BOOST_TEST(!hint_of_ssid(others).has_value());
}

BOOST_AUTO_TEST_CASE(address_blocks_of_24_and_28_bits) {
  BOOST_TEST(reason(hint_of_address(address("60601f71933b"))) == "address block of DJI");
  BOOST_TEST(reason(hint_of_address(address("ec5bcdeabcde"))) == "address block of Autel Robotics");
  BOOST_TEST(!hint_of_address(address("ec5bcddabcde")).has_value());
  BOOST_TEST(!hint_of_address(address("60601e71933b")).has_value());
  BOOST_TEST(!hint_of_address(address("8c1ed90309b2")).has_value());  // a chip maker, whoever builds it in
}

BOOST_AUTO_TEST_CASE(injected_video) {
  constexpr synth::MacAddress kWfb{0x57, 0x42, 0x75, 0x05, 0xD6, 0x00};
  BOOST_TEST(reason(injected(kWfb, kWfb)) == "data frames as WFB-ng injects them");
  BOOST_TEST(!injected(kWfb, {0x57, 0x42, 0x75, 0x05, 0xD6, 0x01}).has_value());
  BOOST_TEST(!injected(kWfb, kWfb, true).has_value());
  BOOST_TEST(reason(injected({1, 9, 8, 7, 6, 3}, {1, 5, 4, 3, 2, 3})) ==
             "data frames as OpenHD injects them");
  BOOST_TEST(!injected({3, 9, 8, 7, 6, 3}, {3, 5, 4, 3, 2, 3}).has_value());
  BOOST_TEST(!injected({2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 9}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
