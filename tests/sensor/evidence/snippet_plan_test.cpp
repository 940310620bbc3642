#include "sensor/evidence/snippet_plan.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace windhover::sensor;

namespace {

constexpr std::int64_t kSecond = 1000, kChunk = 10;

/// The stream in chunks of 10 ms; what became of it.
struct Stream {
  struct Snippet {
    std::string reason;
    std::int64_t begin = 0, end = 0;
  };
  explicit Stream(const SnippetLengths& lengths = {200, 300, 2000, kSecond}) : plan(lengths) {}

  void cause(std::int64_t first, std::int64_t length = 5, const std::string& reason = "x") {
    plan.add({first, first + length, {}, reason});
  }
  void run_until(std::int64_t end) {
    for (; now < end; now += kChunk) {
      const auto decision = plan.decide(now, now + kChunk);
      if (decision.begins) snippets.push_back({decision.begins->reason, now, now});
      BOOST_TEST(!(decision.keep && snippets.empty()));
      if (decision.keep) {
        BOOST_TEST(snippets.back().end == now);  // without a hole
        snippets.back().end = now + kChunk;
      }
    }
  }
  bool holds(std::int64_t first, std::int64_t end) const {
    for (const Snippet& each : snippets)
      if (each.begin <= first && end <= each.end) return true;
    return false;
  }

  SnippetPlan plan;
  std::int64_t now = 0;
  std::vector<Snippet> snippets;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(snippet_plan)

BOOST_AUTO_TEST_CASE(a_cause_is_kept_with_what_was_before_and_after_it) {
  Stream stream;
  stream.cause(1000);
  stream.run_until(3000);
  BOOST_REQUIRE(stream.snippets.size() == 1U);
  BOOST_TEST(stream.snippets[0].begin <= 800);
  BOOST_TEST(stream.snippets[0].begin > 800 - kChunk);
  BOOST_TEST(stream.snippets[0].end >= 1305);
  BOOST_TEST(stream.snippets[0].end < 1305 + kChunk);
}

BOOST_AUTO_TEST_CASE(causes_whose_surroundings_touch_share_a_snippet_and_others_do_not) {
  Stream stream;
  for (const std::int64_t first : {1000, 1100, 1450}) stream.cause(first);
  stream.cause(2500);
  stream.run_until(4000);
  BOOST_REQUIRE(stream.snippets.size() == 2U);
  BOOST_TEST(stream.holds(800, 1755));
  BOOST_TEST(stream.holds(2300, 2805));
}

BOOST_AUTO_TEST_CASE(a_cause_that_comes_while_its_samples_pass_prolongs_the_snippet) {
  Stream stream;
  stream.cause(1000);
  stream.run_until(1200);
  stream.cause(1150);  // told late, but within the snippet
  stream.run_until(3000);
  BOOST_TEST(stream.snippets.size() == 1U);
  BOOST_TEST(stream.holds(800, 1455));
  BOOST_TEST(stream.plan.late() == 0U);
}

BOOST_AUTO_TEST_CASE(a_cause_whose_samples_have_passed_is_counted) {
  Stream stream;
  stream.run_until(2000);
  stream.cause(1500);
  stream.run_until(3000);
  BOOST_TEST(stream.snippets.empty());
  BOOST_TEST(stream.plan.late() == 1U);
}

BOOST_AUTO_TEST_CASE(at_its_greatest_length_a_snippet_hands_over_to_the_next_and_cuts_no_cause_in_two) {
  Stream stream;
  for (std::int64_t first = 1000; first < 9000; first += 60) stream.cause(first, 30);
  stream.run_until(12'000);
  BOOST_TEST(stream.snippets.size() >= 4U);
  for (const auto& each : stream.snippets) BOOST_TEST(each.end - each.begin <= 2000 + 30 + 2 * kChunk);
  for (std::int64_t first = 1000; first < 9000; first += 60) BOOST_TEST(stream.holds(first, first + 30));
  BOOST_TEST(stream.plan.late() == 0U);
}

BOOST_AUTO_TEST_CASE(causes_without_a_pause_make_no_snippet_without_an_end) {
  Stream stream;
  for (std::int64_t first = 1000; first < 20'000; first += 50) stream.cause(first, 200);
  stream.run_until(25'000);
  BOOST_TEST(stream.snippets.size() >= 6U);
  for (const auto& each : stream.snippets) BOOST_TEST(each.end - each.begin <= 3000 + 2 * kChunk);
}

BOOST_AUTO_TEST_CASE(a_hole_in_the_stream_ends_a_snippet_when_its_time_is_over) {
  Stream stream;
  stream.cause(1000);
  stream.run_until(1100);
  stream.now = 5000;
  const auto decision = stream.plan.decide(5000, 5010);
  BOOST_TEST(decision.ends);
  BOOST_TEST(!decision.keep);
}

BOOST_AUTO_TEST_CASE(a_sender_that_makes_up_aircraft_fills_no_disk) {
  Stream stream;
  constexpr std::int64_t kMinutes = 100;
  for (std::int64_t second = 1; second < 60 * kMinutes; ++second) {
    stream.cause(second * kSecond);
    stream.run_until(second * kSecond + 800);
  }
  BOOST_TEST(stream.snippets.size() <= SnippetPlan::kBurst + kMinutes);
  BOOST_TEST(stream.snippets.size() >= SnippetPlan::kBurst + kMinutes - 2);
  BOOST_TEST(stream.plan.limited() + stream.snippets.size() == 60U * kMinutes - 1);
}

BOOST_AUTO_TEST_CASE(more_causes_than_can_wait_are_counted) {
  Stream stream;
  for (std::size_t i = 0; i < SnippetPlan::kMostWaiting + 7; ++i) stream.cause(100'000);
  BOOST_TEST(stream.plan.late() == 7U);
}

BOOST_AUTO_TEST_SUITE_END()
