#include "dsp/native_levels.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace windhover::dsp;

namespace {

template <typename Component>
NativeLevels levels_of(const std::vector<Component>& components, SampleFormat format, unsigned bits = 16) {
  return measure_levels(std::as_bytes(std::span(components)), format, bits);
}

std::vector<std::int16_t> noise(std::size_t samples, double rms, double mean = 0) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal(mean, rms);
  std::vector<std::int16_t> out(2 * samples);
  for (auto& component : out) component = static_cast<std::int16_t>(std::lround(normal(random)));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(native_levels)

BOOST_AUTO_TEST_CASE(noise_is_that_of_the_quietest_piece_without_its_mean) {
  auto iq = noise(16 * NativeLevels::kPiece, 300);
  const auto quiet = noise(2 * NativeLevels::kPiece, 5, 700);
  std::copy(quiet.begin(), quiet.end(), iq.begin() + 8 * NativeLevels::kPiece);
  const NativeLevels levels = levels_of(iq, SampleFormat::ci16_le);
  BOOST_TEST(levels.samples == 16 * NativeLevels::kPiece);
  BOOST_TEST(levels.noise_lsb == 5, boost::test_tools::tolerance(0.06F));
}

BOOST_AUTO_TEST_CASE(the_end_of_the_range_is_the_converters) {
  std::vector<std::int16_t> iq(2 * 5000, 3);
  iq[11] = 2047;
  iq[5000] = -2048;
  iq[7001] = 2046;
  const NativeLevels twelve = levels_of(iq, SampleFormat::ci16_le, 12);
  BOOST_TEST(twelve.saturated == 2U);
  BOOST_TEST(std::abs(twelve.peak_dbfs) < 0.01);
  const NativeLevels sixteen = levels_of(iq, SampleFormat::ci16_le);
  BOOST_TEST(sixteen.saturated == 0U);
  BOOST_TEST(std::abs(sixteen.peak_dbfs + 24.08) < 0.02);
}

BOOST_AUTO_TEST_CASE(every_format_has_its_own_ends) {
  std::vector<std::int8_t> signed_octets(4096, 0);
  signed_octets[100] = 127, signed_octets[200] = -128, signed_octets[300] = 126;
  BOOST_TEST(levels_of(signed_octets, SampleFormat::ci8).saturated == 2U);
  std::vector<std::uint8_t> octets(4096, 127);
  octets[100] = 0, octets[200] = 255, octets[300] = 254;
  BOOST_TEST(levels_of(octets, SampleFormat::cu8).saturated == 2U);
  std::vector<float> floats(4096, 0.1F);
  floats[100] = 1, floats[200] = -1.5F, floats[300] = 0.999F, floats[301] = NAN;
  const NativeLevels levels = levels_of(floats, SampleFormat::cf32_le);
  BOOST_TEST(levels.saturated >= 2U);
  BOOST_TEST(levels.saturated <= 3U);
}

BOOST_AUTO_TEST_CASE(steps_of_cu8_are_whole_octets) {
  const auto wide = noise(8 * NativeLevels::kPiece, 4, 127.5);
  const std::vector<std::uint8_t> octets(wide.begin(), wide.end());
  BOOST_TEST(levels_of(octets, SampleFormat::cu8).noise_lsb == 4, boost::test_tools::tolerance(0.08F));
}

BOOST_AUTO_TEST_CASE(less_than_a_piece_tells_no_noise) {
  BOOST_TEST(levels_of(noise(NativeLevels::kPiece - 1, 5), SampleFormat::ci16_le).noise_lsb == 0);
  const NativeLevels none = levels_of(std::vector<std::int16_t>{}, SampleFormat::ci16_le);
  BOOST_TEST(none.samples == 0U);
  BOOST_TEST(none.peak_dbfs == -200);
}

BOOST_AUTO_TEST_SUITE_END()
