#include "sensor/derived.hpp"

#include <boost/test/unit_test.hpp>

#include "sensor/config_error.hpp"
#include "sensor/geodesy.hpp"
#include "sensor/privacy.hpp"

using namespace windhover::sensor;

namespace {

const SensorPosition kRoof{52.0, 4.0, 50.0};

Claims claims_at(Position at) {
  Claims claims;
  claims.position = at;
  return claims;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(derived)

// JFK to Singapore Changi: the example of the manual of GeodSolve; degrees of latitude: the ellipsoid itself.
BOOST_AUTO_TEST_CASE(distances_are_those_of_the_ellipsoid) {
  const Position jfk{40 + 38.0 / 60 + 23.0 / 3600, -(73 + 46.0 / 60 + 44.0 / 3600)};
  const Position singapore{1 + 21.0 / 60 + 33.0 / 3600, 103 + 59.0 / 60 + 22.0 / 3600};
  BOOST_TEST(distance_m(jfk, singapore) == 15347628.0, boost::test_tools::tolerance(1e-6));
  // A degree of latitude at the equator and at the pole.
  BOOST_TEST(distance_m({0, 0}, {1, 0}) == 110574.3886, boost::test_tools::tolerance(1e-8));
  BOOST_TEST(distance_m({89, 0}, {90, 0}) == 111693.8647, boost::test_tools::tolerance(1e-8));
}

BOOST_AUTO_TEST_CASE(bearings_run_clockwise_from_north) {
  const auto bearing = [](double lat, double lon) {
    return *derived_of(claims_at({lat, lon}), kRoof).aircraft->bearing_deg;
  };
  BOOST_TEST(bearing(52.01, 4.0) == 0.0);
  BOOST_TEST(bearing(52.0, 4.01) == 90.0, boost::test_tools::tolerance(1e-3));
  BOOST_TEST(bearing(51.99, 4.0) == 180.0);
  BOOST_TEST(bearing(52.0, 3.99) == 270.0, boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(elevation_needs_both_heights) {
  Claims claims = claims_at({52.0, 4.0});
  BOOST_TEST(!derived_of(claims, kRoof).aircraft->slant_m);
  BOOST_TEST(!derived_of(claims, kRoof).aircraft->bearing_deg);  // overhead: there is none
  claims.geodetic_altitude_m = 150;
  const Sight above = *derived_of(claims, kRoof).aircraft;
  BOOST_TEST(*above.slant_m == 100.0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(*above.elevation_deg == 90.0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(!derived_of(claims, SensorPosition{52.0, 4.0, {}}).aircraft->slant_m);
}

BOOST_AUTO_TEST_CASE(nothing_is_derived_from_nothing) {
  const Derived none = derived_of({}, kRoof);
  BOOST_TEST((!none.flight_state && !none.aircraft && !none.pilot));
  BOOST_TEST(!derived_of(claims_at({52, 4}), std::nullopt).aircraft);
}

BOOST_AUTO_TEST_CASE(what_the_aircraft_says_of_flying_goes_before_height_and_speed) {
  Claims claims;
  claims.height_m = 40;
  BOOST_TEST(*derived_of(claims, {}).flight_state == "in_air");
  claims.in_air = false;
  BOOST_TEST(*derived_of(claims, {}).flight_state == "on_ground");
  claims = {};
  claims.height_m = 0.5;
  BOOST_TEST(!derived_of(claims, {}).flight_state);
  claims.speed_mps = 0.25;
  BOOST_TEST(*derived_of(claims, {}).flight_state == "on_ground");
  claims.speed_mps = 1.5;
  BOOST_TEST(!derived_of(claims, {}).flight_state);
  claims.speed_mps = 12;
  BOOST_TEST(*derived_of(claims, {}).flight_state == "in_air");
}

BOOST_AUTO_TEST_CASE(redacted_claims_place_no_pilot) {
  Claims claims;
  claims.pilot = Position{52.01234, 4.01234};
  BOOST_TEST(derived_of(claims, kRoof).pilot.has_value());
  BOOST_TEST(!derived_of(redacted(claims, PlaceDetail::withheld), kRoof).pilot);
  const Sight rounded = *derived_of(redacted(claims, PlaceDetail::rounded), kRoof).pilot;
  BOOST_TEST(*rounded.distance_m == distance_m({52.0, 4.0}, {52.01, 4.01}));
}

BOOST_AUTO_TEST_CASE(a_sensor_position_is_read_or_refused) {
  const SensorPosition full = parse_sensor_position("52.37,-4.89,12.5");
  BOOST_TEST(full.lat_deg == 52.37);
  BOOST_TEST(full.lon_deg == -4.89);
  BOOST_TEST(*full.hae_m == 12.5);
  for (const char* text : {"", "52", "91,0", "0,181", "nan,0", "52,4,5,6", "52,4,x"})
    BOOST_CHECK_THROW(parse_sensor_position(text), ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
