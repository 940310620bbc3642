#include "tests/support/droneid_packet.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/hex.hpp"

using namespace windhover::synth;

BOOST_AUTO_TEST_CASE(telemetry_from_values_is_the_packet_that_was_received) {
  DroneIdTelemetry t;
  t.sequence = 591;
  t.serial = "1WNBH3900201N1";
  t.lon = 0x00135a91;
  t.lat = 0x0089028b;
  t.altitude = 141;
  t.height = 42;
  t.v_north = -2;
  t.v_east = 2;
  t.v_up = 26;
  t.yaw = -13295;
  t.time_ms = 1650542026258;
  t.pilot_lat = 0x00890275;
  t.pilot_lon = 0x00135a7d;
  t.home_lon = 0x00135aa9;
  t.home_lat = 0x0089027e;
  t.product_type = 58;
  t.uuid = "1143635532171534336";
  BOOST_TEST(
      droneid_telemetry_packet(t) ==
          from_hex("5810024f02f71f31574e4248333930303230314e310000915a13008b0289008d002a00feff02001a0011cc1"
                   "29ef84b80010000750289007d5a1300a95a13007e0289003a13313134333633353533323137313533343333"
                   "360048b0"),
      boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(coordinates_are_tenths_of_microradians) {
  BOOST_TEST(droneid_coordinate(180) == 31415927);
  BOOST_TEST(droneid_coordinate(-90) == -15707963);
  BOOST_TEST(std::abs(droneid_degrees(8979083) - 51.44635598) < 1e-8);
}

BOOST_AUTO_TEST_CASE(other_packets_have_the_lengths_of_the_air_and_a_crc_that_leaves_nothing) {
  const auto licence = droneid_licence_packet("FICTION0000001", "ID12345678", "survey");
  BOOST_TEST(licence.size() == 144U);
  BOOST_TEST(licence[0] == 0x8d);
  BOOST_TEST(licence[1] == 0x11);
  const std::vector<std::uint8_t> hash{1, 2, 3, 4}, nonce(8, 9), ciphertext(109, 7);
  const auto infp = droneid_infp_packet(std::span<const std::uint8_t, 4>(hash),
                                        std::span<const std::uint8_t, 8>(nonce), ciphertext);
  BOOST_TEST(infp.size() == 138U);
  BOOST_TEST(std::string(infp.begin() + 2, infp.begin() + 6) == "INFP");
  BOOST_TEST(infp[18] == 109);
  BOOST_TEST(infp[20] == 7);
  BOOST_TEST(droneid_crc16(licence) == 0);
  BOOST_TEST(droneid_crc16(infp) == 0);
}
