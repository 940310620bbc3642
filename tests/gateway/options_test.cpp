#include "gateway/options.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "sensor/config_error.hpp"

using namespace windhover::gateway;
using windhover::sensor::ConfigError;

namespace {

/// One sentence that names what was given.
template <typename Parse>
void refuses(Parse parse, const std::string& text) {
  BOOST_CHECK_EXCEPTION(parse(text), ConfigError, [&](const ConfigError& error) {
    const std::string what = error.what();
    return what.find("'" + text + "'") != std::string::npos && what.find("give") != std::string::npos;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(a_sensor_position_has_two_or_three_numbers) {
  const SensorPosition full = parse_sensor_position("52.37,-4.89,12.5");
  BOOST_TEST(full.lat_deg == 52.37);
  BOOST_TEST(full.lon_deg == -4.89);
  BOOST_TEST(full.hae_m.value() == 12.5);
  BOOST_TEST(!parse_sensor_position("-90,180").hae_m);
  for (const char* text :
       {"", "52", "52,", "52,4,", "52,4,1,2", "91,0", "0,181", "nan,0", "52;4", "52, 4", "1,2,1e9"})
    refuses(parse_sensor_position, text);
}

BOOST_AUTO_TEST_CASE(dragonsync_takes_three_ports_in_a_row) {
  const DragonSyncOptions plain = parse_dragonsync("127.0.0.1");
  BOOST_TEST(plain.aircraft == "tcp://127.0.0.1:4224");
  BOOST_TEST(plain.status == "tcp://127.0.0.1:4225");
  BOOST_TEST(plain.signals == "tcp://127.0.0.1:4226");
  BOOST_TEST(parse_dragonsync("[::1]:5000").signals == "tcp://[::1]:5002");
  for (const char* text :
       {"", "localhost", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65534", "127.0.0.1:x", "[::1"})
    refuses(parse_dragonsync, text);
}

BOOST_AUTO_TEST_CASE(cot_goes_to_udp_addresses) {
  const CotTarget multicast = parse_cot_target("udp://239.2.3.1:6969");
  BOOST_TEST(multicast.address == "239.2.3.1");
  BOOST_TEST(multicast.port == 6969);
  BOOST_TEST(parse_cot_target("udp://[ff02::1]:6969").address == "ff02::1");
  for (const char* text :
       {"", "239.2.3.1:6969", "tcp://1.2.3.4:5", "udp://host:1", "udp://1.2.3.4", "udp://1.2.3.4:0"})
    refuses(parse_cot_target, text);
  BOOST_TEST(parse_cot_type("a-n-A-M-H-Q") == "a-n-A-M-H-Q");
  for (const char* text : {"", "a b", "a\"b"}) refuses(parse_cot_type, text);
}

BOOST_AUTO_TEST_CASE(http_needs_address_and_port) {
  BOOST_TEST(parse_http("0.0.0.0:80").address == "0.0.0.0");
  BOOST_TEST(parse_http("[::1]:0").port == 0);
  for (const char* text : {"", "7380", "localhost:80", "127.0.0.1", "127.0.0.1:99999"})
    refuses(parse_http, text);
}

BOOST_AUTO_TEST_CASE(a_kit_has_a_name_that_dragonsync_and_tak_take) {
  for (const std::string& name : {std::string("WH0001"), std::string("roof-1_a.b"), std::string(64, 'x')})
    BOOST_TEST(parse_kit(name) == name);
  for (const std::string& name : {std::string(""), std::string("a b"), std::string("a/b"),
                                  std::string("\xC3\xA4"), std::string(65, 'x')})
    refuses(parse_kit, name);
  BOOST_TEST(parse_kit(host_kit()) == host_kit());
}

BOOST_AUTO_TEST_SUITE_END()
