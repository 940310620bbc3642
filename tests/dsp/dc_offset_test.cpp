#include "dsp/dc_offset.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <complex>

#include "tests/support/random.hpp"

using windhover::dsp::cf32;
using windhover::dsp::DcOffset;

namespace {

// Noise of power 1, as bin 0 of block after block holds it.
cf32 noise(windhover::synth::Random& random) {
  std::vector<cf32> one(1);
  random.add_noise(one, 1);
  return one[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dc_offset)

BOOST_AUTO_TEST_CASE(a_constant_is_found_at_once_and_the_better_the_longer) {
  windhover::synth::Random random(1);
  DcOffset dc;
  BOOST_TEST(std::abs(dc.in_bin()) == 0);
  const cf32 offset{30, -40};
  for (int i = 0; i < 3; ++i) dc.follow(offset + noise(random));
  BOOST_TEST(std::abs(dc.in_bin() - offset) < 3);
  for (int i = 0; i < 4000; ++i) dc.follow(offset + noise(random));
  BOOST_TEST(std::abs(dc.in_bin() - offset) < 0.1);
}

BOOST_AUTO_TEST_CASE(a_carrier_that_lasts_as_long_as_a_packet_stays) {
  DcOffset dc;
  for (int i = 0; i < 8000; ++i) dc.follow({0, 0});
  for (int i = 0; i < 226; ++i) dc.follow({1, 0});  // 17 ms
  BOOST_TEST(std::abs(dc.in_bin()) < 0.06);
}

BOOST_AUTO_TEST_CASE(another_offset_is_followed) {
  DcOffset dc;
  for (int i = 0; i < 20'000; ++i) dc.follow({5, 5});
  for (int i = 0; i < 20'000; ++i) dc.follow({-5, 1});
  BOOST_TEST(std::abs(dc.in_bin() - cf32(-5, 1)) < 0.1);
  dc.restart();
  dc.follow({2, 0});
  BOOST_TEST(std::abs(dc.in_bin() - cf32(2, 0)) < 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
