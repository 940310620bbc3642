#include "sensor/links/transmitter_match.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::links;

namespace {

UtcTime at(double seconds) {
  return UtcTime{std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9))};
}

TimedFrame drone_id(double seconds, double ppm, double dbfs = -50) {
  TimedFrame frame;
  frame.at.time = at(seconds);
  frame.frame.protocol = "dji_droneid";
  frame.frame.transport = "ocusync";
  frame.frame.rf.centre = dsp::Hertz{2459.5e6};
  frame.frame.rf.cfo_hz = static_cast<float>(ppm * 2459.5);
  frame.frame.rf.rssi_dbfs = static_cast<float>(dbfs);
  return frame;
}

LinkFeatures video(double ppm, double error_ppm = 0.05) {
  LinkFeatures link;
  link.id = "ocusync-video-1";
  link.kind = "ocusync_video";
  link.drone_like = true;
  link.center_hz = 2430e6;
  link.offset_ppm = ppm;
  link.offset_error_ppm = error_ppm;
  return link;
}

double sum(const AttributionResult& result) {
  double all = result.unattributed;
  for (const Attributed& each : result.aircraft) all += each.likelihood;
  return all;
}

void hear(TransmitterMatch& match, const std::string& id, double ppm, double from_s = 0, double to_s = 20) {
  for (double t = from_s; t < to_s; t += 0.64) match.on_frame(id, drone_id(t, ppm));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transmitter_match)

BOOST_AUTO_TEST_CASE(the_aircraft_with_the_same_oscillator_is_named) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  hear(match, "b", -2.0);
  hear(match, "c", 3.0);
  const AttributionResult result = match.attribute(video(-2.03), at(20));
  BOOST_REQUIRE(!result.aircraft.empty());
  BOOST_TEST(result.aircraft.front().aircraft == "b");
  BOOST_TEST(result.aircraft.front().likelihood > 0.9);
  BOOST_TEST(sum(result) == 1, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(result.aircraft.front().evidence.front().text == "carrier offset apart by");
  BOOST_TEST(std::abs(*result.aircraft.front().evidence.front().value + 0.03) < 0.01);
}

BOOST_AUTO_TEST_CASE(a_link_that_fits_nobody_is_nobodys) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  hear(match, "b", -2.0);
  BOOST_TEST(match.attribute(video(5.5), at(20)).unattributed > 0.7);
  BOOST_TEST(TransmitterMatch().attribute(video(1), at(20)).unattributed == 1);
}

// Whatever its crystal says: a ZigBee lamp is no aircraft's.
BOOST_AUTO_TEST_CASE(what_is_known_for_something_else_is_left_alone) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  LinkFeatures lamp = video(1.1);
  lamp.kind = "zigbee";
  lamp.drone_like = false;
  BOOST_TEST(match.attribute(lamp, at(20)).unattributed > 0.5);
  lamp.offset_ppm = 400;
  BOOST_TEST(match.attribute(lamp, at(20)).unattributed == 1);
}

BOOST_AUTO_TEST_CASE(offsets_count_from_the_nearest_point_of_the_raster) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  hear(match, "b", -2.0);
  const double raster_ppm = 100e3 / 2430e6 * 1e6;
  BOOST_TEST(match.attribute(video(1.02 + 2 * raster_ppm), at(20)).aircraft.front().aircraft == "a");
}

BOOST_AUTO_TEST_CASE(what_is_known_less_well_says_less) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  hear(match, "b", -2.0);
  const double sure = match.attribute(video(1, 0.05), at(20)).aircraft.front().likelihood;
  const double unsure = match.attribute(video(1, 5), at(20)).aircraft.front().likelihood;
  BOOST_TEST(sure > unsure + 0.2);
}

BOOST_AUTO_TEST_CASE(an_address_needs_no_likelihood) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  LinkFeatures link = video(-7);
  link.address_of = "z";
  link.address_evidence = "transmitter address";
  const AttributionResult result = match.attribute(link, at(20));
  BOOST_REQUIRE(result.aircraft.size() == 1U);
  BOOST_TEST(result.aircraft.front().aircraft == "z");
  BOOST_TEST(result.unattributed == 0);
}

BOOST_AUTO_TEST_CASE(a_forgotten_aircraft_is_not_named_again) {
  TransmitterMatch match;
  hear(match, "a", 1.0);
  match.forget_aircraft("a");
  BOOST_TEST(match.attribute(video(1), at(20)).aircraft.empty());
}

BOOST_AUTO_TEST_CASE(coming_together_counts_and_coming_apart_counts_against) {
  TransmitterMatch match;
  hear(match, "before", 1.0, 0, 60);
  hear(match, "with", 1.0, 30, 60);
  const std::vector presence{Presence{at(31), at(60)}};
  LinkFeatures link = video(1.0);
  link.presence = presence;
  const AttributionResult result = match.attribute(link, at(60));
  BOOST_TEST(result.aircraft.front().aircraft == "with");
}

BOOST_AUTO_TEST_CASE(levels_that_move_together_tell_and_flat_ones_do_not) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  std::vector<SecondLevel> a, same, other, flat;
  for (int s = 0; s < 60; ++s) {
    const double level = -50 + 4 * normal(random);
    a.push_back({double(s), level});
    same.push_back({double(s), level + 10 + normal(random)});
    other.push_back({double(s), -60 + 4 * normal(random)});
    flat.push_back({double(s), -40 + 0.3 * normal(random)});
  }
  BOOST_TEST(level_evidence(a, same)->log_ratio > 1.5);
  BOOST_TEST(level_evidence(a, other)->log_ratio < -1);
  BOOST_TEST(!level_evidence(a, flat).has_value());
  BOOST_TEST(!level_evidence(std::span(a).first(5), same).has_value());
}

// Two aircraft that both fly away are no pair for it.
BOOST_AUTO_TEST_CASE(a_common_trend_is_no_evidence) {
  std::mt19937 random(2);
  std::normal_distribution<double> normal;
  std::vector<SecondLevel> a, b;
  for (int s = 0; s < 60; ++s) {
    a.push_back({double(s), -40 - 0.5 * s + 2 * normal(random)});
    b.push_back({double(s), -50 - 0.5 * s + 2 * normal(random)});
  }
  const auto found = level_evidence(a, b);
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST(found->log_ratio < 0);
}

BOOST_AUTO_TEST_CASE(evidence_is_a_number_whatever_it_is_made_of) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  for (const double ppm : {0.0, 1e9, -1e9, 1e300})
    for (const double error : {0.0, 1e-9, 1e9})
      BOOST_TEST(std::isfinite(oscillator_evidence(ppm, error, 0.9)));
  TransmitterMatch match;
  TimedFrame odd = drone_id(0, kNone, kNone);
  match.on_frame("a", odd);
  odd.frame.rf.centre = dsp::Hertz{0};
  match.on_frame("a", odd);
  BOOST_TEST(sum(match.attribute(video(1), at(1))) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
