#include "decoders/wifi/dsss_cck_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "decoders/wifi/dsss_correlate.hpp"
#include "decoders/wifi/dsss_tracker.hpp"

namespace windhover::decoders::wifi {
namespace {

/// Sums of a symbol's chips, each turned back as one code word has it; words in the order of φ2, φ3, φ4.
struct WordSums {
  std::array<float, 64> re, im;
  std::size_t words = 0;
  void add(cf32 sum) { re[words] = sum.real(), im[words++] = sum.imag(); }
};

// Chips c0 … c7 are e^(jφ1) times those of φ2 in the even ones, φ3 in 0, 1, 4, 5 and φ4 in 0 … 3; two are
// negative.
constexpr bool is_negative(std::size_t chip) { return chip == 3 || chip == 6; }

/// Sums of two chips each, φ2 taken off.
std::array<cf32, 4> pairs(std::span<const cf32, kCckChips> chips, unsigned p2) {
  return {turned_back(chips[0], p2) + chips[1], turned_back(chips[2], p2) - chips[3],
          turned_back(chips[4], p2) + chips[5], chips[7] - turned_back(chips[6], p2)};
}

WordSums sums_of_64(std::span<const cf32, kCckChips> chips) {
  WordSums sums;
  for (unsigned p2 = 0; p2 < 4; ++p2) {
    const auto pair = pairs(chips, p2);
    for (unsigned p3 = 0; p3 < 4; ++p3) {
      const cf32 early = turned_back(pair[0], p3) + pair[1], late = turned_back(pair[2], p3) + pair[3];
      for (unsigned p4 = 0; p4 < 4; ++p4) sums.add(turned_back(early, p4) + late);
    }
  }
  return sums;
}

// φ2 is a quarter turn or three, φ3 nothing, φ4 nothing or two.
WordSums sums_of_4(std::span<const cf32, kCckChips> chips) {
  WordSums sums;
  for (unsigned d2 = 0; d2 < 2; ++d2) {
    const auto pair = pairs(chips, 1 + 2 * d2);
    for (unsigned d3 = 0; d3 < 2; ++d3) sums.add(turned_back(pair[0] + pair[1], 2 * d3) + pair[2] + pair[3]);
  }
  return sums;
}

std::size_t place_of_most(const std::array<float, 64>& values, std::size_t count) {
  FourFloats most = four_from(values.data());
  for (std::size_t i = 4; i < count; i += 4) {
    const FourFloats next = four_from(values.data() + i);
    most = next > most ? next : most;
  }
  const float value = std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
  const auto last = values.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  return static_cast<std::size_t>(std::find(values.begin(), last, value) - values.begin());
}

// A word's bits are the quarter turns of φ2, φ3 and φ4, of each the higher bit first; at 5.5 Mb/s only the
// higher bits are sent, and none of φ3.
constexpr std::size_t swapped(std::size_t quarters) { return (quarters & 1U) << 1U | (quarters >> 1U & 1U); }
constexpr std::uint8_t word_at(std::size_t place, bool eleven) {
  const std::size_t bits =
      eleven ? swapped(place >> 4U) | swapped(place >> 2U) << 2U | swapped(place) << 4U : swapped(place);
  return static_cast<std::uint8_t>(bits);
}

}  // namespace

CckDecision decide_cck(std::span<const cf32, kCckChips> chips, bool eleven) {
  const WordSums sums = eleven ? sums_of_64(chips) : sums_of_4(chips);
  std::array<float, 64> agreement;
  for (std::size_t i = 0; i < sums.words; ++i)
    agreement[i] = std::max(std::abs(sums.re[i]), std::abs(sums.im[i]));
  const std::size_t best = place_of_most(agreement, sums.words);
  const cf32 value{sums.re[best], sums.im[best]};
  const PhaseDecision phase = decide_phase(value, true);
  const float most = agreement[best];
  agreement[best] = most - phase.margin;  // the same word with another phase
  const std::size_t second = place_of_most(agreement, sums.words);
  const PhaseDecision other = decide_phase({sums.re[second], sums.im[second]}, true);
  // Words differ in half of their chips at least.
  const float margin = (most - agreement[second]) / (kCckChips / 2.0F);
  return {phase.quarter,
          word_at(best, eleven),
          second == best ? phase.second : other.quarter,
          word_at(second, eleven),
          value / static_cast<float>(kCckChips),
          margin};
}

cf32 cck_chip(std::uint8_t word, bool eleven, std::size_t chip) {
  const std::size_t p2 = eleven ? swapped(word) : 1 + 2 * (word & 1U);
  const std::size_t p3 = eleven ? swapped(word >> 2U) : 0;
  const std::size_t p4 = eleven ? swapped(word >> 4U) : 2 * (word >> 1U & 1U);
  const std::size_t quarters = (chip % 2 == 0 ? p2 : 0) + (chip % 4 < 2 ? p3 : 0) + (chip < 4 ? p4 : 0);
  const cf32 value = std::conj(turned_back(1, static_cast<unsigned>(quarters)));
  return is_negative(chip) ? -value : value;
}

}  // namespace windhover::decoders::wifi
