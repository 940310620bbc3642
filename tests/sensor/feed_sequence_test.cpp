#include "sensor/feed_sequence.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace windhover::sensor;
using nlohmann::json;

namespace {

std::string body(const std::string& type, std::uint64_t seq, const std::string& boot = "b") {
  json message{{"v", 1},
               {"type", type},
               {"sensor", "roof"},
               {"boot", boot},
               {"seq", seq},
               {"id", "x"},
               {"time", "2026-03-01T12:00:00.000000Z"}};
  return message.dump();
}

std::string end(std::size_t topics, const json& numbers, const std::string& boot = "b") {
  return json{{"v", 1},       {"type", "snapshot_end"}, {"sensor", "roof"},
              {"boot", boot}, {"topics", topics},       {"seq", numbers}}
      .dump();
}

void live(FeedSequence& sequence, const std::string& id, std::uint64_t seq, const std::string& boot = "b") {
  sequence.take_live("wh1.aircraft.roof." + id, body("aircraft", seq, boot));
}

/// What has come out: "a3" for aircraft a's message 3, "[a1 b2]" for a snapshot.
std::string told(FeedSequence& sequence) {
  const auto name = [](const FeedMessage& message) {
    const std::string missing =
        message.missing > 0 ? "(" + std::to_string(message.missing) + " missing)" : "";
    return message.topic.substr(message.topic.rfind('.') + 1) + std::to_string(message.seq) + missing;
  };
  std::string text;
  while (const auto event = sequence.next()) {
    if (!text.empty()) text += ' ';
    if (const auto* message = std::get_if<FeedMessage>(&*event)) {
      text += name(*message);
      continue;
    }
    std::string inner;
    for (const FeedMessage& message : std::get<FeedSnapshot>(*event).messages)
      inner += (inner.empty() ? "" : " ") + name(message);
    text += "[" + inner + "]";
  }
  return text;
}

/// Snapshot of a1 and b2, nothing else.
FeedSequence started(std::vector<std::string> topics = {"wh1."}) {
  FeedSequence sequence(std::move(topics));
  sequence.begin_snapshot();
  sequence.take_snapshot("wh1.aircraft.roof.a", body("aircraft", 1));
  sequence.take_snapshot("wh1.aircraft.roof.b", body("aircraft", 2));
  sequence.end_snapshot(end(2, {{"aircraft", 2}}));
  return sequence;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_sequence)

BOOST_AUTO_TEST_CASE(a_snapshot_comes_first_and_then_what_follows_it) {
  FeedSequence sequence({"wh1."});
  BOOST_TEST(sequence.wants_snapshot());
  sequence.begin_snapshot();
  live(sequence, "a", 1);
  live(sequence, "b", 2);
  sequence.take_snapshot("wh1.aircraft.roof.a", body("aircraft", 1));
  live(sequence, "b", 3);
  BOOST_TEST(told(sequence).empty());
  sequence.take_snapshot("wh1.aircraft.roof.b", body("aircraft", 2));
  sequence.end_snapshot(end(2, {{"aircraft", 2}}));
  BOOST_TEST(told(sequence) == "[a1 b2] b3");
  BOOST_TEST(!sequence.wants_snapshot());
  BOOST_TEST(sequence.is_complete());
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_newer_than_its_number_is_not_undone) {
  FeedSequence sequence({"wh1."});
  sequence.begin_snapshot();
  live(sequence, "a", 5);
  live(sequence, "a", 6);
  live(sequence, "a", 7);
  sequence.take_snapshot("wh1.aircraft.roof.a", body("aircraft", 6));
  sequence.end_snapshot(end(1, {{"aircraft", 4}}));
  BOOST_TEST(told(sequence) == "[a6] a7");
  BOOST_TEST(sequence.counts().lost == 0U);
}

BOOST_AUTO_TEST_CASE(events_that_waited_for_a_snapshot_are_not_lost) {
  FeedSequence sequence({"wh1."});
  sequence.begin_snapshot();
  sequence.take_live("wh1.frame.roof.a", body("frame", 41));
  sequence.take_live("wh1.frame.roof.a", body("frame", 42));
  sequence.end_snapshot(end(0, {{"aircraft", 9}}));
  BOOST_TEST(told(sequence) == "[] a41 a42");
}

BOOST_AUTO_TEST_CASE(what_was_missed_between_snapshot_and_subscription_asks_for_another) {
  FeedSequence sequence = started();
  live(sequence, "a", 5);
  BOOST_TEST(told(sequence) == "[a1 b2] a5(2 missing)");
  BOOST_TEST(sequence.counts().lost == 2U);
  BOOST_TEST(sequence.wants_snapshot());
  BOOST_TEST(!sequence.is_complete());
}

BOOST_AUTO_TEST_CASE(lost_events_are_counted_and_no_snapshot_can_mend_them) {
  FeedSequence sequence = started();
  sequence.take_live("wh1.frame.roof.a", body("frame", 1));
  sequence.take_live("wh1.frame.roof.a", body("frame", 4));
  BOOST_TEST(told(sequence) == "[a1 b2] a1 a4(2 missing)");
  BOOST_TEST(!sequence.wants_snapshot());
}

BOOST_AUTO_TEST_CASE(a_new_start_of_the_sensor_asks_for_a_snapshot) {
  FeedSequence sequence = started();
  live(sequence, "a", 1, "other");
  BOOST_TEST(told(sequence) == "[a1 b2] a1");
  BOOST_TEST(sequence.wants_snapshot());
  sequence.begin_snapshot();
  sequence.take_snapshot("wh1.aircraft.roof.a", body("aircraft", 1, "other"));
  sequence.end_snapshot(end(1, {{"aircraft", 1}}, "other"));
  live(sequence, "a", 2, "other");
  BOOST_TEST(told(sequence) == "[a1] a2");
  BOOST_TEST(!sequence.wants_snapshot());
}

BOOST_AUTO_TEST_CASE(last_values_for_another_subscriber_are_not_told_again) {
  FeedSequence sequence = started();
  live(sequence, "a", 3);
  live(sequence, "b", 2);
  live(sequence, "a", 1);
  live(sequence, "a", 4);
  BOOST_TEST(told(sequence) == "[a1 b2] a3 a4");
  BOOST_TEST(sequence.counts().repeats == 2U);
  BOOST_TEST(sequence.counts().lost == 0U);
}

BOOST_AUTO_TEST_CASE(last_values_newest_first_are_no_loss) {
  FeedSequence sequence({"wh1."});
  for (const auto& [id, seq] : {std::pair{"c", 7}, {"b", 4}, {"a", 2}, {"c", 8}})
    live(sequence, id, static_cast<std::uint64_t>(seq));
  BOOST_TEST(told(sequence) == "c7 b4 a2 c8");
  BOOST_TEST(sequence.counts().lost == 0U);
}

BOOST_AUTO_TEST_CASE(without_an_answer_messages_come_as_they_are) {
  FeedSequence sequence({"wh1."});
  sequence.begin_snapshot();
  live(sequence, "a", 1);
  sequence.give_up_snapshot();
  live(sequence, "b", 2);
  BOOST_TEST(told(sequence) == "a1 b2");
  BOOST_TEST(sequence.wants_snapshot());
  BOOST_TEST(!sequence.is_complete());
}

BOOST_AUTO_TEST_CASE(a_snapshot_with_parts_missing_does_not_count) {
  for (const std::string& bad : {end(2, {{"aircraft", 2}}), std::string("{"), std::string(), end(1, 7),
                                 json{{"v", 1}, {"type", "snapshot_end"}}.dump()}) {
    FeedSequence sequence({"wh1."});
    sequence.begin_snapshot();
    sequence.take_snapshot("wh1.aircraft.roof.a", body("aircraft", 1));
    live(sequence, "b", 2);
    sequence.end_snapshot(bad);
    BOOST_TEST(told(sequence) == "b2");
    BOOST_TEST(sequence.wants_snapshot());
  }
}

BOOST_AUTO_TEST_CASE(who_asks_for_single_aircraft_sees_no_losses) {
  FeedSequence sequence = started({"wh1.aircraft.roof.a"});
  live(sequence, "a", 9);
  BOOST_TEST(told(sequence) == "[a1] a9");
  FeedSequence all_of_node = started({"wh1.aircraft.roof."});
  live(all_of_node, "a", 9);
  BOOST_TEST(told(all_of_node) == "[a1 b2] a9(6 missing)");
}

BOOST_AUTO_TEST_CASE(a_feed_without_end_during_a_snapshot_fills_no_memory) {
  FeedSequence sequence({"wh1."});
  sequence.begin_snapshot();
  for (std::uint64_t i = 1; i <= 20'000; ++i) live(sequence, "a", i);
  BOOST_TEST(!sequence.next().has_value());
  live(sequence, "a", 20'001);
  BOOST_TEST(sequence.counts().messages == 20'001U);
  FeedSequence greedy({"wh1."});
  greedy.begin_snapshot();
  const std::string large = body("aircraft", 1) + std::string(1 << 20, ' ');
  for (int i = 0; i < 100; ++i) greedy.take_snapshot("wh1.aircraft.roof.a", large);
  greedy.end_snapshot(end(100, {{"aircraft", 1}}));
  BOOST_TEST(greedy.counts().snapshots == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_counted) {
  FeedSequence sequence = started();
  sequence.take_live("wh1.x", "{");
  sequence.take_live("", "");
  BOOST_TEST(told(sequence) == "[a1 b2]");
  BOOST_TEST(sequence.counts().garbled == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
