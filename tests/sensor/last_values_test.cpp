#include "sensor/last_values.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace windhover::sensor;
using namespace std::chrono_literals;

namespace {

constexpr LastValues::Instant kNow{};

OutgoingMessage aircraft(const std::string& id, std::uint64_t seq, std::chrono::seconds holds_for = 70s) {
  return {"aircraft", "wh1.aircraft.roof." + id, R"({"seq":)" + std::to_string(seq) + "}", seq, holds_for};
}

std::vector<std::string> topics_of(const LastValues& values) {
  std::vector<std::string> topics;
  for (const auto& [topic, value] : values.topics())
    topics.push_back(topic + " " + std::to_string(value.seq));
  return topics;
}

std::vector<std::uint64_t> repeated(Repeats& repeats, const LastValues& values, LastValues::Instant now) {
  std::vector<std::uint64_t> numbers;
  while (const auto* value = repeats.next(values, now)) numbers.push_back(value->second.seq);
  return numbers;
}

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(last_values)

BOOST_AUTO_TEST_CASE(the_last_message_of_each_topic_is_kept) {
  LastValues values;
  values.put(aircraft("a", 1), kNow);
  values.put(aircraft("b", 2), kNow);
  values.put(aircraft("a", 3), kNow);
  BOOST_TEST(topics_of(values) == (Texts{"wh1.aircraft.roof.a 3", "wh1.aircraft.roof.b 2"}),
             boost::test_tools::per_element());
  BOOST_TEST(values.numbers().at("aircraft") == 3U);
}

BOOST_AUTO_TEST_CASE(events_are_not_kept) {
  LastValues values;
  values.put({"frame", "wh1.frame.roof.a", "{}", 9, 0s}, kNow);
  BOOST_TEST(values.topics().empty());
  BOOST_TEST(values.numbers().empty());
}

BOOST_AUTO_TEST_CASE(what_is_gone_leaves_with_the_next_message_of_its_kind) {
  LastValues values;
  values.put(aircraft("a", 1), kNow);
  values.put(aircraft("b", 2), kNow);
  values.put(aircraft("a", 3, 0s), kNow);
  BOOST_TEST(values.topics().at("wh1.aircraft.roof.a").has_ended);
  values.put({"status", "wh1.status.roof", "{}", 1, 10s}, kNow);
  BOOST_TEST(values.topics().size() == 3U);
  values.put(aircraft("b", 4), kNow);
  BOOST_TEST(topics_of(values) == (Texts{"wh1.aircraft.roof.b 4", "wh1.status.roof 1"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_aircraft_that_comes_back_after_it_was_gone_is_kept) {
  LastValues values;
  values.put(aircraft("a", 1), kNow);
  values.put(aircraft("a", 2, 0s), kNow);
  values.put(aircraft("a", 3), kNow);
  values.put(aircraft("b", 4), kNow);
  BOOST_TEST(values.topics().size() == 2U);
  BOOST_TEST(!values.topics().at("wh1.aircraft.roof.a").has_ended);
}

BOOST_AUTO_TEST_CASE(what_is_not_renewed_expires) {
  LastValues values;
  values.put(aircraft("a", 1, 10s), kNow);
  values.put(aircraft("b", 2, 20s), kNow);
  values.put(aircraft("a", 3, 10s), kNow + 5s);
  values.expire(kNow + 14s);
  BOOST_TEST(values.topics().size() == 2U);
  values.expire(kNow + 15s);
  BOOST_TEST(values.topics().size() == 1U);
  values.expire(kNow + 20s);
  BOOST_TEST(values.topics().empty());
  BOOST_TEST(values.numbers().at("aircraft") == 3U);
}

BOOST_AUTO_TEST_CASE(topics_without_end_and_huge_bodies_fill_no_memory) {
  LastValues values;
  for (std::uint64_t i = 1; i <= LastValues::kMostTopics + 100; ++i)
    values.put(aircraft(std::to_string(i), i), kNow + std::chrono::milliseconds(i));
  BOOST_TEST(values.topics().size() == LastValues::kMostTopics);
  BOOST_TEST(!values.topics().contains("wh1.aircraft.roof.100"));
  BOOST_TEST(values.topics().contains("wh1.aircraft.roof.101"));
  OutgoingMessage huge = aircraft("huge", 1);
  huge.json.assign(LastValues::kMostBytes / 4, 'x');
  for (int i = 0; i < 8; ++i) {
    huge.topic = "wh1.aircraft.roof.huge" + std::to_string(i);
    values.put(huge, kNow + 1h);
  }
  BOOST_TEST(values.topics().size() == 3U);
}

BOOST_AUTO_TEST_CASE(repeats_come_newest_first_and_once) {
  LastValues values;
  for (std::uint64_t i = 1; i <= 5; ++i)
    values.put(aircraft(std::string(1, static_cast<char>('f' - i)), i), kNow);
  Repeats repeats;
  BOOST_TEST(repeated(repeats, values, kNow + 10s).empty());
  repeats.want("wh1.aircraft.");
  repeats.want("wh1.");
  BOOST_TEST(repeated(repeats, values, kNow + 10s) == (Numbers{5, 4, 3, 2, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(repeated(repeats, values, kNow + 20s).empty());
}

BOOST_AUTO_TEST_CASE(a_repeat_that_was_overtaken_is_not_sent) {
  LastValues values;
  values.put(aircraft("a", 1), kNow);
  values.put(aircraft("b", 2), kNow);
  Repeats repeats;
  repeats.want("wh1.");
  BOOST_TEST(repeats.next(values, kNow + 10s)->second.seq == 2U);
  values.put(aircraft("a", 3), kNow);
  BOOST_TEST(repeats.next(values, kNow + 10s) == nullptr);
}

BOOST_AUTO_TEST_CASE(however_many_subscribe_all_is_sent_at_most_once_a_second) {
  LastValues values;
  values.put(aircraft("a", 1), kNow);
  Repeats repeats;
  for (int i = 0; i < 100'000; ++i) repeats.want("nothing" + std::to_string(i));
  repeats.want("wh1.");
  BOOST_TEST(repeated(repeats, values, kNow + 10s).size() == 1U);
  repeats.want("wh1.");
  BOOST_TEST(repeated(repeats, values, kNow + 10'999ms).empty());
  BOOST_TEST(repeated(repeats, values, kNow + 11s).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
