#include "sensor/feed_stage.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dji_frames.hpp"
#include "sensor/config_error.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using nlohmann::json;

namespace {

class Collect : public FeedSink {
 public:
  explicit Collect(PlaceDetail detail = PlaceDetail::full) : FeedSink(detail) {}
  void publish(const OutgoingMessage& message) override {
    kinds.emplace_back(message.kind);
    topics.push_back(message.topic);
    bodies.push_back(json::parse(message.json));
  }
  std::vector<json> of_kind(const std::string& kind) const {
    std::vector<json> found;
    for (const json& body : bodies)
      if (body["type"] == kind) found.push_back(body);
    return found;
  }
  std::optional<FeedHealth> health() const override { return FeedHealth{{{"frame", 11}}, 5, 4, 3, 2, 1}; }

  std::vector<std::string> kinds, topics;
  std::vector<json> bodies;
};

FeedStageOptions options() { return {.node = "roof", .boot = "b00t"}; }

TimedFrame numbered(std::uint16_t sequence, UtcTime at, std::string serial = "A") {
  msg::DjiTelemetry sent = telemetry(std::move(serial));
  sent.sequence = sequence;
  TimedFrame heard = frame(sent, at);
  heard.frame.payload.push_back(static_cast<std::uint8_t>(sequence));
  return heard;
}

void hear(FeedStage& stage, const TimedFrame& heard) { stage.on_frame(heard, heard.at.time); }

TimedFrame moved(TimedFrame heard, double seconds, double hertz) {
  heard.at.start_s += seconds;
  heard.at.time += std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  heard.frame.rf.centre.value += hertz;
  return heard;
}

TimedReject reject_at(UtcTime at) {
  TimedReject reject;
  reject.attempt = {"dji_droneid", decoders::RejectReason::crc24, {}};
  reject.at.time = at;
  return reject;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_stage)

BOOST_AUTO_TEST_CASE(numbers_have_no_holes_and_count_each_kind) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  for (int i = 0; i < 40; ++i) {
    hear(stage, numbered(static_cast<std::uint16_t>(i), at_ms(i * 640), i % 2 != 0 ? "A" : "B"));
    stage.on_reject(reject_at(at_ms(i * 640 + 1)), at_ms(i * 640 + 1));
    stage.on_status({}, at_ms(i * 640 + 2));
  }
  stage.finish({}, at_ms(90'000));
  std::map<std::string, std::uint64_t> last;
  for (const json& body : sink.bodies) {
    BOOST_TEST(body["seq"] == ++last[body["type"]]);
    BOOST_TEST(body["sensor"] == "roof");
    BOOST_TEST(body["boot"] == "b00t");
    BOOST_TEST(body["v"] == 1);
  }
  BOOST_TEST(last["frame"] == 40U);
  BOOST_TEST(last["status"] == 41U);
  BOOST_TEST(last["aircraft"] >= 20U);
  BOOST_TEST(last["reject"] == 0U);
}

BOOST_AUTO_TEST_CASE(topics_name_kind_node_and_aircraft) {
  Collect sink;
  FeedStageOptions dotted = options();
  dotted.node = "roof.one two";
  FeedStage stage(dotted, {&sink});
  hear(stage, numbered(1, at_ms(0), "A B"));
  stage.on_status({}, at_ms(1));
  BOOST_REQUIRE(sink.topics.size() == 4U);
  BOOST_TEST(sink.topics[0].starts_with("wh1.frame.roof_one_two.dji-A_B-"));
  BOOST_TEST(sink.topics[1] == "wh1.aircraft.roof_one_two." + sink.bodies[1]["id"].get<std::string>());
  BOOST_TEST(sink.topics[2] == "wh1.alert.roof_one_two." + sink.bodies[2]["id"].get<std::string>());
  BOOST_TEST(sink.topics[3] == "wh1.status.roof_one_two");
  BOOST_TEST(sink.bodies[0]["aircraft"] == sink.bodies[1]["id"]);
  BOOST_TEST(sink.bodies[1]["sensor"] == "roof.one two");
}

BOOST_AUTO_TEST_CASE(every_sink_gets_every_message) {
  Collect one, two;
  FeedStage stage(options(), {&one, &two});
  hear(stage, numbered(1, at_ms(0)));
  stage.finish({}, at_ms(1));
  BOOST_TEST(one.bodies.size() == 4U);
  BOOST_TEST((one.bodies == two.bodies));
}

BOOST_AUTO_TEST_CASE(one_burst_heard_on_two_channels_is_one_frame) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  const TimedFrame first = numbered(1, at_ms(1000));
  hear(stage, first);
  hear(stage, moved(first, 140e-6, 90e3));
  hear(stage, moved(first, -140e-6, -90e3));
  stage.on_status({}, at_ms(2000));
  BOOST_TEST(sink.of_kind("frame").size() == 1U);
  BOOST_TEST(sink.of_kind("aircraft")[0]["measured"]["frames"] == 1);
  BOOST_TEST(sink.of_kind("status")[0]["duplicates"] == 2);
  BOOST_TEST(sink.of_kind("status")[0]["frames"]["dji_droneid"] == 1);
}

BOOST_AUTO_TEST_CASE(a_wifi_frame_read_on_neighbouring_channels_is_one_frame) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  TimedFrame first = numbered(1, at_ms(1000));
  first.frame.transport = "wifi_beacon";
  hear(stage, first);
  hear(stage, moved(first, 2e-6, 5e6));
  hear(stage, moved(first, -2e-6, -10e6));
  BOOST_TEST(sink.of_kind("frame").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_link_belongs_to_the_aircraft_whose_frames_its_address_sent) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  TimedFrame beacon = numbered(1, at_ms(1000));
  beacon.frame.transmitter = decoders::Transmitter{{2, 0, 0, 0, 0, 7}, true};
  hear(stage, beacon);
  TimedPdu pdu;
  pdu.pdu.kind = "wifi";
  pdu.pdu.phy = "ofdm";
  pdu.pdu.octets = 1500;
  pdu.pdu.proof = decoders::Proof::frame_checked;
  pdu.pdu.frames_checked = 1;
  pdu.pdu.transmitter = beacon.frame.transmitter;
  pdu.at.time = at_ms(1500);
  stage.on_pdu(pdu, at_ms(1500));
  stage.finish({}, at_ms(2000));
  const auto links = sink.of_kind("link");
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0]["aircraft"]["id"] == sink.of_kind("frame")[0]["aircraft"]);
  BOOST_TEST(links[0]["transmitter"]["address"] == "02:00:00:00:00:07");
  BOOST_TEST(links[0]["bytes"]["exact"] == 1500);
  BOOST_TEST(sink.topics[3].starts_with("wh1.link.roof.wifi-"));
}

