#include "sensor/privacy.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "decoders/registry.hpp"
#include "feed_peers.hpp"
#include "remote_id_frames.hpp"
#include "sensor/config_error.hpp"
#include "sensor/feed_client.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/recording_source.hpp"
#include "sensor/sensor.hpp"

using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// All that a sink ever got, topics too.
struct Said {
  bool holds(const std::string& part) const { return text.find(part) != std::string::npos; }
  std::vector<json> of(const std::string& type) const {
    std::vector<json> found;
    for (const json& body : bodies)
      if (body["type"] == type) found.push_back(body);
    return found;
  }
  std::string text{};
  std::vector<json> bodies{};
};

class Everything : public FeedSink {
 public:
  using FeedSink::FeedSink;
  void publish(const OutgoingMessage& message) override {
    said.text += message.topic + ' ' + message.json + '\n';
    said.bodies.push_back(json::parse(message.json));
  }
  Said said;
};

// Where people are in the frames below, as the feed would write it, and what identifies the aircraft.
const std::vector<std::string> kPlaces{"51.446229",  "7.267104",  "51.446281", "7.267356", "51.25", "7.5",
                                       "48.1234567", "2.7654321", "39.98765",  "116.4321", "123.5"};
const std::vector<std::string> kIdentities{
    "1WNBH3900201N1", "1143635532171534336", "SERIAL0001", "OPERATOR77",
    "C0:00:00",       "GBPRODUCT",           "FRENCH01",   "abad1dea"};
const std::vector<std::string> kPositions{"51.446355", "7.267219", "51.5", "7.25", "48.85", "39.9"};

msg::Authentication authentication() {
  msg::Authentication page;
  page.payload.fill(0xAB);
  page.payload[10] = 0xAD;
  page.payload[11] = 0x1D;
  page.payload[12] = 0xEA;
  return page;
}

msg::OdidPack pack() {
  msg::OdidPack pack;
  msg::System system = system_message();
  system.operator_altitude_m = 123.5;
  msg::OperatorId id;
  id.operator_id = "OPERATOR77";
  pack.messages = {basic_id("SERIAL0001"), location(), authentication(), system, id};
  return pack;
}

TimedFrame chinese(UtcTime at) {
  msg::Gb46750 gb;
  gb.product_id = "GBPRODUCT";
  gb.position = msg::GeoPosition{39.9, 116.4};
  gb.station_position = msg::GeoPosition{39.98765, 116.4321};
  gb.station_altitude_m = 123.5;
  TimedFrame frame = heard_remote_id(gb, at, 2);
  frame.frame.protocol = "gb46750";
  return frame;
}

TimedFrame french(UtcTime at) {
  msg::FrenchId french;
  french.french_id = "FRENCH01";
  french.position = msg::GeoPosition{48.85, 2.35};
  french.take_off_position = msg::GeoPosition{48.1234567, 2.7654321};
  TimedFrame frame = heard_remote_id(msg::OdidPack{}, at, 3);
  frame.frame.protocol = "french_id";
  frame.frame.message = french;
  return frame;
}

