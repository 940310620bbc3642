// Gold sequence, CRC24A, rate matching and turbo code against values that were verified on real bursts.

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <string>

#include "decoders/ocusync/crc24.hpp"
#include "decoders/ocusync/gold_sequence.hpp"
#include "decoders/ocusync/reference.hpp"
#include "decoders/ocusync/turbo_decoder.hpp"
#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"

namespace {

using windhover::dsp::cf32;
using namespace windhover::decoders::ocusync;
using windhover::synth::Random;
using Block = std::array<std::uint8_t, kInfoBytes>;
using Streams = std::array<float, 3 * kStreamBits>;

std::string as_text(const std::vector<std::uint8_t>& bits, std::size_t from, std::size_t count) {
  std::string text;
  for (std::size_t i = from; i < from + count; ++i) text += bits[i] != 0 ? '1' : '0';
  return text;
}

void add_crc(Block& block) {
  const auto crc = crc24a(std::span(block).first(kDataBytes));
  block[173] = static_cast<std::uint8_t>(crc >> 16);
  block[174] = static_cast<std::uint8_t>(crc >> 8);
  block[175] = static_cast<std::uint8_t>(crc);
}

Block random_block(Random& random) {
  Block block;
  for (auto& byte : block) byte = static_cast<std::uint8_t>(random.next());
  add_crc(block);
  return block;
}

std::array<std::uint8_t, kCodedBits> encode(const Block& block) {
  std::array<std::uint8_t, kInfoBits> info;
  for (std::size_t i = 0; i < kInfoBits; ++i) info[i] = block[i / 8] >> (7 - i % 8) & 1;
  std::array<std::uint8_t, kCodedBits> coded;
  turbo_encode(info, coded);
  return coded;
}

/// LLRs of QPSK at Es/N0, the first `received` coded bits of them.
Streams soft_bits(const Block& block, double snr_db, Random& random, std::size_t received = kCodedBits) {
  const auto coded = encode(block);
  const double snr = std::pow(10, snr_db / 10);
  std::array<float, kCodedBits> soft{};
  for (std::size_t e = 0; e < received; ++e) {
    const double level = (coded[e] != 0 ? -1 : 1) * std::sqrt(0.5) + random.normal() * std::sqrt(0.5 / snr);
    soft[e] = static_cast<float>(2 * std::sqrt(2.0) * snr * level);
  }
  Streams streams;
  rate_dematch(soft, streams);
  return streams;
}

/// Blocks of `count` that do not come back.
unsigned lost_blocks(double snr_db, unsigned count, std::size_t received = kCodedBits) {
  const auto decoder = std::make_unique<TurboDecoder>();
  unsigned lost = 0;
  for (unsigned i = 0; i < count; ++i) {
    Random random(7, i);
    const Block block = random_block(random);
    const Streams streams = soft_bits(block, snr_db, random, received);
    const bool ok = decoder->decode(std::span<const float, 3 * kStreamBits>(streams)).crc_ok;
    lost += !ok || decoder->bytes() != block;
  }
  return lost;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(droneid_channel_code)

BOOST_AUTO_TEST_CASE(gold_sequence_has_the_bits_seen_on_air) {
  const auto c = gold_sequence(kScramblerInit, kCodedBits);
  BOOST_TEST(as_text(c, 0, 32) == "11010010111000011101111001111001");
  BOOST_TEST(as_text(c, 32, 32) == "01001111111011110000101101110000");
  BOOST_TEST(as_text(c, 1200, 32) == "10001110001001011010000110111110");
  BOOST_TEST(as_text(c, 7168, 32) == "01000111101000011110110100110001");
  BOOST_TEST(std::accumulate(c.begin(), c.end(), 0) == 3614);
  BOOST_TEST(std::accumulate(c.begin(), c.begin() + 1200, 0) == 589);
}

BOOST_AUTO_TEST_CASE(crc24a_has_its_check_value) {
  constexpr std::array<std::uint8_t, 9> digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  static_assert(crc24a(digits) == 0xcde703);
  Random random(1);
  BOOST_TEST(crc24a(random_block(random)) == 0U);
}

BOOST_AUTO_TEST_CASE(qpp_interleaver_is_the_standards_permutation) {
  const std::array<std::size_t, 8> first{0, 131, 438, 921, 172, 1007, 610, 389};
  for (std::size_t i = 0; i < first.size(); ++i) BOOST_TEST(qpp(i) == first[i]);
  BOOST_TEST(qpp(kInfoBits - 1) == 45U);
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < kInfoBits; ++i) seen.insert(qpp(i));
  BOOST_TEST(seen.size() == kInfoBits);
}

BOOST_AUTO_TEST_CASE(rate_matching_sends_every_bit_once_and_then_repeats) {
  const auto& map = rate_matching_map();
  BOOST_TEST(std::set<std::uint16_t>(map.begin(), map.begin() + 4236).size() == 4236U);
  for (std::size_t e = 4236; e < kCodedBits; ++e) BOOST_TEST_REQUIRE(map[e] == map[e - 4236]);
  const auto systematic = [&](std::size_t from, std::size_t to) {
    return std::all_of(map.begin() + static_cast<long>(from), map.begin() + static_cast<long>(to),
                       [](std::uint16_t bit) { return bit < kStreamBits; });
  };
  BOOST_TEST(systematic(0, 1324));
  BOOST_TEST(!systematic(1324, 1325));
  BOOST_TEST(systematic(4148, 5560));
}

BOOST_AUTO_TEST_CASE(encoder_reproduces_a_burst_that_another_encoder_made) {
  const auto path = windhover::synth::shared_path("spec/vectors/dji/phy_vectors.json");
  if (!path) return;
  const auto vectors = nlohmann::json::parse(std::ifstream(*path));
  const auto& example = vectors.at("encode_example");
  const auto from_hex = [](const std::string& hex) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
  };
  Block block{};
  const auto payload = from_hex(example.at("payload91_hex"));
  std::copy(payload.begin(), payload.end(), block.begin());
  add_crc(block);
  const auto expected = from_hex(example.at("coded_7200_packed_msb_first_hex"));
  BOOST_TEST_REQUIRE(expected.size() == kCodedBits / 8);
  const auto coded = encode(block);
  unsigned different = 0;
  for (std::size_t e = 0; e < kCodedBits; ++e) different += coded[e] != (expected[e / 8] >> (7 - e % 8) & 1);
  BOOST_TEST(different == 0U);
}

