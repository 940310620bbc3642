#include "decoders/bluetooth/coded_viterbi.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "decoders/bluetooth/coded_block.hpp"
#include "tests/support/ble_packet.hpp"
#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::decoders::bluetooth;

namespace {

std::vector<std::uint8_t> random_bits(synth::Random& random, std::size_t count) {
  std::vector<std::uint8_t> bits;
  for (std::size_t n = 0; n < count; ++n) bits.push_back(random.next() & 1U);
  return bits;
}

std::vector<std::uint8_t> terminated(std::vector<std::uint8_t> bits) {
  bits.resize(bits.size() + kTerminationBits);
  return bits;
}

float soft(std::uint8_t bit) { return bit != 0 ? 1.0F : -1.0F; }

}  // namespace

BOOST_AUTO_TEST_SUITE(bluetooth_coded_viterbi)

BOOST_AUTO_TEST_CASE(code_is_the_generators) {
  synth::Random random(1);
  const auto bits = terminated(random_bits(random, 200));
  const auto coded = synth::ble_fec(bits);
  unsigned state = 0;
  for (std::size_t n = 0; n < bits.size(); ++n) {
    const unsigned pair = coded_pair(state, bits[n]);
    BOOST_TEST((pair & 1U) == coded[2 * n]);
    BOOST_TEST((pair >> 1U) == coded[2 * n + 1]);
    state = next_coded_state(state, bits[n]);
  }
  BOOST_TEST(state == 0U);
}

BOOST_AUTO_TEST_CASE(block1_of_the_sheet) {
  const auto file = synth::shared_path("spec/vectors/bluetooth/vectors.json");
  if (!file) {
    BOOST_TEST_MESSAGE("SKIPPED: the vectors are not there");
    return;
  }
  const auto vectors = nlohmann::json::parse(std::ifstream(*file));
  for (const unsigned indicator : {0U, 1U}) {
    std::string name = "fec_of_access_address_8e89bed6_ci";
    name.append(indicator == 0 ? "0" : "1").append("_term1");
    const auto expected = vectors.at(name).get<std::string>();
    const auto signs = block1_signs(indicator);
    BOOST_REQUIRE(expected.size() == signs.size());
    for (std::size_t n = 0; n < signs.size(); ++n) BOOST_TEST((signs[n] > 0) == (expected[n] == '1'));
  }
}

BOOST_AUTO_TEST_CASE(two_wrong_bits_of_each_twenty_are_corrected) {
  synth::Random random(2);
  const auto bits = terminated(random_bits(random, 8 * 260));
  auto coded = synth::ble_fec(bits);
  for (std::size_t n = 5; n < coded.size(); n += 20)
    for (const std::size_t k : {0, 3})
      if (n + k < coded.size()) coded[n + k] ^= 1U;
  CodedViterbi viterbi;
  viterbi.reset();
  for (std::size_t n = 0; n < bits.size(); ++n) viterbi.step(soft(coded[2 * n]), soft(coded[2 * n + 1]));
  std::vector<std::uint8_t> decoded(bits.size());
  viterbi.trace(0, decoded);
  BOOST_TEST(decoded == bits, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(first_bits_are_known_before_the_last_have_come) {
  synth::Random random(3);
  const auto bits = random_bits(random, 300);
  const auto coded = synth::ble_fec(bits);
  CodedViterbi viterbi;
  viterbi.reset();
  for (std::size_t n = 0; n < 40; ++n)
    viterbi.step(soft(coded[2 * n]) + 0.6F * random.normal(),
                 soft(coded[2 * n + 1]) + 0.6F * random.normal());
  std::vector<std::uint8_t> head(16);
  viterbi.trace(viterbi.best_state(), head);
  BOOST_TEST(std::equal(head.begin(), head.end(), bits.begin()));
}

BOOST_AUTO_TEST_CASE(more_than_the_longest_packet_is_ignored) {
  CodedViterbi viterbi;
  viterbi.reset();
  for (std::size_t n = 0; n < kMaxCodedInput + 100; ++n) viterbi.step(-1, -1);
  BOOST_TEST(viterbi.size() == kMaxCodedInput);
  BOOST_TEST(viterbi.best_state() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
