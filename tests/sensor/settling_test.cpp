#include "sensor/settling.hpp"

#include <boost/test/unit_test.hpp>

using namespace windhover::sensor;
using namespace std::chrono_literals;

namespace {

const Settling::Time kDone{1'000s};

/// Reads of 1 ms of samples, each from `began` after the tuning until `ended`.
bool take(Settling& settling, std::chrono::microseconds began, std::chrono::microseconds ended,
          std::optional<long long> stamp_ns = std::nullopt) {
  return settling.take({kDone + began, kDone + ended, 1ms, stamp_ns});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(settling)

BOOST_AUTO_TEST_CASE(without_a_retune_everything_is_taken) {
  Settling settling;
  BOOST_TEST(settling.is_over());
  BOOST_TEST(take(settling, 0us, 10us));
}

BOOST_AUTO_TEST_CASE(stamps_tell_which_samples_were_taken_afterwards) {
  Settling settling;
  settling.begin(kDone, 5'000'000);
  BOOST_TEST(!take(settling, 0us, 900us, 4'000'000));
  BOOST_TEST(!take(settling, 900us, 20'000us, 6'999'999));
  BOOST_TEST(!settling.is_over());
  BOOST_TEST(take(settling, 20'000us, 20'010us, 7'000'000));
  BOOST_TEST(settling.is_over());
  BOOST_TEST(take(settling, 20'010us, 20'020us, 1));  // whatever follows
}

BOOST_AUTO_TEST_CASE(without_stamps_what_is_held_is_read_until_reads_wait) {
  Settling settling;
  settling.begin(kDone, std::nullopt);
  // 30 ms of samples come at once: they are older than the tuning, however late it is.
  for (auto at = 0us; at < 15'000us; at += 500us) BOOST_TEST(!take(settling, at, at + 10us));
  BOOST_TEST(!take(settling, 15'000us, 15'900us));
  BOOST_TEST(!take(settling, 15'900us, 15'910us));  // of the same transfer
  BOOST_TEST(!take(settling, 15'910us, 16'800us));
  BOOST_TEST(take(settling, 16'800us, 16'900us));
}

BOOST_AUTO_TEST_CASE(what_arrives_at_once_after_tuning_is_left_out_for_ten_milliseconds) {
  Settling settling;
  settling.begin(kDone, std::nullopt);
  for (auto at = 0us; at < 10'000us; at += 1'000us) BOOST_TEST(!take(settling, at, at + 1'000us));
  BOOST_TEST(take(settling, 10'000us, 11'000us));
}

BOOST_AUTO_TEST_CASE(a_clock_that_stands_still_and_a_host_that_never_catches_up_end_nothing) {
  for (const auto stamp : {std::optional(0LL), std::optional<long long>()}) {
    Settling settling;
    settling.begin(kDone, stamp);
    auto at = 0us;
    while (!take(settling, at, at + 10us, stamp)) {
      at += 100us;
      BOOST_TEST_REQUIRE((at < 1s));
    }
    BOOST_TEST((at >= 490ms));
  }
}

BOOST_AUTO_TEST_SUITE_END()
