#include "gateway/picture.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>

#include "sample_aircraft.hpp"

using namespace windhover::gateway;
using namespace windhover::gateway::test;

namespace {

Message aircraft(std::uint64_t seq, std::string serial = "A", double seconds = 0, std::string boot = "b1") {
  Aircraft value = remote_id_aircraft(std::move(serial));
  value.frames = seq;
  value.last_heard = at_s(seconds);
  return {head("aircraft", seq, seconds, std::move(boot)), std::move(value)};
}

Message status(std::uint64_t seq, double seconds, std::uint64_t samples, std::string boot = "b1") {
  Status value;
  value.samples = samples;
  return {head("status", seq, seconds, std::move(boot)), std::move(value)};
}

const Told<Aircraft>& only(const Picture& picture) {
  BOOST_REQUIRE(picture.aircraft().size() == 1U);
  return picture.aircraft().begin()->second;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(picture)

BOOST_AUTO_TEST_CASE(of_each_aircraft_the_highest_number_counts) {
  Picture picture;
  BOOST_TEST(picture.apply(aircraft(5), instant_s(0)));
  BOOST_TEST(!picture.apply(aircraft(5), instant_s(1)));  // a copy
  BOOST_TEST(!picture.apply(aircraft(3), instant_s(1)));  // older
  BOOST_TEST(only(picture).value.frames == 5U);
  BOOST_TEST((only(picture).at == instant_s(0)));
  BOOST_TEST(picture.apply(aircraft(9), instant_s(1)));
  BOOST_TEST(only(picture).value.frames == 9U);
  BOOST_TEST(picture.apply(aircraft(1, "A", 2, "b2"), instant_s(2)));  // the sensor started anew
  BOOST_TEST(only(picture).value.frames == 1U);
}

BOOST_AUTO_TEST_CASE(revisions_grow_with_what_is_news) {
  Picture picture;
  picture.apply(aircraft(1), instant_s(0));
  const auto first = only(picture).revision;
  picture.apply(aircraft(1), instant_s(1));
  BOOST_TEST(only(picture).revision == first);
  picture.apply(aircraft(2), instant_s(1));
  BOOST_TEST(only(picture).revision > first);
}

BOOST_AUTO_TEST_CASE(a_snapshot_replaces_and_keeps_what_is_newer) {
  Picture picture;
  picture.apply(aircraft(4, "A"), instant_s(0));
  picture.apply(aircraft(5, "B"), instant_s(0));
  picture.apply(aircraft(9, "C"), instant_s(0));
  std::vector<Message> snapshot;
  snapshot.push_back(aircraft(4, "A"));
  snapshot.push_back(aircraft(8, "C"));
  snapshot.push_back(aircraft(7, "D"));
  picture.replace(std::move(snapshot), instant_s(1));
  BOOST_TEST(picture.aircraft().size() == 3U);
  BOOST_TEST(!picture.aircraft().contains("roof\nrid-B"));
  BOOST_TEST((picture.aircraft().at("roof\nrid-A").at == instant_s(0)));  // told already
  BOOST_TEST(picture.aircraft().at("roof\nrid-C").value.frames == 9U);
  BOOST_TEST(picture.aircraft().contains("roof\nrid-D"));
}

BOOST_AUTO_TEST_CASE(what_the_feed_no_longer_speaks_of_is_forgotten) {
  Picture picture;
  picture.apply(aircraft(1), instant_s(0));
  picture.apply({head("link", 1, 0), wifi_link()}, instant_s(0));
  picture.apply({head("alert", 1, 0), Alert{.id = "a"}}, instant_s(0));
  picture.expire(instant_s(75));
  BOOST_TEST(picture.aircraft().size() == 1U);
  picture.expire(instant_s(75.1));
  BOOST_TEST(picture.aircraft().empty());
  BOOST_TEST(picture.links().empty());
  BOOST_TEST(picture.alerts().size() == 1U);  // raised until it is cleared
  picture.expire(instant_s(3601));
  BOOST_TEST(picture.alerts().empty());
}

BOOST_AUTO_TEST_CASE(a_feed_that_invents_things_fills_no_memory) {
  Picture picture;
  std::uint64_t seq = 0;
  for (int i = 0; i < 5000; ++i) {
    picture.apply(aircraft(++seq, std::to_string(i)), instant_s(i * 0.001));
    Message odd = status(1, 0, 0);
    odd.head.sensor = "s" + std::to_string(i);
    picture.apply(std::move(odd), instant_s(i * 0.001));
  }
  BOOST_TEST(picture.aircraft().size() == Picture::kMostAircraft);
  BOOST_TEST(picture.sensors().size() == Picture::kMostSensors);
  BOOST_TEST(!picture.aircraft().contains("roof\nrid-0"));  // the longest untold went
  BOOST_TEST(picture.aircraft().contains("roof\nrid-4999"));
}

BOOST_AUTO_TEST_CASE(ages_grow_on_the_sensors_clock) {
  Picture picture;
  picture.apply(aircraft(1, "A", 0), instant_s(100));
  BOOST_TEST(picture.age_s(only(picture), instant_s(103)) == 3.0, boost::test_tools::tolerance(1e-9));
  // The message was 10 s old when it came: the status knows.
  picture.apply(status(1, 10, 1), instant_s(100));
  BOOST_TEST(picture.age_s(only(picture), instant_s(103)) == 13.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(picture.is_heard(only(picture), instant_s(109)));
  BOOST_TEST(!picture.is_heard(only(picture), instant_s(111)));
  // A status of another start has another clock.
  picture.apply(status(1, 500, 1, "b2"), instant_s(103));
  BOOST_TEST(picture.age_s(only(picture), instant_s(103)) == 3.0, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(the_sensor_stands_where_its_status_says) {
  Picture picture;
  picture.apply(status(1, 0, 1), instant_s(0));
  BOOST_TEST(!picture.sensor_position());
  Message placed = status(2, 1, 2);
  std::get<Status>(placed.body).position = SensorPosition{52.5, 4.5, {}};
  picture.apply(std::move(placed), instant_s(1));
  BOOST_TEST(picture.sensor_position()->lon_deg == 4.5);
}

BOOST_AUTO_TEST_CASE(samples_flow_when_two_statuses_differ) {
  Picture picture;
  const auto flow = [&](double now) { return picture.sensors().at("roof").samples_flow(instant_s(now)); };
  picture.apply(status(1, 0, 1000), instant_s(0));
  BOOST_TEST(!flow(0));
  picture.apply(status(2, 1, 1000), instant_s(1));
  BOOST_TEST(!flow(1));  // the radio stands still
  picture.apply(status(3, 2, 2000), instant_s(2));
  BOOST_TEST(flow(2));
  BOOST_TEST(flow(7));
  BOOST_TEST(!flow(7.1));  // no status for 5 s
  picture.apply(status(1, 8, 100, "b2"), instant_s(8));
  BOOST_TEST(!flow(8));
  picture.apply(status(2, 9, 300, "b2"), instant_s(9));
  BOOST_TEST(flow(9));
  picture.apply(status(3, 9, 50, "b2"), instant_s(10));  // the next recording of a replay
  BOOST_TEST(flow(10));
}

BOOST_AUTO_TEST_SUITE_END()
