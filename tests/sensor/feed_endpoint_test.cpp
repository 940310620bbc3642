#include "sensor/feed_endpoint.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "sensor/config_error.hpp"

using namespace windhover::sensor;

BOOST_AUTO_TEST_SUITE(feed_endpoint)

BOOST_AUTO_TEST_CASE(snapshots_are_at_the_next_port) {
  BOOST_TEST(snapshot_endpoint_of("tcp://127.0.0.1:7301") == "tcp://127.0.0.1:7302");
  BOOST_TEST(snapshot_endpoint_of("tcp://[::1]:7301") == "tcp://[::1]:7302");
  BOOST_TEST(snapshot_endpoint_of("tcp://roof.example:65534") == "tcp://roof.example:65535");
  BOOST_TEST(snapshot_endpoint_of("tcp://127.0.0.1:*") == "tcp://127.0.0.1:*");
  BOOST_TEST(snapshot_endpoint_of("ipc:///run/windhover/feed") == "ipc:///run/windhover/feed.snapshot");
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused) {
  for (const char* text :
       {"", "localhost", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:7x",
        "tcp://127.0.0.1:65535", "tcp://127.0.0.1:99999999999999999999", "ipc://", "udp://1.2.3.4:5"})
    BOOST_CHECK_EXCEPTION(snapshot_endpoint_of(text), ConfigError, [&](const ConfigError& error) {
      return std::string(error.what()).find("'" + std::string(text) + "'") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(only_addresses_of_this_machine_count_as_local) {
  for (const char* text :
       {"tcp://127.0.0.1:7301", "tcp://127.1.2.3:*", "tcp://[::1]:7301", "tcp://lo:7301", "ipc:///run/feed"})
    BOOST_TEST(is_local_endpoint(text), text);
  for (const char* text :
       {"tcp://*:7301", "tcp://0.0.0.0:7301", "tcp://192.168.1.2:7301", "tcp://[::]:7301", "tcp://eth0:7301",
        "tcp://localhost.example:7301", "tcp://127.0.0.1.example:7301", "tcp://127.example.1.2:7301",
        "tcp://[::ffff:10.0.0.1]:7301", "tcp://1127.0.0.1:7301", "pgm://lo;224.0.0.1:5555", ""})
    BOOST_TEST(!is_local_endpoint(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
