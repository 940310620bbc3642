#include "tests/bench/tracker_fuzz.hpp"

#include <boost/test/unit_test.hpp>

using namespace windhover::bench;

BOOST_AUTO_TEST_SUITE(tracker_fuzz)

BOOST_AUTO_TEST_CASE(damaged_payloads_do_no_harm) {
  const TrackerFuzz fuzz = fuzz_tracker(20'000, 2);
  BOOST_TEST(fuzz.accepted > 5'000U);
  BOOST_TEST(fuzz.messages > fuzz.accepted);
  BOOST_TEST(fuzz.not_a_number == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
