#include "gateway/http/pages.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "gateway/http/metrics.hpp"
#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::http;
using namespace windhover::gateway::test;
using nlohmann::json;

namespace {

Status status(std::uint64_t samples) {
  Status status;
  status.samples = samples;
  status.gaps = 2;
  status.lost_samples = 777;
  status.drops = {{"frames", 4}, {"iq_ring", 3}};
  status.frames = {{"dji_droneid", 5}, {"odid", 6}};
  status.rejects = {{"dji_droneid", {{"crc24", 1}, {"no_sync", 2}}}};
  status.thread_load = {{"bank", 0.25}};
  status.lag_s = 0.012;
  return status;
}

Picture scene() {
  Picture picture;
  picture.apply({head("aircraft", 1, 0), remote_id_aircraft()}, instant_s(0));
  Aircraft hidden = dji_aircraft();
  hidden.claimed.motion = {};
  picture.apply({head("aircraft", 2, 0), std::move(hidden)}, instant_s(0));
  Aircraft gone = dji_aircraft();
  gone.id = "dji-gone";
  gone.state = State::gone;
  picture.apply({head("aircraft", 3, 0), std::move(gone)}, instant_s(0));
  picture.apply({head("link", 1, 0), wifi_link()}, instant_s(0));
  picture.apply({head("status", 1, 0), status(1000)}, instant_s(0));
  picture.apply({head("status", 2, 1), status(2000)}, instant_s(1));
  return picture;
}

Tally tally() {
  Tally tally;
  tally.started = kStart;
  tally.messages = 42;
  tally.lost = 1;
  tally.outputs = {{"dragonsync", 10, 2}, {"cot", 7, 0}};
  return tally;
}

std::string metrics(const std::string& accept = {}) {
  return metrics_page({accept}, scene(), tally(), {1.5, 20'000'000, 12}, instant_s(2)).body;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(aircraft_are_geojson_and_an_unknown_place_is_null) {
  const Response response = aircraft_page(scene(), instant_s(1.5));
  BOOST_TEST(response.type == "application/geo+json");
  const json body = json::parse(response.body);
  BOOST_TEST(body["type"] == "FeatureCollection");
  BOOST_REQUIRE(body["features"].size() == 2U);
  const json& hidden = body["features"][0];
  BOOST_TEST(hidden["id"] == "dji-FICTION0000A01");
  BOOST_TEST(hidden["geometry"].is_null());
  const json& known = body["features"][1];
  BOOST_TEST(known["type"] == "Feature");
  BOOST_TEST(known["geometry"] == json({{"type", "Point"}, {"coordinates", {6.495, 54.503, 85.5}}}));
  const json& properties = known["properties"];
  BOOST_TEST(properties["sensor"] == "roof");
  BOOST_TEST(properties["state"] == "alive");
  BOOST_TEST(properties["age_s"] == 1.5);
  BOOST_TEST(properties["claimed"]["serial"] == "1ABCD23456789012");
  BOOST_TEST(properties["claimed"]["pilot"]["lat_deg"] == 54.5011);
  BOOST_TEST(properties["measured"]["transports"][0]["snr_db"] == 22.1);
  BOOST_TEST(properties["trust"]["authenticated"] == false);
  BOOST_TEST(response.body.find(":null") == response.body.rfind(":null"));  // the one geometry
}

BOOST_AUTO_TEST_CASE(links_and_raised_alerts_are_listed) {
  Picture picture = scene();
  picture.apply(
      {head("alert", 1, 0), Alert{"a", "spoof_suspicion", "warning", true, kStart, "rid-X", "Odd."}},
      instant_s(0));
  picture.apply({head("alert", 2, 0), Alert{"b", "new_aircraft", "info", false, kStart, {}, "Over."}},
                instant_s(0));
  const json links = json::parse(links_page(picture, instant_s(1)).body);
  BOOST_REQUIRE(links["links"].size() == 1U);
  BOOST_TEST(links["links"][0]["aircraft"] == "rid-1ABCD23456789012");
  const json alerts = json::parse(alerts_page(picture).body);
  BOOST_REQUIRE(alerts["alerts"].size() == 1U);
  BOOST_TEST(alerts["alerts"][0]["id"] == "a");
  BOOST_TEST(alerts["alerts"][0]["since"] == "2026-03-01T12:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(readiness_follows_the_samples) {
  BOOST_TEST(readiness_page({}, instant_s(0)).status == 503);
  BOOST_TEST(readiness_page(scene(), instant_s(2)).status == 200);
  const Response late = readiness_page(scene(), instant_s(6.5));
  BOOST_TEST(late.status == 503);
  const json body = json::parse(late.body);
  BOOST_TEST(body["ready"] == false);
  BOOST_TEST(body["sensors"]["roof"] == json({{"samples_flow", false}, {"status_age_s", 5.5}}));
  BOOST_TEST(health_page().status == 200);
  BOOST_TEST(json::parse(health_page().body)["status"] == "ok");
}

BOOST_AUTO_TEST_CASE(metrics_tell_what_the_sensor_counted) {
  const Response response = metrics_page({}, scene(), tally(), {1.5, 20'000'000, 12}, instant_s(2));
  BOOST_TEST(response.type == "text/plain; version=0.0.4; charset=utf-8");
  const std::string& text = response.body;
  for (const char* line :
       {"# TYPE windhover_samples_total counter", "windhover_samples_total 2000",
        "windhover_overflows_total 2", "windhover_drops_total{stage=\"frames\"} 4",
        "windhover_frames_total{protocol=\"odid\",result=\"ok\"} 6",
        "windhover_frames_total{protocol=\"dji_droneid\",result=\"crc24\"} 1",
        "windhover_thread_load_ratio{stage=\"bank\"} 0.25", "windhover_aircraft 2",
        "windhover_links_active{protocol=\"wifi\"} 1", "windhover_sensors_ready 1",
        "windhover_feed_lost_total 1", "windhover_published_total{output=\"dragonsync\"} 10",
        "windhover_publish_dropped_total{output=\"dragonsync\"} 2", "process_cpu_seconds_total 1.5",
        "process_start_time_seconds 1772366400"})
    BOOST_TEST(has_line(text, line), line);
}

BOOST_AUTO_TEST_CASE(no_metric_names_an_aircraft_or_a_place) {
  const std::string text = metrics();
  for (const char* secret : {"1ABCD", "FICTION", "54.5", "6.49", "FIN87", "roof"})
    BOOST_TEST(text.find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(open_metrics_is_written_as_its_grammar_wants) {
  const Response response = metrics_page({"application/openmetrics-text;version=1.0.0,text/plain;q=0.5"},
                                         scene(), tally(), {}, instant_s(2));
  BOOST_TEST(response.type == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  BOOST_TEST(response.body.ends_with("\n# EOF\n"));
  const std::regex sample(
      R"re([a-z_]+(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? -?[0-9]+(\.[0-9]+)?)re");
  const std::regex comment(R"(# (TYPE [a-z_]+ (counter|gauge)|HELP [a-z_]+ .+|EOF))");
  std::set<std::string> families;
  std::string family, line;
  for (std::istringstream lines(response.body); std::getline(lines, line);) {
    if (line.starts_with("#")) {
      BOOST_TEST(std::regex_match(line, comment), line);
      if (!line.starts_with("# TYPE ")) continue;
      family = line.substr(7, line.rfind(' ') - 7);
      BOOST_TEST(!family.ends_with("_total"), line);
      BOOST_TEST(families.insert(family).second, line);  // all of a family together
      if (line.ends_with(" counter")) family += "_total";
      continue;
    }
    BOOST_TEST(std::regex_match(line, sample), line);
    BOOST_TEST(line.substr(0, line.find_first_of("{ ")) == family, line);
  }
  BOOST_TEST(families.size() > 15U);
}

BOOST_AUTO_TEST_CASE(both_formats_have_the_same_samples) {
  const auto samples = [](const std::string& text) {
    std::multiset<std::string> lines;
    std::string line;
    for (std::istringstream all(text); std::getline(all, line);)
      if (!line.starts_with("#")) lines.insert(line.substr(0, line.rfind(' ')));
    return lines;
  };
  BOOST_TEST(samples(metrics()) == samples(metrics("application/openmetrics-text")),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
