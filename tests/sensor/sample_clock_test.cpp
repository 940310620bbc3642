#include "sensor/sample_clock.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

using windhover::sensor::parse_rfc3339;
using windhover::sensor::SampleClock;
using windhover::sensor::to_rfc3339;
using windhover::sensor::UtcTime;
using namespace windhover::dsp::literals;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(sample_clock)

BOOST_AUTO_TEST_CASE(without_an_anchor_it_runs_from_1970_and_says_that_it_does_not_know) {
  const SampleClock clock(20_MHz);
  BOOST_TEST(!clock.known());
  BOOST_TEST(to_rfc3339(clock.at({0})) == "1970-01-01T00:00:00.000000Z");
  BOOST_TEST(to_rfc3339(clock.at({30'000'000})) == "1970-01-01T00:00:01.500000Z");
}

BOOST_AUTO_TEST_CASE(an_index_is_mapped_by_the_latest_anchor_at_or_before_it) {
  SampleClock clock(1_MHz);
  const UtcTime first = parse_rfc3339("2024-05-01T12:00:00Z");
  const UtcTime second = parse_rfc3339("2024-05-01T13:00:00.25Z");
  clock.anchor({1'000'000}, second);  // in any order
  clock.anchor({0}, first);
  BOOST_TEST(clock.known());
  BOOST_TEST((clock.at({0}) == first));
  BOOST_TEST((clock.at({999'999}) == first + 999'999us));
  BOOST_TEST((clock.at({1'000'000}) == second));
  BOOST_TEST((clock.at({1'000'001}) == second + 1us));
}

BOOST_AUTO_TEST_CASE(an_index_before_all_anchors_is_mapped_back_from_the_first) {
  SampleClock clock(3_MHz);
  const UtcTime time = parse_rfc3339("2024-05-01T12:00:00Z");
  clock.anchor({10}, time);
  BOOST_TEST((clock.at({7}) == time - 1us));
  BOOST_TEST((clock.at({9}) == time - 334ns));  // rounded down, not towards the anchor
}

BOOST_AUTO_TEST_CASE(a_second_anchor_at_the_same_index_replaces_the_first) {
  SampleClock clock(1_MHz);
  clock.anchor({5}, UtcTime{100s});
  clock.anchor({5}, UtcTime{200s});
  BOOST_TEST((clock.at({6}) == UtcTime{200s} + 1us));
}

BOOST_AUTO_TEST_CASE(a_week_at_61_44_megasamples_is_exact_to_the_nanosecond) {
  SampleClock clock(61.44_MHz);
  const UtcTime start = parse_rfc3339("2024-05-01T12:00:00Z");
  clock.anchor({0}, start);
  constexpr std::int64_t week_s = 7 * 86'400;
  BOOST_TEST((clock.at({week_s * 61'440'000}) == start + std::chrono::seconds{week_s}));
  // 48 samples are 781.25 ns.
  BOOST_TEST((clock.at({week_s * 61'440'000 + 48}) == start + std::chrono::seconds{week_s} + 781ns));
}

BOOST_AUTO_TEST_CASE(a_rate_that_is_no_whole_number_is_exact_to_the_microhertz) {
  const SampleClock clock({1'000'000.5});
  BOOST_TEST((clock.at({2'000'001}) == UtcTime{2s}));
}

BOOST_AUTO_TEST_CASE(later_samples_are_never_earlier) {
  const SampleClock clock(122.88_MHz);
  UtcTime last = clock.at({-1000});
  for (std::int64_t i = -999; i < 1000; ++i) {
    const UtcTime time = clock.at({i});
    BOOST_REQUIRE((time >= last));
    last = time;
  }
}

BOOST_AUTO_TEST_CASE(of_very_many_anchors_the_latest_hold) {
  SampleClock clock({1e6});
  // A clock that gains a microsecond each millisecond, so that every anchor says something new.
  const auto true_time = [](std::int64_t ms) { return UtcTime{std::chrono::microseconds{1001 * ms}}; };
  constexpr std::int64_t kMany = 3 * SampleClock::kMostAnchors;
  for (std::int64_t ms = 0; ms < kMany; ++ms) clock.anchor({1000 * ms}, true_time(ms));
  for (std::int64_t ms = kMany - 10'000; ms < kMany; ++ms)
    BOOST_REQUIRE((clock.at({1000 * ms}) == true_time(ms)));
  BOOST_TEST((clock.at({0}) != true_time(0)));  // extrapolated from the oldest that is left
}

BOOST_AUTO_TEST_CASE(an_impossible_rate_is_refused) {
  for (const double rate : {0.0, -1.0, 1e13, std::nan(""), std::numeric_limits<double>::infinity()})
    BOOST_CHECK_THROW(SampleClock({rate}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
