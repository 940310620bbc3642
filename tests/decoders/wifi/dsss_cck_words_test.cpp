#include "decoders/wifi/dsss_cck_words.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>

#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::decoders::wifi;
using dsp::cf32;

namespace {

std::array<cf32, kCckChips> chips_of(unsigned word, bool eleven, unsigned quarter) {
  constexpr cf32 turns[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  std::array<cf32, kCckChips> chips;
  for (std::size_t i = 0; i < chips.size(); ++i)
    chips[i] = cck_chip(static_cast<std::uint8_t>(word), eleven, i) * turns[quarter];
  return chips;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wifi_cck_words)

BOOST_AUTO_TEST_CASE(words_are_those_of_the_sheet) {
  const cf32 j(0, 1);
  // At 5.5 Mb/s; d2 is bit 0 of a word, d3 bit 1.
  const std::array<std::array<cf32, 8>, 4> words{{{j, 1, j, -1, j, 1, -j, 1},
                                                  {-j, 1, -j, -1, -j, 1, j, 1},
                                                  {-j, -1, -j, 1, j, 1, -j, 1},
                                                  {j, -1, j, 1, -j, 1, j, 1}}};
  for (unsigned word = 0; word < 4; ++word)
    for (std::size_t i = 0; i < kCckChips; ++i)
      BOOST_TEST(std::abs(cck_chip(static_cast<std::uint8_t>(word), false, i) - words[word][i]) < 1e-6F);
  // All phases 0, and by the formula φ2 = π (d2 d3 = 10), φ3 = π/2 (01), φ4 = 3π/2 (11).
  const std::array<cf32, 8> zero{1, 1, 1, -1, 1, 1, -1, 1};
  const std::array<cf32, 8> other{-1, 1, j, j, -j, j, 1, 1};
  for (std::size_t i = 0; i < kCckChips; ++i) {
    BOOST_TEST(std::abs(cck_chip(0, true, i) - zero[i]) < 1e-6F);
    BOOST_TEST(std::abs(cck_chip(0b111001, true, i) - other[i]) < 1e-6F);
  }
}

BOOST_AUTO_TEST_CASE(every_word_in_every_phase_is_recognised) {
  for (const bool eleven : {false, true})
    for (unsigned word = 0; word < (eleven ? 64U : 4U); ++word)
      for (unsigned quarter = 0; quarter < 4; ++quarter) {
        const CckDecision decision = decide_cck(chips_of(word, eleven, quarter), eleven);
        BOOST_REQUIRE(decision.word == word);
        BOOST_REQUIRE(decision.quarter == quarter);
        BOOST_TEST(decision.margin >= 1);
        BOOST_TEST(std::abs(std::abs(decision.value) - 1) < 1e-6F);
      }
}

BOOST_AUTO_TEST_CASE(the_second_is_what_was_sent_where_the_first_is_not) {
  synth::Random random(1);
  int wrong = 0, second = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto word = static_cast<unsigned>(random.next() % 64),
               quarter = static_cast<unsigned>(random.next() % 4);
    auto chips = chips_of(word, true, quarter);
    for (cf32& chip : chips) chip += random.complex_normal(0.5);
    const CckDecision decision = decide_cck(chips, true);
    if (decision.word == word && decision.quarter == quarter) continue;
    ++wrong;
    second += decision.second_word == word && decision.second_quarter == quarter;
  }
  BOOST_TEST((wrong > 300 && wrong < 1500));
  BOOST_TEST(second > wrong * 6 / 10);
}

BOOST_AUTO_TEST_SUITE_END()