BOOST_AUTO_TEST_CASE(zadoff_chu_symbols_have_the_values_of_the_vectors) {
  const Reference& ref = reference();
  const float scale = std::sqrt(600.0F);
  const std::array<cf32, 4> expected{cf32{16.649544F, 16.606085F}, cf32{-5.393891F, -4.235980F},
                                     cf32{-15.655234F, -16.612543F}, cf32{12.145890F, 9.329940F}};
  for (std::size_t n = 0; n < 4; ++n) BOOST_TEST(std::abs(scale * ref.body600[n] - expected[n]) < 1e-3F);
  const cf32 first147{scale * ref.body147_re[1], scale * ref.body147_im[1]};
  BOOST_TEST(std::abs(first147 - cf32(6.054155F, -7.414573F)) < 1e-3F);
  for (std::size_t n = 1; n < kFftSize; ++n)
    BOOST_TEST_REQUIRE(std::abs(ref.body600[n] - ref.body600[kFftSize - n]) < 1e-4F);
}

BOOST_AUTO_TEST_CASE(turbo_decoder_reaches_the_known_block_error_rate) {
  // Max-log with 0.75, 8 iterations: 10 % at -3.46 dB, 1 % at -3.27 dB. Bounds are three standard deviations
  // off.
  BOOST_TEST(lost_blocks(-3.46, 300) < 46U);
  BOOST_TEST(lost_blocks(-3.2, 300) < 8U);
  BOOST_TEST(lost_blocks(-4.5, 20) > 15U);
}

BOOST_AUTO_TEST_CASE(turbo_decoder_needs_only_half_of_the_symbols_when_the_signal_is_good) {
  BOOST_TEST(lost_blocks(0.5, 100, 3600) == 0U);
  BOOST_TEST(lost_blocks(-2.2, 100, 6000) == 0U);
}

BOOST_AUTO_TEST_CASE(strong_clipped_and_wrongly_scaled_soft_bits_do_no_harm) {
  const auto decoder = std::make_unique<TurboDecoder>();
  BOOST_TEST(lost_blocks(40, 20) == 0U);
  for (const double unit : {4.0, 16.0, 64.0, 20000.0}) {
    unsigned lost = 0;
    for (unsigned i = 0; i < 60; ++i) {
      Random random(9, i);
      const Block block = random_block(random);
      const Streams streams = soft_bits(block, unit > 1000 ? 40 : -2.9, random);
      std::array<std::int16_t, 3 * kStreamBits> fixed;
      for (std::size_t n = 0; n < fixed.size(); ++n)
        fixed[n] =
            static_cast<std::int16_t>(std::clamp(static_cast<double>(streams[n]) * unit, -32767.0, 32767.0));
      lost += !decoder->decode(std::span<const std::int16_t, 3 * kStreamBits>(fixed)).crc_ok;
    }
    BOOST_TEST(lost <= 3U, "unit " << unit << ": " << lost << " of 60 lost");
  }
}

BOOST_AUTO_TEST_CASE(a_good_block_takes_half_an_iteration_and_silence_none_is_taken_for_a_block) {
  const auto decoder = std::make_unique<TurboDecoder>();
  Random random(3);
  const Block block = random_block(random);
  const auto outcome = decoder->decode(std::span<const float, 3 * kStreamBits>(soft_bits(block, 10, random)));
  BOOST_TEST(outcome.crc_ok);
  BOOST_TEST(outcome.half_iterations == 1);
  const Streams silence{};
  BOOST_TEST(!decoder->decode(std::span<const float, 3 * kStreamBits>(silence)).crc_ok);
  BOOST_TEST(
      !decoder->decode(std::span<const float, 3 * kStreamBits>(soft_bits(Block{}, 20, random))).crc_ok);
}

BOOST_AUTO_TEST_SUITE_END()
