#include "gateway/feed_parser.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "gateway/picture.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/sensor/dji_frames.hpp"
#include "tests/sensor/remote_id_frames.hpp"

using namespace windhover::gateway;
namespace sensor = windhover::sensor;
namespace frames = windhover::sensor::test;
using nlohmann::json;

namespace {

class Keep : public sensor::FeedSink {
 public:
  void publish(const sensor::OutgoingMessage& message) override { lines.push_back(message.json); }
  std::vector<std::string> lines;
};

sensor::StreamStatus stream() {
  sensor::StreamStatus stream;
  stream.rate_hz = 50e6;
  stream.center_hz = 2457.5e6;
  stream.samples = 625'000'000;
  stream.gaps = 2;
  stream.lost_samples = 777;
  stream.drops = {{"iq_ring", 3}, {"frames", 4}};
  stream.live = sensor::LiveStatus{{{"bank", 0.25}}, 0.012};
  return stream;
}

/// What the sensor's own stage writes of DroneID, Remote ID and its status.
std::vector<std::string> real_lines() {
  Keep keep;
  sensor::FeedStage stage({.node = "roof", .boot = "b"}, {&keep});
  const auto at = [](int ms) { return frames::at_ms(ms); };
  stage.on_frame(frames::frame(frames::telemetry(), at(0)), at(0));
  stage.on_frame(
      frames::heard_remote_id(
          frames::msg::OdidPack{
              2, {frames::basic_id("1ABCD2345"), frames::location(), frames::system_message()}, {}, {}},
          at(100)),
      at(100));
  stage.on_reject({{"dji_droneid", windhover::decoders::RejectReason::crc16, {}}, {}}, at(200));
  stage.finish(stream(), at(2000));
  return keep.lines;
}

template <typename Value>
std::vector<Value> bodies(const std::vector<std::string>& lines) {
  std::vector<Value> found;
  ParseCounts counts;
  for (const std::string& line : lines) {
    auto message = parse_message(line, counts);
    BOOST_REQUIRE(message.has_value());
    if (auto* value = std::get_if<Value>(&message->body)) found.push_back(std::move(*value));
  }
  BOOST_TEST(counts.garbled == 0U);
  BOOST_TEST(counts.wrong_fields == 0U);
  return found;
}

json real_aircraft() {
  for (const std::string& line : real_lines())
    if (json body = json::parse(line); body["type"] == "aircraft" && body["id"] == "rid-1ABCD2345")
      return body;
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_parser)

BOOST_AUTO_TEST_CASE(what_the_sensor_writes_is_read_back) {
  const auto aircraft = bodies<Aircraft>(real_lines());
  BOOST_REQUIRE(aircraft.size() >= 2U);
  const Aircraft& dji = aircraft[0];
  BOOST_TEST(dji.id == "dji-1WNBH3900201N1");
  BOOST_TEST(dji.claimed.serial.value() == "1WNBH3900201N1");
  BOOST_TEST(dji.claimed.model.value() == "Mavic Air 2");
  BOOST_TEST(dji.claimed.motion.position->lat_deg == 51.44635598);
  BOOST_TEST(dji.claimed.motion.height_m.value() == 3.7);
  BOOST_TEST(dji.claimed.home.has_value());
  BOOST_REQUIRE(dji.transports.size() == 1U);
  BOOST_TEST(dji.transports[0].center_hz.value() == 2459.5e6);
  BOOST_TEST(dji.transports[0].rssi_dbfs.value() == -21.3);
  const Aircraft& rid = aircraft[1];
  BOOST_TEST(rid.claimed.ua_type.value() == "helicopter_or_multirotor");
  BOOST_TEST(rid.claimed.motion.status.value() == "airborne");
  BOOST_TEST(rid.claimed.motion.in_air.value());
  BOOST_TEST(rid.claimed.pilot_location.value() == "live");
  BOOST_TEST((rid.claimed.pilot == Place{51.25, 7.5}));

  const auto statuses = bodies<Status>(real_lines());
  BOOST_REQUIRE(statuses.size() == 1U);
  const Status& status = statuses[0];
  BOOST_TEST(status.samples == 625'000'000U);
  BOOST_TEST(status.drops.at("frames") == 4U);
  BOOST_TEST(status.frames.at("dji_droneid") == 1U);
  BOOST_TEST(status.rejects.at("dji_droneid").at("crc16") == 1U);
  BOOST_TEST(status.thread_load.at("bank") == 0.25);
  BOOST_TEST(status.lag_s.value() == 0.012);
}

BOOST_AUTO_TEST_CASE(links_alerts_and_the_sensors_place_are_read) {
  const std::string head = R"({"v":1,"sensor":"roof","boot":"b","seq":7,"time":"2026-03-01T12:00:00Z",)";
  const auto links = bodies<Link>(
      {head +
       R"("type":"link","id":"wifi-6-00aa","kind":"wifi","state":"alive","role":"access_point",)"
       R"("transmitter":{"address":"60:60:1F:00:00:01","aircraft":"rid-X"},)"
       R"("aircraft":{"id":"rid-X","evidence":["transmitter address"]},)"
       R"("hint":{"what":"drone-like access point","reason":"SSID begins with TELLO"},)"
       R"("rf":{"channel":6,"center_hz":2437000000.0,"bandwidth_hz":20000000.0,"rssi_dbfs":-40.1,"snr_db":20.5},)"
       R"("window_s":5.0,"duty":0.125,"last_heard":"2026-03-01T11:59:59Z"})"});
  BOOST_REQUIRE(links.size() == 1U);
  BOOST_TEST(links[0].aircraft.value() == "rid-X");
  BOOST_TEST(links[0].hint.value() == "drone-like access point");
  BOOST_TEST(links[0].center_hz.value() == 2437e6);
  BOOST_TEST(links[0].duty.value() == 0.125);
  const auto alerts = bodies<Alert>(
      {head +
       R"("type":"alert","id":"spoof_suspicion-rid-X","category":"spoof_suspicion","severity":"warning",)"
       R"("state":"raised","since":"2026-03-01T11:59:00Z","aircraft":"rid-X","text":"Two places at once."})"});
  BOOST_REQUIRE(alerts.size() == 1U);
  BOOST_TEST(alerts[0].raised);
  BOOST_TEST(alerts[0].aircraft.value() == "rid-X");
  json over = json::parse(head + R"("type":"alert","id":"a","state":"cleared","text":"Over."})");
  BOOST_TEST(!bodies<Alert>({over.dump()})[0].raised);
  const auto statuses = bodies<Status>(
      {head + R"("type":"status","position":{"lat_deg":52.5,"lon_deg":4.5,"altitude_m":12.0}})",
       head + R"("type":"status"})"});
  BOOST_TEST(statuses[0].position->lat_deg == 52.5);
  BOOST_TEST(statuses[0].position->hae_m.value() == 12.0);
  BOOST_TEST(!statuses[1].position);
}

BOOST_AUTO_TEST_CASE(of_several_devices_a_status_has_the_sums) {
  const std::string head = R"({"v":1,"sensor":"roof","boot":"b","seq":7,"time":"2026-03-01T12:00:00Z",)";
  const auto statuses = bodies<Status>({head + R"("type":"status","samples":7,"drops":{"iq":1},"devices":[
{"device":"mast","samples":7,"gaps":1,"drops":{"iq":1},"live":{"thread_load":{"bank":0.5,"feed":0.1},"lag_s":0.2}},
{"device":"hut","samples":5,"gaps":2,"drops":{"iq":2,"spectra":4},"live":{"thread_load":{"bank":0.25,"feed":0.1},"lag_s":0.1}}]})"});
  BOOST_TEST_REQUIRE(statuses.size() == 1U);
  BOOST_TEST(statuses[0].samples == 12U);
  BOOST_TEST(statuses[0].gaps == 3U);
  BOOST_TEST(statuses[0].drops.at("iq") == 3U);
  BOOST_TEST(statuses[0].drops.at("spectra") == 4U);
  BOOST_TEST(statuses[0].thread_load.at("bank") == 0.5);
  BOOST_TEST(statuses[0].thread_load.at("feed") == 0.1);
  BOOST_TEST(statuses[0].lag_s.value() == 0.2);
}

