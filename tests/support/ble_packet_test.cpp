#include "tests/support/ble_packet.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "tests/support/hex.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover::synth;

namespace {

std::optional<nlohmann::json> vectors() {
  const auto path = shared_path("spec/vectors/bluetooth/vectors.json");
  if (!path) return std::nullopt;
  std::ifstream file(*path);
  return nlohmann::json::parse(file);
}

/// Bits in air order as the bytes they came from.
std::vector<std::uint8_t> packed(std::span<const std::uint8_t> bits) {
  std::vector<std::uint8_t> bytes(bits.size() / 8);
  for (std::size_t i = 0; i < bits.size(); ++i)
    bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | bits[i] << (i % 8));
  return bytes;
}

std::string text(std::span<const std::uint8_t> bits) {
  std::string out;
  for (const auto bit : bits) out.push_back(bit != 0 ? '1' : '0');
  return out;
}

Bits bits_of(std::string_view text) {
  Bits out;
  for (const char c : text) out.push_back(c == '1' ? 1 : 0);
  return out;
}

constexpr std::size_t kPreamble = 80;
constexpr std::size_t kBlock1 = 296;

void check_coded(const nlohmann::json& vector, BlePhy phy) {
  const auto pdu = from_hex(vector.at("pdu").get<std::string>());
  const auto symbols = text(ble_packet(phy, vector.at("channel").get<int>(), pdu));
  BOOST_TEST(symbols.size() == vector.at("total_symbols_us").get<std::size_t>());
  if (vector.contains("crc"))
    BOOST_TEST(packed(ble_crc24(pdu)) == from_hex(vector["crc"].get<std::string>()),
               boost::test_tools::per_element());
  if (vector.contains("preamble")) BOOST_TEST(symbols.substr(0, kPreamble) == vector["preamble"]);
  if (vector.contains("fec_block1_symbols"))
    BOOST_TEST(symbols.substr(kPreamble, kBlock1) == vector["fec_block1_symbols"]);
  const auto block2 = symbols.substr(kPreamble + kBlock1);
  if (vector.contains("fec_block2_symbols")) BOOST_TEST(block2 == vector["fec_block2_symbols"]);
  if (vector.contains("fec_block2_first_256_symbols")) {
    BOOST_TEST(block2.substr(0, 256) == vector["fec_block2_first_256_symbols"]);
    BOOST_TEST(block2.size() == vector["fec_block2_symbol_count"]);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ble_packet_vectors)

BOOST_AUTO_TEST_CASE(whitening_of_all_channels) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(v->at("whitening").size() == 40U);
  for (const auto& [channel, sequence] : v->at("whitening").items())
    BOOST_TEST(packed(ble_whitening(std::stoi(channel), 128)) == from_hex(sequence.get<std::string>()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(crc) {
  const auto v = vectors();
  if (!v) return;
  for (const auto& vector : v->at("crc"))
    BOOST_TEST(packed(ble_crc24(from_hex(vector.at("pdu").get<std::string>()))) ==
                   from_hex(vector.at("air_bytes").get<std::string>()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(uncoded_packets) {
  const auto v = vectors();
  if (!v) return;
  BOOST_TEST(v->at("legacy_1m").size() == 3U);
  for (const auto& vector : v->at("legacy_1m")) {
    const auto pdu = from_hex(vector.at("pdu").get<std::string>());
    BOOST_TEST(packed(ble_crc24(pdu)) == from_hex(vector.at("crc").get<std::string>()),
               boost::test_tools::per_element());
    BOOST_TEST(packed(ble_packet(BlePhy::le_1m, vector.at("channel").get<int>(), pdu)) ==
                   from_hex(vector.at("air_bytes_lsb_first").get<std::string>()),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(coded_packets) {
  const auto v = vectors();
  if (!v) return;
  check_coded(v->at("coded_s8_adv_ext_ind"), BlePhy::le_coded_s8);
  check_coded(v->at("coded_s2_adv_ext_ind"), BlePhy::le_coded_s2);
  check_coded(v->at("coded_s8_aux_adv_ind"), BlePhy::le_coded_s8);
}

BOOST_AUTO_TEST_CASE(first_block_before_the_pattern_mapper) {
  const auto v = vectors();
  if (!v) return;
  const Bits address = ble_bits(from_hex("d6be898e"));
  for (const auto& [name, indicator] : {std::pair{"ci0", "00000"}, std::pair{"ci1", "10000"}}) {
    Bits block = address;
    const Bits rest = bits_of(indicator);
    block.insert(block.end(), rest.begin(), rest.end());
    BOOST_TEST(text(ble_fec(block)) ==
               v->at(std::string("fec_of_access_address_8e89bed6_").append(name).append("_term1")));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ble_packet_framing)

BOOST_AUTO_TEST_CASE(preamble_continues_into_the_access_address) {
  const std::vector<std::uint8_t> pdu{2, 0};
  BOOST_TEST(text(ble_packet(BlePhy::le_1m, 37, pdu)).substr(0, 16) == "0101010101101011");
  BOOST_TEST(text(ble_packet(BlePhy::le_2m, 37, pdu)).substr(0, 24) == "010101010101010101101011");
  BOOST_TEST(text(ble_packet(BlePhy::le_1m, 37, pdu, {.access_address = 0x00000001})).substr(0, 16) ==
             "1010101010000000");
}

BOOST_AUTO_TEST_CASE(framing_of_others_replaces_each_part) {
  const std::vector<std::uint8_t> pdu{0x12, 0x34};
  const BleFraming framing{0xFFFFFFFF, 0, bits_of("0011"), false};
  const auto packet = text(ble_packet(BlePhy::le_1m, 0, pdu, framing));
  BOOST_TEST(packet.substr(0, 4) == "0011");
  BOOST_TEST(packet.substr(4, 32) == std::string(32, '1'));
  BOOST_TEST(packet.substr(36, 16) == text(ble_bits(pdu)));
  BOOST_TEST(packet.substr(52) == text(ble_crc24(pdu, 0)));
}

BOOST_AUTO_TEST_CASE(crc_of_nothing_is_its_start_value) {
  BOOST_TEST(text(ble_crc24({}, 0x800001)) == "100000000000000000000001");
}

BOOST_AUTO_TEST_CASE(whitening_repeats_after_127_bits) {
  const Bits w = ble_whitening(23, 254);
  BOOST_TEST(std::equal(w.begin(), w.begin() + 127, w.begin() + 127));
  BOOST_CHECK_THROW(ble_whitening(40, 8), std::invalid_argument);
  BOOST_CHECK_THROW(ble_whitening(-1, 8), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(durations_are_those_of_the_packets) {
  using enum BlePhy;
  for (const auto phy : {le_1m, le_2m, le_coded_s8, le_coded_s2})
    for (const std::size_t bytes : {2U, 39U, 246U})
      BOOST_TEST(ble_duration_s(phy, bytes) * (phy == le_2m ? 2e6 : 1e6) ==
                     static_cast<double>(ble_packet(phy, 37, std::vector<std::uint8_t>(bytes)).size()),
                 boost::test_tools::tolerance(1e-12));
  BOOST_TEST(ble_duration_s(le_coded_s8, 246) == 16336e-6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(ble_duration_s(le_coded_s2, 246) == 4366e-6, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(channels_lie_two_megahertz_apart_around_the_primary_ones) {
  for (const auto& [channel, mhz] :
       {std::pair{37, 2402}, {0, 2404}, {10, 2424}, {38, 2426}, {11, 2428}, {36, 2478}, {39, 2480}})
    BOOST_TEST(ble_channel_frequency(channel).value == 1e6 * mhz);
  BOOST_CHECK_THROW(ble_channel_frequency(40), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
