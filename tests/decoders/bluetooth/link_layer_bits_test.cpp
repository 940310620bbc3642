#include "decoders/bluetooth/link_layer_bits.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "decoders/bluetooth/channels.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::decoders::bluetooth;

BOOST_AUTO_TEST_SUITE(bluetooth_link_layer_bits)

BOOST_AUTO_TEST_CASE(channels_lie_where_the_standard_puts_them) {
  BOOST_TEST(channel_index(0) == 37);
  BOOST_TEST(channel_index(1) == 0);
  BOOST_TEST(channel_index(11) == 10);
  BOOST_TEST(channel_index(12) == 38);
  BOOST_TEST(channel_index(13) == 11);
  BOOST_TEST(channel_index(38) == 36);
  BOOST_TEST(channel_index(39) == 39);
  BOOST_TEST(rf_channel_centre(12).value == 2426e6);
}

BOOST_AUTO_TEST_CASE(whitening_of_channel_37) {
  const auto expected = synth::from_hex("8dd257a13da766b0753111489677f8e3");
  Whitening whitening(37);
  for (const std::uint8_t byte : expected) BOOST_TEST(whitening.next_byte() == byte);
}

BOOST_AUTO_TEST_CASE(crc_of_a_published_advertisement) {
  const auto pdu =
      synth::from_hex("402405a2176e3d7102011a1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000000000c5");
  BOOST_TEST(link_layer_crc(pdu) == 0x8DAB52U);
}

BOOST_AUTO_TEST_CASE(all_vectors_of_the_sheet) {
  const auto file = synth::shared_path("spec/vectors/bluetooth/vectors.json");
  if (!file) {
    BOOST_TEST_MESSAGE("SKIPPED: the vectors are not there");
    return;
  }
  const auto vectors = nlohmann::json::parse(std::ifstream(*file));
  for (const auto& [channel, stream] : vectors.at("whitening").items()) {
    Whitening whitening(std::stoi(channel));
    for (const std::uint8_t byte : synth::from_hex(stream.get<std::string>()))
      BOOST_TEST(whitening.next_byte() == byte);
  }
  for (const auto& vector : vectors.at("legacy_1m")) {
    const auto pdu = synth::from_hex(vector.at("pdu").get<std::string>());
    const auto crc = synth::from_hex(vector.at("crc").get<std::string>());
    BOOST_TEST(link_layer_crc(pdu) == (crc[0] | (crc[1] << 8U) | (crc[2] << 16U)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