BOOST_AUTO_TEST_CASE(unknown_kinds_are_skipped_and_counted) {
  ParseCounts counts;
  json body = real_aircraft();
  body["type"] = "weather";
  const auto message = parse_message(body.dump(), counts);
  BOOST_REQUIRE(message.has_value());
  BOOST_TEST(std::holds_alternative<std::monostate>(message->body));
  BOOST_TEST(counts.unknown_kinds == 1U);
  BOOST_TEST(counts.garbled == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_garbled) {
  std::vector<std::string> bad{"",
                               "{",
                               "[]",
                               "null",
                               "3",
                               "\"x\"",
                               "{}",
                               "\xff\xfe",
                               R"({"v":1,"type":"status"})",
                               std::string(200'000, '['),
                               std::string(kMostBodyBytes + 1, ' ')};
  for (const char* key : {"v", "type", "sensor", "boot", "seq", "time", "id"}) {
    json body = real_aircraft();
    body.erase(key);
    bad.push_back(body.dump());
    for (const json& odd :
         {json(nullptr), json(-1), json(1e300), json(""), json::array({1}), json::object()}) {
      body[key] = odd;
      bad.push_back(body.dump());
    }
  }
  for (const char* id : {"a b", "a.b", "a\nb", "\xC3\xA4"}) {
    json body = real_aircraft();
    body["id"] = id;
    bad.push_back(body.dump());
  }
  for (const char* time : {"0002-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "-200-01-01T00:00:00Z", "2026"}) {
    json body = real_aircraft();
    body["time"] = time;
    bad.push_back(body.dump());
  }
  ParseCounts counts;
  for (const std::string& text : bad) BOOST_TEST(!parse_message(text, counts));
  BOOST_TEST(counts.garbled == bad.size());
}

BOOST_AUTO_TEST_CASE(fields_of_a_wrong_type_or_out_of_range_are_unknown_and_counted) {
  ParseCounts counts;
  json body = real_aircraft();
  body["claimed"] = {{"model", 3},
                     {"serial", std::string(600, 'x')},
                     {"description", ""},
                     {"position", {{"lat_deg", 91}, {"lon_deg", 0}}},
                     {"pilot", {{"lat_deg", 1}}},
                     {"home", 7},
                     {"track_deg", 361},
                     {"speed_mps", -1},
                     {"height_m", 1e9},
                     {"in_air", "yes"}};
  body["measured"] = {{"frames", -3}, {"transports", {1, nullptr, {{"snr_db", "loud"}}}}, {"last_heard", 5}};
  body["trust"] = {{"authenticated", 1}, {"reasons", "many"}};
  const auto message = parse_message(body.dump(), counts);
  BOOST_REQUIRE(message.has_value());
  const Aircraft& aircraft = std::get<Aircraft>(message->body);
  const Claimed& claimed = aircraft.claimed;
  BOOST_TEST((!claimed.model && !claimed.serial && !claimed.description && !claimed.pilot && !claimed.home));
  BOOST_TEST((!claimed.motion.position && !claimed.motion.track_deg && !claimed.motion.speed_mps));
  BOOST_TEST((!claimed.motion.height_m && !claimed.motion.in_air));
  BOOST_TEST((aircraft.frames == 0U && !aircraft.last_heard && !aircraft.authenticated));
  BOOST_TEST(aircraft.transports.size() == 1U);
  BOOST_TEST(counts.wrong_fields >= 16U);
  BOOST_TEST(counts.garbled == 0U);
}

BOOST_AUTO_TEST_CASE(counters_have_few_and_plain_names) {
  ParseCounts counts;
  json body = json::parse(real_lines().back());
  body["drops"] = {{"iq_ring", 1}, {"Bad-Name", 2}, {"", 3}, {"stage\"}\n", 4}, {"minus", -1}};
  for (int i = 0; i < 40; ++i) body["frames"]["p" + std::to_string(i)] = 1;
  body["rejects"]["dji_droneid"]["crc16"] = "many";
  const auto message = parse_message(body.dump(), counts);
  BOOST_REQUIRE(message.has_value());
  const Status& status = std::get<Status>(message->body);
  BOOST_TEST(status.drops.size() == 1U);
  BOOST_TEST(status.frames.empty());
  BOOST_TEST(status.rejects.at("dji_droneid").empty());
}

BOOST_AUTO_TEST_CASE(mutated_messages_never_throw_and_stay_in_range) {
  std::mt19937 random(11);
  const std::vector<std::string> lines = real_lines();
  ParseCounts counts;
  Picture picture;
  for (int i = 0; i < 20'000; ++i) {
    std::string line = lines[random() % lines.size()];
    for (unsigned n = random() % 4; n > 0; --n)
      line[random() % line.size()] = static_cast<char>(random() % 96 + 32);
    if (random() % 8 == 0) line.resize(random() % line.size());
    if (auto message = parse_message(line, counts)) picture.apply(std::move(*message), Instant{});
  }
  BOOST_TEST(counts.garbled > 1000U);
  for (const auto& [key, told] : picture.aircraft())
    if (const auto& at = told.value.claimed.motion.position)
      BOOST_TEST((std::abs(at->lat_deg) <= 90 && std::abs(at->lon_deg) <= 180));
}

BOOST_AUTO_TEST_SUITE_END()
