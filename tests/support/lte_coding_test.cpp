#include "tests/support/lte_coding.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

#include "tests/support/droneid_packet.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;

namespace {

// Telemetry with sequence 591 as received from a Mavic Air 2.
const auto kPacketC = from_hex(
    "5810024f02f71f31574e4248333930303230314e310000915a13008b0289008d002a00feff02001a0011cc129ef84b8001000075"
    "0289007d5a1300a95a13007e0289003a13313134333633353533323137313533343333360048b0");

std::string text_of(std::span<const std::uint8_t> bits) {
  std::string text;
  for (const std::uint8_t bit : bits) text += bit != 0 ? '1' : '0';
  return text;
}

long ones(std::span<const std::uint8_t> bits) { return std::accumulate(bits.begin(), bits.end(), 0L); }

}  // namespace

BOOST_AUTO_TEST_CASE(crc24a_matches_its_check_value) {
  const std::vector<std::uint8_t> digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  BOOST_TEST(crc24a(digits) == 0xcde703U);
  BOOST_TEST(crc24a(transport_block(kPacketC)) == 0U);
}

BOOST_AUTO_TEST_CASE(the_gold_sequence_of_droneid_has_the_known_bits) {
  const Bits c = gold_sequence(0x12345678, 7200);
  const std::span bits(c);
  BOOST_TEST(text_of(bits.first(64)) == "1101001011100001110111100111100101001111111011110000101101110000");
  BOOST_TEST(text_of(bits.subspan(1200, 32)) == "10001110001001011010000110111110");
  BOOST_TEST(text_of(bits.last(32)) == "01000111101000011110110100110001");
  BOOST_TEST(ones(bits) == 3614);
  BOOST_TEST(ones(bits.first(1200)) == 589);
}

BOOST_AUTO_TEST_CASE(the_turbo_interleaver_is_the_known_permutation) {
  const std::vector<std::size_t> first{0, 131, 438, 921, 172, 1007, 610, 389};
  for (std::size_t i = 0; i < first.size(); ++i) BOOST_TEST(qpp_address(i) == first[i]);
  BOOST_TEST(qpp_address(1407) == 45U);
  std::vector<bool> seen(1408);
  for (std::size_t i = 0; i < seen.size(); ++i) seen[qpp_address(i)] = true;
  BOOST_TEST(std::ranges::all_of(seen, std::identity{}));
}

BOOST_AUTO_TEST_CASE(packet_c_encodes_to_the_known_bits) {
  const auto block = transport_block(kPacketC);
  BOOST_TEST(block[173] == 0xf7);
  BOOST_TEST(block[174] == 0xe3);
  BOOST_TEST(block[175] == 0xf8);
  const Bits e = encode_transport_block(block, 7200);
  const std::span bits(e);
  BOOST_TEST(text_of(bits.first(64)) == "0011000110010100100000100000000000000000000010101011110001111000");
  BOOST_TEST(text_of(bits.subspan(4148, 64)) ==
             "1000001001010011000000000000000000000000000001000000001100000000");
  BOOST_TEST(text_of(bits.last(64)) == "0100110110011010100100101000011011001001000110101111111000111111");
  BOOST_TEST(ones(bits) == 2859);
}

BOOST_AUTO_TEST_CASE(all_coded_bits_of_packet_c_equal_those_of_another_encoder) {
  const auto file = shared_path("spec/vectors/dji/phy_vectors.json");
  if (!file) return;
  std::ifstream in(*file);
  const auto example = nlohmann::json::parse(in).at("encode_example");
  const auto expected =
      unpack_bits(from_hex(example.at("coded_7200_packed_msb_first_hex").get<std::string>()));
  const Bits coded = encode_transport_block(transport_block(kPacketC), 7200);
  BOOST_TEST(coded == expected, boost::test_tools::per_element());

  const Bits scrambler = gold_sequence(0x12345678, 64);
  std::string scrambled;
  for (std::size_t i = 0; i < 64; ++i) scrambled += (coded[i] ^ scrambler[i]) != 0 ? '1' : '0';
  BOOST_TEST(scrambled == example.at("scrambled_first_64").get<std::string>());
}

BOOST_AUTO_TEST_CASE(coded_bits_repeat_after_one_pass_of_the_circular_buffer) {
  const Bits e = encode_transport_block(transport_block(kPacketC), 7200);
  constexpr std::ptrdiff_t kOnePass = 4236;
  BOOST_TEST(std::equal(e.begin() + kOnePass, e.end(), e.begin()));
}

BOOST_AUTO_TEST_CASE(the_real_transport_block_has_the_real_checksum) {
  // Received behind packet C: 51 zeros, then what an earlier and longer packet left in the buffer.
  const auto stale = from_hex("ee7c02d8a8ffe1dcf7f72451238407e1b27afcf71e50502a6b1b44f0f5fe6f");
  const auto block = transport_block(kPacketC, stale);
  BOOST_TEST(block.size() == 176U);
  BOOST_TEST(block[142] == 0xee);
  BOOST_TEST(block[173] == 0x53);
  BOOST_TEST(block[174] == 0x45);
  BOOST_TEST(block[175] == 0x2e);
}
