#include "sensor/evidence/evidence_sink.hpp"

#include <boost/test/unit_test.hpp>

#include "sensor/config_error.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/sensor/dji_frames.hpp"
#include "tests/sensor/recording_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  Fixture() { options.folder = folder / "evidence"; }

  /// All that has been noted.
  std::vector<EvidenceNote> notes(Evidence& evidence) const {
    std::vector<EvidenceNote> all;
    while (const auto note = evidence.notes().try_read(0)) all.push_back(*note);
    return all;
  }
  static OutgoingMessage message(std::string_view kind, const std::string& id, UtcTime time,
                                 std::chrono::seconds holds_for = 10s) {
    return {kind, "wh1." + std::string(kind) + ".test." + id, "{}", 1, holds_for, id, time};
  }
  static TimedFrame frame(double start_s) {
    TimedFrame heard;
    heard.frame.protocol = "odid";
    heard.frame.transport = "wifi_beacon";
    heard.frame.rf.centre = {2437e6};
    heard.at.start_s = start_s;
    heard.at.duration_s = 0.002;
    heard.at.time = UtcTime(std::chrono::milliseconds(static_cast<std::int64_t>(start_s * 1000)));
    return heard;
  }
  void tell(EvidenceSink& sink, const std::string& id, double start_s) const {
    const TimedFrame heard = frame(start_s);
    sink.on_frame(heard);
    sink.publish(message("frame", id, heard.at.time, 0s));
  }

  TemporaryFolder folder;
  EvidenceOptions options;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(evidence_sink, Fixture)

BOOST_AUTO_TEST_CASE(the_first_frame_of_an_aircraft_is_a_reason_until_the_aircraft_is_gone) {
  Evidence evidence(options);
  EvidenceSink sink(evidence, PlaceDetail::full);
  tell(sink, "a", 1);
  tell(sink, "a", 2);
  tell(sink, "", 2.5);  // nobody's yet
  tell(sink, "b", 3);
  sink.publish(message("aircraft", "a", UtcTime(4s), 0s));
  tell(sink, "a", 5);
  std::vector<std::string> reasons;
  for (const EvidenceNote& note : notes(evidence)) reasons.push_back(note.reason);
  const std::vector<std::string> expected{"new_aircraft-a", "", "", "new_aircraft-b", "", "new_aircraft-a"};
  BOOST_TEST(reasons == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_note_says_where_the_frame_lies_and_other_messages_take_their_place_from_it) {
  Evidence evidence(options);
  EvidenceSink sink(evidence, PlaceDetail::full);
  sink.publish(message("alert", "early", UtcTime(1s)));  // nobody knows where
  tell(sink, "a", 2);
  sink.publish(message("alert", "spoof_suspicion-a", UtcTime(2500ms)));
  sink.publish(message("status", "", UtcTime(3s)));
  const auto all = notes(evidence);
  BOOST_REQUIRE(all.size() == 2U);
  BOOST_TEST(all[0].start_s == 2.0);
  BOOST_TEST(all[0].duration_s == 0.002);
  BOOST_TEST(all[0].low_hz == 2427e6);
  BOOST_TEST(all[0].high_hz == 2447e6);
  BOOST_TEST(all[0].label == "odid wifi_beacon");
  BOOST_TEST(all[1].start_s == 2.5, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(all[1].reason == "spoof_suspicion-a");
}

BOOST_AUTO_TEST_CASE(alerts_that_are_over_and_the_one_about_evidence_are_no_reasons) {
  Evidence evidence(options);
  EvidenceSink sink(evidence, PlaceDetail::full);
  tell(sink, "", 1);
  sink.publish(message("alert", "spoof_suspicion-a", UtcTime(2s), 0s));
  sink.publish(message("alert", "sensor_trouble-evidence", UtcTime(3s)));
  for (const EvidenceNote& note : notes(evidence)) BOOST_TEST(note.reason.empty());
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_is_counted_and_nobody_waits) {
  Evidence evidence(options);
  EvidenceSink sink(evidence, PlaceDetail::full);
  for (std::size_t i = 0; i < kMostNotesWaiting + 5; ++i) tell(sink, "a" + std::to_string(i), 1);
  const EvidenceStatus status = evidence.status();
  BOOST_TEST(status.dropped_triggers == 5U);
  BOOST_TEST(status.dropped_messages == 5U);
  BOOST_TEST(notes(evidence).size() == kMostNotesWaiting);
}

BOOST_AUTO_TEST_CASE(what_the_feed_withholds_is_in_no_annotation) {
  Evidence evidence(options);
  EvidenceSink sink(evidence, PlaceDetail::withheld);
  PrivacyOptions privacy;
  set_protocol(privacy, "odid=off");
  FeedStage stage({.node = "test", .boot = "boot", .tracker = {}, .privacy = privacy}, {&sink});
  const TimedFrame dji = test::frame(test::telemetry(), test::at_ms(1000));
  stage.on_frame(dji, dji.at.time);
  TimedFrame off = frame(2);
  off.at.time = dji.at.time + 1s;
  stage.on_frame(off, off.at.time);
  std::size_t frames = 0;
  for (const EvidenceNote& note : notes(evidence)) {
    if (!note.label.starts_with("aircraft") && !note.label.starts_with("alert")) ++frames;
    BOOST_TEST(note.json.find("pilot_l") == std::string::npos);
    BOOST_TEST(note.json.find("payload_hex") == std::string::npos);
    BOOST_TEST(note.json.find("\"odid\"") == std::string::npos);
  }
  BOOST_TEST(frames == 1U);
}

BOOST_AUTO_TEST_CASE(lengths_that_cannot_be_and_folders_that_cannot_be_used_are_refused) {
  BOOST_CHECK_THROW(Evidence({}), ConfigError);
  EvidenceOptions wrong = options;
  wrong.pre_roll_s = 3;
  BOOST_CHECK_THROW(Evidence{wrong}, ConfigError);
  wrong = options;
  wrong.longest_s = 0.1;
  BOOST_CHECK_THROW(Evidence{wrong}, ConfigError);
  wrong = options;
  wrong.folder = write_file(folder / "file", "x") / "evidence";
  BOOST_CHECK_THROW(Evidence{wrong}, ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