BOOST_AUTO_TEST_CASE(an_aircraft_has_its_links_with_what_they_carried) {
  for (const bool is_full : {true, false}) {
    Collect sink;
    FeedStageOptions wanted = options();
    if (!is_full) set_protocol(wanted.privacy, "all=presence");
    FeedStage stage(wanted, {&sink});
    for (int i = 0; i < 20; ++i) {
      TimedFrame beacon = numbered(static_cast<std::uint16_t>(i), at_ms(1000 * i));
      beacon.frame.transmitter = decoders::Transmitter{{2, 0, 0, 0, 0, 7}, true};
      hear(stage, beacon);
      TimedPdu pdu;
      pdu.pdu.kind = "wifi";
      pdu.pdu.octets = 1000;
      pdu.pdu.proof = decoders::Proof::frame_checked;
      pdu.pdu.frames_checked = 1;
      pdu.pdu.transmitter = beacon.frame.transmitter;
      pdu.at.time = at_ms(1000 * i + 500);
      stage.on_pdu(pdu, pdu.at.time);
    }
    stage.finish({}, at_ms(20'000));
    const json last = sink.of_kind("aircraft").back();
    BOOST_TEST(last.contains("links") == is_full);
    if (!is_full) continue;
    BOOST_REQUIRE(last["links"].size() == 1U);
    BOOST_TEST(last["links"][0]["kind"] == "wifi");
    BOOST_TEST(last["links"][0]["likelihood"] == 1.0);
    BOOST_TEST(last["links"][0]["bytes"]["lower"].get<double>() >= 10'000);
    BOOST_TEST(last["links"][0]["bytes"]["lower"] == last["links"][0]["bytes"]["upper"]);
    BOOST_TEST(last["links"][0]["rate_bps"]["upper"].get<double>() > 0);
  }
}

BOOST_AUTO_TEST_CASE(emissions_become_links_and_are_counted) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  for (int i = 0; i < 500; ++i) {
    TimedEmission emission;
    emission.emission.id = static_cast<std::uint64_t>(i + 1);
    emission.emission.mean_dbfs = -40;
    emission.low_hz = 2431e6;
    emission.high_hz = 2449e6;
    emission.at.time = at_ms(10 * i);
    emission.at.duration_s = 3e-3;
    stage.on_emission(emission, at_ms(10 * i + 3));
  }
  stage.finish({}, at_ms(5'000));
  const auto links = sink.of_kind("link");
  BOOST_REQUIRE(!links.empty());
  BOOST_TEST(links[0]["id"] == "rf-1");
  BOOST_TEST(links[0]["kind"] == "unknown");
  BOOST_TEST(links[0]["drone_like"] == false);
  BOOST_TEST(links[0]["rf"]["center_hz"] == 2440e6);
  BOOST_TEST(links[0]["period_s"].get<double>() == 10e-3, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(sink.of_kind("status").back()["emissions"]["in_links"] == 500);
}

BOOST_AUTO_TEST_CASE(frames_that_differ_in_time_carrier_or_payload_are_not_duplicates) {
  const TimedFrame first = numbered(1, at_ms(1000));
  TimedFrame other_payload = numbered(2, at_ms(1000));
  for (const TimedFrame& second :
       {moved(first, 160e-6, 0), moved(first, 0, 110e3), moved(first, 0, -110e3), other_payload}) {
    Collect sink;
    FeedStage stage(options(), {&sink});
    hear(stage, first);
    hear(stage, second);
    BOOST_TEST(sink.of_kind("frame").size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(the_same_recording_once_more_is_no_duplicate) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  for (int i = 0; i < 2; ++i) {
    hear(stage, numbered(1, at_ms(1000)));
    stage.finish({}, at_ms(2000));
  }
  BOOST_TEST(sink.of_kind("frame").size() == 2U);
  BOOST_TEST(sink.of_kind("status")[1]["duplicates"] == 0);
}

BOOST_AUTO_TEST_CASE(the_carrier_decides_not_the_raster_point) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  const TimedFrame first = numbered(1, at_ms(1000));
  TimedFrame second = moved(first, 0, 15e6);
  second.frame.rf.cfo_hz -= 15e6F;
  hear(stage, first);
  hear(stage, second);
  BOOST_TEST(sink.of_kind("frame").size() == 1U);
}

BOOST_AUTO_TEST_CASE(rejects_are_counted_and_published_on_request) {
  for (const bool publish : {false, true}) {
    Collect sink;
    FeedStageOptions wanted = options();
    wanted.publish_rejects = publish;
    FeedStage stage(wanted, {&sink});
    stage.on_reject(reject_at(at_ms(1)), at_ms(1));
    stage.on_reject(reject_at(at_ms(2)), at_ms(2));
    stage.on_status({}, at_ms(3));
    BOOST_TEST(sink.of_kind("reject").size() == (publish ? 2U : 0U));
    BOOST_TEST(sink.of_kind("status")[0]["rejects"]["dji_droneid"]["crc24"] == 2);
  }
}

BOOST_AUTO_TEST_CASE(status_has_live_figures_only_when_the_pipeline_is_live) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  StreamStatus live;
  live.live = LiveStatus{};
  stage.on_status({}, at_ms(1));
  stage.on_status(live, at_ms(2));
  BOOST_TEST(!sink.bodies[0].contains("live"));
  BOOST_TEST(sink.bodies[1]["live"]["feed"]["full_queues"]["frame"] == 11);
  BOOST_TEST(sink.bodies[1]["live"]["feed"]["snapshots"] == 4);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_short_recording_tells_the_last_state) {
  Collect sink;
  FeedStage stage(options(), {&sink});
  for (std::uint16_t i = 0; i < 3; ++i) hear(stage, numbered(i, at_ms(i)));
  stage.finish({}, at_ms(5));
  const auto aircraft = sink.of_kind("aircraft");
  BOOST_REQUIRE(aircraft.size() == 2U);
  BOOST_TEST(aircraft[1]["measured"]["frames"] == 3);
  BOOST_TEST(sink.kinds.back() == "status");
  BOOST_TEST(sink.bodies.back()["aircraft"] == 1);
}

BOOST_AUTO_TEST_CASE(calling_advance_more_often_changes_nothing) {
  Collect seldom, often;
  FeedStage one(options(), {&seldom}), two(options(), {&often});
  for (int i = 0; i < 20; ++i) {
    const TimedFrame heard = numbered(static_cast<std::uint16_t>(i), at_ms(i * 2600));
    for (int ms = 0; ms < 2600 && i > 0; ++ms) two.advance(at_ms((i - 1) * 2600 + ms));
    hear(one, heard);
    hear(two, heard);
  }
  one.finish({}, at_ms(100'000));
  two.finish({}, at_ms(100'000));
  BOOST_TEST((seldom.bodies == often.bodies));
}

BOOST_AUTO_TEST_CASE(json_lines_go_to_a_file_one_message_each) {
  const auto path =
      std::filesystem::temp_directory_path() / ("windhover_feed_stage_" + new_boot_id() + ".jsonl");
  {
    JsonlSink sink(path);
    FeedStage stage(options(), {&sink});
    hear(stage, numbered(1, at_ms(0)));
    stage.finish({}, at_ms(1));
    sink.close();
  }
  std::ifstream file(path);
  std::vector<std::string> types;
  for (std::string line; std::getline(file, line);) types.push_back(json::parse(line)["type"]);
  std::filesystem::remove(path);
  const std::vector<std::string> expected{"frame", "aircraft", "alert", "status"};
  BOOST_TEST(types == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_told_in_one_sentence) {
  BOOST_CHECK_EXCEPTION(JsonlSink("/nonexistent/folder/x.jsonl"), ConfigError, [](const ConfigError& error) {
    const std::string what = error.what();
    return what.find("/nonexistent/folder/x.jsonl") != std::string::npos &&
           what.find('\n') == std::string::npos;
  });
  if (!std::filesystem::exists("/dev/full")) return;
  JsonlSink full("/dev/full");
  full.publish({"status", "wh1.status.x", "{}"});
  BOOST_CHECK_THROW(full.close(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(boot_ids_are_new_at_every_start) {
  BOOST_TEST(new_boot_id().size() == 16U);
  BOOST_TEST(new_boot_id() != new_boot_id());
}

BOOST_AUTO_TEST_CASE(alerts_are_state_for_an_hour_and_end_when_cleared) {
  class Holds : public FeedSink {
   public:
    void publish(const OutgoingMessage& message) override {
      if (message.kind == "alert") held.push_back(message.holds_for);
    }
    std::vector<std::chrono::seconds> held;
  };
  Holds sink;
  FeedStage stage(options(), {&sink});
  hear(stage, numbered(1, at_ms(0)));
  stage.advance(at_ms(70'000));
  const std::vector<std::chrono::seconds> expected{std::chrono::hours(1), std::chrono::seconds(0)};
  BOOST_TEST((sink.held == expected));
}

BOOST_AUTO_TEST_CASE(suspicion_comes_with_its_reasons_and_their_numbers) {
  Collect sink;
  FeedStageOptions placed = options();
  placed.position = SensorPosition{51.0, 7.0, {}};
  FeedStage stage(placed, {&sink});
  hear(stage, numbered(1, at_ms(0), "1748CABCDEF123456"));
  stage.finish({}, at_ms(1));
  const auto alerts = sink.of_kind("alert");
  BOOST_REQUIRE(alerts.size() == 2U);
  BOOST_TEST(alerts[1]["id"] == "spoof_suspicion-dji-1748CABCDEF123456");
  BOOST_TEST(alerts[1]["severity"] == "notice");
  BOOST_TEST(alerts[1]["reasons"][0]["kind"] == "serial_maker");
  BOOST_TEST(alerts[1]["reasons"][0]["log_likelihood_ratio"].get<double>() > 4.6);
  const json aircraft = sink.of_kind("aircraft")[0];
  BOOST_TEST(aircraft["trust"]["reasons"] == alerts[1]["reasons"]);
  BOOST_TEST(aircraft["derived"]["pilot"]["distance_m"].get<double>() > 1000);
  BOOST_TEST(sink.of_kind("status")[0]["position"]["lat_deg"] == 51.0);
}

BOOST_AUTO_TEST_CASE(a_measured_position_is_asked_for_at_each_status) {
  Collect sink;
  FeedStageOptions placed = options();
  std::optional<SensorPosition> fix;
  placed.locate = [&] { return fix; };
  FeedStage stage(placed, {&sink});
  stage.on_status({}, at_ms(0));
  fix = SensorPosition{51.0, 7.0, 60.0, 8.5, 12.0, 0.5};
  stage.on_status({}, at_ms(1000));
  hear(stage, numbered(1, at_ms(1500)));
  fix.reset();
  stage.on_status({}, at_ms(2000));
  const auto statuses = sink.of_kind("status");
  BOOST_REQUIRE(statuses.size() == 3U);
  BOOST_TEST(!statuses[0].contains("position"));
  const json expected{{"lat_deg", 51.0},
                      {"lon_deg", 7.0},
                      {"altitude_m", 60.0},
                      {"uncertainty_m", 8.5},
                      {"vertical_uncertainty_m", 12.0},
                      {"age_s", 0.5}};
  BOOST_TEST(statuses[1]["position"] == expected);
  BOOST_TEST(!statuses[2].contains("position"));
  BOOST_TEST(sink.of_kind("aircraft")[0]["derived"]["aircraft"]["distance_m"].get<double>() > 0);
}

BOOST_AUTO_TEST_CASE(no_distance_to_a_pilot_whose_place_is_withheld) {
  class Withheld : public Collect {
   public:
    Withheld() : Collect(PlaceDetail::withheld) {}
  };
  Withheld sink;
  FeedStageOptions placed = options();
  placed.position = SensorPosition{51.0, 7.0, {}};
  FeedStage stage(placed, {&sink});
  hear(stage, numbered(1, at_ms(0)));
  const json aircraft = sink.of_kind("aircraft")[0];
  BOOST_TEST(aircraft["derived"].contains("aircraft"));
  BOOST_TEST(!aircraft["derived"].contains("pilot"));
}

BOOST_AUTO_TEST_CASE(of_presence_no_more_than_that_is_alerted) {
  Collect sink;
  FeedStageOptions presence = options();
  set_protocol(presence.privacy, "all=presence");
  FeedStage stage(presence, {&sink});
  hear(stage, numbered(1, at_ms(0), "1748CABCDEF123456"));
  stage.finish({}, at_ms(1));
  const auto alerts = sink.of_kind("alert");
  BOOST_REQUIRE(alerts.size() == 1U);
  BOOST_TEST(alerts[0]["id"] == "new_aircraft-presence-1");
  BOOST_TEST(!sink.of_kind("aircraft")[0].contains("derived"));
}

BOOST_AUTO_TEST_SUITE_END()