/// Every protocol twice, with payloads that hold the bytes "abad1dea", and a status.
void hear_all(FeedStage& stage) {
  for (const std::int64_t ms : {0, 2000}) {
    std::vector<TimedFrame> frames{frame(telemetry(), at_ms(ms)),
                                   heard_remote_id(pack(), at_ms(ms + 10)),
                                   heard_remote_id(msg::OdidMessage(authentication()), at_ms(ms + 20)),
                                   heard_remote_id(msg::OdidMessage(system_message()), at_ms(ms + 30)),
                                   chinese(at_ms(ms + 40)),
                                   french(at_ms(ms + 50))};
    for (TimedFrame& each : frames) {
      each.frame.payload = {0xAB, 0xAD, 0x1D, 0xEA};
      stage.on_frame(each, each.at.time);
    }
  }
  stage.on_status({}, at_ms(3000));
  stage.advance(at_ms(100'000));
  stage.finish({}, at_ms(100'001));
}

/// What the bundled recording holds: packets as hexadecimal digits, and values of members whose names begin
/// so.
std::vector<std::string> recorded(const std::vector<std::string>& prefixes) {
  std::vector<std::string> values;
  const auto collect = [&](const json& fields) {
    for (const auto& [name, value] : fields.items())
      for (const std::string& prefix : prefixes)
        if (name.starts_with(prefix))
          values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  };
  std::ifstream file(WINDHOVER_SOURCE_DIR "/captures/rooftop.expected.jsonl");
  for (std::string line; std::getline(file, line);) {
    const json sent = json::parse(line);
    if (!sent.value("frame", false)) continue;
    collect(sent);
    if (sent.contains("fields")) collect(sent["fields"]);
    for (const json& message : sent.value("messages", json::array())) collect(message["fields"]);
  }
  std::erase_if(values, [](const std::string& value) { return value.size() < 5; });  // found in anything
  return values;
}

Said replayed(const PrivacyOptions& privacy, PlaceDetail detail) {
  Everything sink(detail);
  FeedStage stage({.node = "roof", .boot = "b", .tracker = {}, .links = {}, .privacy = privacy}, {&sink});
  Sensor sensor(open_recording(WINDHOVER_SOURCE_DIR "/captures/rooftop.sigmf-meta", {}),
                windhover::decoders::registry(), {});
  const std::atomic<bool> never{false};
  sensor.run(stage, never);
  return sink.said;
}

PrivacyOptions all_protocols(Disclosure disclosure) {
  PrivacyOptions options;
  options.protocols["all"] = disclosure;
  return options;
}

Said told(const PrivacyOptions& privacy, PlaceDetail detail = PlaceDetail::full) {
  Everything sink(detail);
  FeedStage stage({.node = "roof", .boot = "b", .tracker = {}, .privacy = privacy}, {&sink});
  hear_all(stage);
  return sink.said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(privacy)

BOOST_AUTO_TEST_CASE(without_a_switch_everything_is_told) {
  const Said said = told({});
  for (const auto& values : {kPlaces, kIdentities, kPositions})
    for (const std::string& value : values) BOOST_TEST(said.holds(value), value);
  BOOST_TEST(!said.holds("privacy"));
}

BOOST_AUTO_TEST_CASE(withheld_places_are_nowhere_in_the_output) {
  const Said said = told({}, PlaceDetail::withheld);
  for (const std::string& place : kPlaces) BOOST_TEST(!said.holds(place), place);
  BOOST_TEST(!said.holds("abad1dea"));  // neither payloads nor pages of authentication
  BOOST_TEST(!said.holds("payload_hex"));
  for (const std::string& position : kPositions) BOOST_TEST(said.holds(position), position);
  for (const json& frame : said.of("frame"))
    BOOST_TEST(frame["privacy"] == json({{"operator_position", "withheld"}}));
  for (const json& aircraft : said.of("aircraft")) {
    BOOST_TEST(aircraft["privacy"] == json({{"operator_position", "withheld"}}));
    BOOST_TEST(!aircraft["claimed"].contains("pilot"));
    BOOST_TEST(!aircraft["claimed"].contains("home"));
  }
}

BOOST_AUTO_TEST_CASE(rounded_places_have_two_decimals) {
  const Said said = told({}, PlaceDetail::rounded);
  for (const std::string& place : kPlaces)
    if (place != "51.25" && place != "7.5") BOOST_TEST(!said.holds(place), place);
  BOOST_TEST(!said.holds("abad1dea"));
  const json frame = said.of("frame").at(0);
  BOOST_TEST(frame["fields"]["pilot_lat_deg"] == 51.45);
  BOOST_TEST(frame["fields"]["home_lon_deg"] == 7.27);
  BOOST_TEST(frame["fields"]["lat_deg"] == 51.44635598);
  const json aircraft = said.of("aircraft").at(0);
  BOOST_TEST(aircraft["claimed"]["pilot"] == json({{"lat_deg", 51.45}, {"lon_deg", 7.27}}));
  BOOST_TEST(aircraft["privacy"]["operator_position"] == "rounded");
}

BOOST_AUTO_TEST_CASE(each_output_has_its_own_detail) {
  Everything exact(PlaceDetail::full), none(PlaceDetail::withheld);
  FeedStage stage({.node = "roof", .boot = "b"}, {&exact, &none});
  hear_all(stage);
  BOOST_TEST(exact.said.holds("51.446229"));
  BOOST_TEST(!none.said.holds("51.446229"));
  BOOST_REQUIRE(exact.said.bodies.size() == none.said.bodies.size());
  for (std::size_t i = 0; i < exact.said.bodies.size(); ++i)
    BOOST_TEST(exact.said.bodies[i]["seq"] == none.said.bodies[i]["seq"]);
}

BOOST_AUTO_TEST_CASE(presence_tells_that_and_how_but_not_who_where_or_what) {
  const Said said = told(all_protocols(Disclosure::presence));
  for (const auto& values : {kPlaces, kIdentities, kPositions})
    for (const std::string& value : values) BOOST_TEST(!said.holds(value), value);
  for (const char* key : {"payload_hex", "transmitter", "fields", "messages\""})
    BOOST_TEST(!said.holds(key), key);
  BOOST_TEST(said.of("frame").size() == 12U);
  const json frame = said.of("frame").at(0);
  BOOST_TEST(frame["protocol"] == "dji_droneid");
  BOOST_TEST(frame["aircraft"] == "presence-1");
  BOOST_TEST(frame["rf"]["snr_db"] == 29.4);
  BOOST_TEST(frame["privacy"] == json({{"disclosure", "presence"}}));
  const json aircraft = said.of("aircraft").at(0);
  BOOST_TEST(aircraft["claimed"].empty());
  BOOST_TEST(aircraft["measured"]["frames"] == 1);
  BOOST_TEST(aircraft["measured"]["transports"][0]["snr_db"] == 29.4);
}

BOOST_AUTO_TEST_CASE(aircraft_of_which_only_the_presence_is_told_can_be_counted) {
  Everything sink;
  FeedStage stage(
      {.node = "roof", .boot = "b", .tracker = {}, .privacy = all_protocols(Disclosure::presence)}, {&sink});
  for (int i = 0; i < 10; ++i)
    for (const char* serial : {"A", "B"}) {
      TimedFrame heard = frame(telemetry(serial), at_ms(i * 1000));
      heard.frame.payload.push_back(static_cast<std::uint8_t>(serial[0]));
      stage.on_frame(heard, heard.at.time);
    }
  stage.advance(at_ms(200'000));
  BOOST_TEST(sink.said.holds("wh1.aircraft.roof.presence-1 "));
  BOOST_TEST(sink.said.holds("wh1.aircraft.roof.presence-2 "));
  BOOST_TEST(!sink.said.holds("presence-3"));
  // Back after it was gone: nothing says that it is the same.
  stage.on_frame(frame(telemetry("A"), at_ms(201'000)), at_ms(201'000));
  BOOST_TEST(sink.said.holds("wh1.aircraft.roof.presence-3 "));
}

BOOST_AUTO_TEST_CASE(one_protocol_does_not_tell_what_another_may_not) {
  PrivacyOptions options;
  set_protocol(options, "dji_droneid=presence");
  Everything sink;
  FeedStage stage({.node = "roof", .boot = "b", .tracker = {}, .privacy = options}, {&sink});
  stage.on_frame(frame(telemetry("SAME"), at_ms(0)), at_ms(0));
  stage.on_frame(heard_remote_id(msg::OdidMessage(basic_id("SAME")), at_ms(100)), at_ms(100));
  stage.finish({}, at_ms(200));
  BOOST_TEST(sink.said.holds("wh1.aircraft.roof.presence-1"));
  BOOST_TEST(sink.said.holds("wh1.aircraft.roof.rid-SAME"));
  BOOST_TEST(!sink.said.holds("51.446"));  // that only DroneID said
}

BOOST_AUTO_TEST_CASE(off_tells_nothing_but_a_number) {
  const Said said = told(all_protocols(Disclosure::off));
  BOOST_TEST(said.of("frame").empty());
  BOOST_TEST(said.of("aircraft").empty());
  for (const json& status : said.of("status")) {
    BOOST_TEST(status["switched_off"] == 12);
    BOOST_TEST(status["frames"].empty());
  }
  PrivacyOptions options;
  set_protocol(options, "dji_droneid=off");
  Everything rejects;
  FeedStage stage({.node = "roof", .boot = "b", .publish_rejects = true, .tracker = {}, .privacy = options},
                  {&rejects});
  stage.on_reject({{"dji_droneid", windhover::decoders::RejectReason::crc16, {}}, {}}, at_ms(0));
  stage.on_status({}, at_ms(1));
  BOOST_TEST(!rejects.said.holds("dji_droneid"));
}

BOOST_AUTO_TEST_CASE(a_real_recording_gives_nothing_away) {
  const Said open = replayed({}, PlaceDetail::full);
  // An aircraft that stands where it took off tells where home is: its own position is not withheld.
  const auto positions = recorded({"lat_deg", "lon_deg"});
  auto places = recorded({"payload_hex", "pilot_l", "home_l", "operator_l", "operator_altitude"});
  std::erase_if(places,
                [&](const auto& each) { return std::ranges::find(positions, each) != positions.end(); });
  const auto identities =
      recorded({"payload_hex", "serial", "uuid", "uas_id", "transmitter", "operator_id", "lat_deg"});
  BOOST_TEST(places.size() > 60U);
  BOOST_TEST(identities.size() > 60U);
  BOOST_TEST(std::count_if(places.begin(), places.end(), [&](const auto& each) { return open.holds(each); }) >
             30);
  const Said withheld = replayed({}, PlaceDetail::withheld);
  const Said present = replayed(all_protocols(Disclosure::presence), PlaceDetail::full);
  for (const std::string& place : places) BOOST_TEST(!withheld.holds(place), place);
  for (const auto& values : {places, identities})
    for (const std::string& value : values) BOOST_TEST(!present.holds(value), value);
  BOOST_TEST(present.of("frame").size() == open.of("frame").size());
  std::set<std::string> known;
  for (const json& aircraft : open.of("aircraft")) known.insert(aircraft["id"]);
  BOOST_TEST(present.holds("presence-" + std::to_string(known.size())));
  BOOST_TEST(!present.holds("presence-" + std::to_string(known.size() + 1)));
}

BOOST_AUTO_TEST_CASE(last_values_and_snapshots_hold_no_more_than_the_feed) {
  Feed feed({.endpoint = "tcp://127.0.0.1:*",
             .node = "roof",
             .boot = "b",
             .operator_position = PlaceDetail::withheld});
  FeedStage stage({.node = "roof", .boot = "b"}, {&feed});
  stage.on_frame(frame(telemetry(), at_ms(0)), at_ms(0));
  FeedClient client({.endpoint = feed.last_endpoint(), .snapshot_endpoint = feed.last_snapshot_endpoint()});
  std::string text;
  BOOST_REQUIRE(serve_until(feed, [&] {
    if (const auto event = client.next(0ms); event && std::holds_alternative<FeedSnapshot>(*event))
      for (const FeedMessage& message : std::get<FeedSnapshot>(*event).messages) text += message.json;
    return !text.empty();
  }));
  BOOST_TEST(text.find("51.446355") != std::string::npos);
  BOOST_TEST(text.find("51.446229") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_kept_in_memory_ends_with_the_retention) {
  Everything sink;
  PrivacyOptions options;
  options.retention = 5s;
  FeedStage stage({.node = "roof", .boot = "b", .tracker = {}, .privacy = options}, {&sink});
  stage.on_frame(frame(telemetry(), at_ms(0)), at_ms(0));
  stage.advance(at_ms(4999));
  BOOST_TEST(sink.said.of("aircraft").back()["state"] == "alive");
  stage.advance(at_ms(5000));
  BOOST_TEST(sink.said.of("aircraft").back()["state"] == "gone");
  stage.on_status({}, at_ms(5001));
  BOOST_TEST(sink.said.of("status").back()["aircraft"] == 0);
}

BOOST_AUTO_TEST_CASE(switches_that_are_not_understood_are_refused) {
  PrivacyOptions options;
  set_protocol(options, "odid=off");
  set_operator_position(options, "rounded");
  set_operator_position(options, "jsonl=full");
  BOOST_CHECK(disclosure_of(options, "odid") == Disclosure::off);
  BOOST_CHECK(disclosure_of(options, "french_id") == Disclosure::full);
  BOOST_CHECK(operator_position_at(options, "jsonl") == PlaceDetail::full);
  BOOST_CHECK(operator_position_at(options, "feed") == PlaceDetail::rounded);
  set_protocol(options, "all=presence");
  BOOST_CHECK(disclosure_of(options, "a protocol to come") == Disclosure::presence);
  for (const char* bad : {"", "=", "odid", "odid=", "odid=maybe", "=off", "dji=off", "odid=off=on"})
    BOOST_CHECK_THROW(set_protocol(options, bad), ConfigError);
  for (const char* bad : {"", "=", "some", "feed=", "feed=some", "=rounded", "radio=full"})
    BOOST_CHECK_THROW(set_operator_position(options, bad), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
