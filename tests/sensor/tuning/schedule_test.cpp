#include "sensor/tuning/schedule.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

using namespace windhover::sensor::tuning;

namespace {

Plan plan_of(const std::vector<double>& dwells_s, double absence_s, const std::vector<int>& priorities = {}) {
  Plan plan;
  for (std::size_t i = 0; i < dwells_s.size(); ++i)
    plan.windows.push_back(
        {1e9 + 1e7 * static_cast<double>(i), {}, dwells_s[i], i < priorities.size() ? priorities[i] : 1});
  plan.longest_absence_s = std::max(absence_s, 1.5 * plan.round_s());
  return plan;
}

/// The radio thread in small steps, with aircraft that are heard while their window is received.
struct Walk {
  explicit Walk(const Plan& walked)
      : plan(walked),
        schedule(plan, 0, 0),
        heard(plan.windows.size(), kNever),
        spent_s(plan.windows.size()),
        longest_s(plan.windows.size()),
        left_s(plan.windows.size()),
        visits(plan.windows.size()) {}

  template <typename IsThere, typename Refuses>
  void go(double seconds, IsThere is_there, Refuses refuses) {
    constexpr double kStep_s = 0.004;
    for (const double end = now_s + seconds; now_s < end;) {
      if (is_there(schedule.present(), now_s)) heard[schedule.present()] = now_s;
      if (const auto next = schedule.decide(now_s, heard)) {
        if (refuses(*next)) {
          ++refused;
          schedule.refused(*next, now_s);
        } else {
          move_to(*next);
        }
      }
      spent_s[schedule.present()] += kStep_s;
      now_s += kStep_s;
    }
  }
  void go(double seconds) {
    go(
        seconds, [](std::size_t, double) { return false; }, [](std::size_t) { return false; });
  }
  void move_to(std::size_t next) {
    BOOST_TEST_REQUIRE(next < plan.windows.size());
    BOOST_TEST(next != schedule.present());
    stays_s.push_back(now_s - came_s);
    left_s[schedule.present()] = now_s;
    now_s += switch_s;
    longest_s[next] = std::max(longest_s[next], now_s - left_s[next]);
    came_s = now_s;
    ++visits[next];
    schedule.arrived(next, now_s);
  }
  double longest() const { return *std::ranges::max_element(longest_s); }

  Plan plan;
  Schedule schedule;
  std::vector<double> heard, spent_s, longest_s, left_s, stays_s;
  std::vector<int> visits;
  double now_s = 0, came_s = 0, switch_s = 0.02;
  int refused = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tuning_schedule)

BOOST_AUTO_TEST_CASE(equal_windows_are_visited_in_turn) {
  Walk walk(plan_of({0.6, 1.2, 0.6}, 15));
  walk.go(100);
  BOOST_TEST(walk.spent_s[1] / walk.spent_s[0] == 2, boost::test_tools::tolerance(0.1));
  BOOST_TEST(walk.visits[1] >= walk.visits[2] - 1);
  BOOST_TEST(walk.longest() < 0.6 + 1.2 + 4 * 0.03);
}

BOOST_AUTO_TEST_CASE(the_longest_absence_is_kept_whatever_the_priorities_and_wherever_aircraft_are) {
  std::mt19937 random(11);
  const auto up_to = [&](int most) { return std::uniform_int_distribution(1, most)(random); };
  for (int trial = 0; trial < 60; ++trial) {
    std::vector<double> dwells;
    std::vector<int> priorities;
    for (int n = 1 + up_to(11); n > 0; --n) {
      dwells.push_back(0.25 + 0.1 * up_to(15));
      priorities.push_back(up_to(10));
    }
    Walk walk(plan_of(dwells, up_to(40), priorities));
    walk.switch_s = 0.01 * up_to(5);
    const auto crowded = random();
    walk.go(
        400, [&](std::size_t window, double) { return (crowded >> window & 1U) != 0; },
        [](std::size_t) { return false; });
    // A chunk late at each change.
    BOOST_TEST(walk.longest() <= walk.plan.longest_absence_s + 0.004 * double(dwells.size() + 1), trial);
    for (const int visits : walk.visits) BOOST_TEST(visits > 3);
    BOOST_TEST(*std::ranges::max_element(walk.stays_s) <= kLongestStay_s + 0.01);
    BOOST_TEST(*std::ranges::min_element(walk.stays_s) >= *std::ranges::min_element(dwells) - 0.01);
  }
}

BOOST_AUTO_TEST_CASE(it_stays_longer_where_aircraft_are_heard) {
  Walk walk(plan_of({0.6, 0.6, 0.6, 0.6}, 20));
  walk.go(
      200, [](std::size_t window, double) { return window == 2; }, [](std::size_t) { return false; });
  BOOST_TEST(walk.spent_s[2] > 4 * walk.spent_s[0]);
  BOOST_TEST(walk.longest() <= 20);
  // And no longer once they are gone.
  const double before_s = walk.spent_s[2];
  walk.go(60);
  std::fill(walk.spent_s.begin(), walk.spent_s.end(), 0);
  walk.go(100);
  BOOST_TEST(before_s > 0);
  BOOST_TEST(walk.spent_s[2] / walk.spent_s[0] == 1, boost::test_tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(a_higher_priority_gets_more_time) {
  Walk walk(plan_of({0.6, 0.6, 0.6, 0.6}, 30, {5, 1, 1, 1}));
  walk.go(300);
  BOOST_TEST(walk.spent_s[0] > 1.8 * walk.spent_s[1]);
  BOOST_TEST(walk.spent_s[1] > 20);
}

BOOST_AUTO_TEST_CASE(a_refused_window_is_tried_again_each_round_and_the_others_go_on) {
  Walk walk(plan_of({0.6, 0.6, 0.6}, 15));
  walk.go(
      60, [](std::size_t, double) { return false; }, [](std::size_t window) { return window == 1; });
  BOOST_TEST(walk.visits[1] == 0);
  BOOST_TEST(walk.refused > 20);
  BOOST_TEST(walk.refused < 100);
  BOOST_TEST(walk.visits[0] > 20);
  BOOST_TEST(walk.visits[2] > 20);
  walk.go(10);
  BOOST_TEST(walk.visits[1] > 2);
  // Where nothing is taken it stays, and does not ask all the time.
  const int before = walk.refused;
  walk.go(
      10, [](std::size_t, double) { return false; }, [](std::size_t) { return true; });
  BOOST_TEST(walk.refused - before <= 41);
}

BOOST_AUTO_TEST_CASE(one_window_is_never_left) {
  Walk walk(plan_of({0.6}, 15));
  walk.go(20);
  BOOST_TEST(walk.spent_s[0] == 20, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(a_jump_of_time_ends_nothing) {
  Walk walk(plan_of({0.6, 0.6, 0.6}, 15, {9, 1, 1}));
  walk.go(5);
  walk.now_s += 3600;  // the device was away
  walk.go(30);
  for (const double spent_s : walk.spent_s) BOOST_TEST(spent_s > 4);
}

BOOST_AUTO_TEST_SUITE_END()
