#include "sensor/trust/range_check.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "sensor/trust/odds.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;

namespace {

/// Comes from 4 km to 200 m; `slope_db` a decade, scatter of a block as given.
std::vector<Reason> approach(double slope_db, double scatter_db, std::uint64_t seed = 1,
                             double from_m = 4000) {
  synth::Random random(seed);
  RangeCheck check;
  for (double range_m = from_m; range_m > 200; range_m -= 60) {
    decoders::Frame frame{};
    frame.transport = "wifi_beacon";
    frame.rf.centre = {2437e6};
    frame.rf.rssi_dbfs = static_cast<float>(-30 + slope_db * (std::log10(range_m) - 3) +
                                            scatter_db * static_cast<double>(random.normal()));
    check.take(frame, {52.0 + range_m / 111'250, 5.0}, range_m);
  }
  std::vector<Reason> reasons;
  check.tell(reasons);
  return reasons;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(range_check)

BOOST_AUTO_TEST_CASE(a_level_that_stays_speaks_against_an_approach) {
  const auto reasons = approach(0, 1);
  BOOST_REQUIRE(reasons.size() == 1U);
  BOOST_TEST(*reasons[0].log_likelihood_ratio > kWarning);
  BOOST_TEST(std::abs(reasons[0].evidence.at("slope_db_per_decade")) < 3);
}

BOOST_AUTO_TEST_CASE(a_level_that_follows_speaks_for_it) {
  for (const double slope_db : {-20.0, -30.0, -40.0}) {
    const auto reasons = approach(slope_db, 4);
    BOOST_REQUIRE(reasons.size() == 1U);
    BOOST_TEST((reasons[0].severity == Severity::supporting));
  }
}

BOOST_AUTO_TEST_CASE(without_a_change_of_distance_nothing_is_said) {
  BOOST_TEST(approach(0, 6, 1, 300).empty());
}

// The threshold promises one in a hundred at the scatter that it assumes.
BOOST_AUTO_TEST_CASE(honest_levels_are_seldom_doubted) {
  int doubted = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed)
    for (const Reason& reason :
         approach(-20, RangeCheck::kScatter_db, seed, 200.0 + static_cast<double>(seed)))
      doubted += *reason.log_likelihood_ratio >= kNotice ? 1 : 0;
  BOOST_TEST(doubted <= 20);
}

BOOST_AUTO_TEST_CASE(levels_near_full_scale_and_unknown_ones_do_not_count) {
  RangeCheck check;
  for (const float level : {-1.0F, NAN})
    for (int i = 0; i < 100; ++i) {
      decoders::Frame frame{};
      frame.rf.rssi_dbfs = level;
      check.take(frame, {52.0 + i * 1e-3, 5.0}, 100.0 * i);
    }
  std::vector<Reason> reasons;
  check.tell(reasons);
  BOOST_TEST(reasons.empty());
}

BOOST_AUTO_TEST_SUITE_END()
