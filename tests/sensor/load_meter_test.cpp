#include "sensor/load_meter.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

using windhover::sensor::LoadMeter;

BOOST_AUTO_TEST_SUITE(load_meter)

BOOST_AUTO_TEST_CASE(a_thread_that_has_ended_has_no_load) {
  LoadMeter meter;
  std::atomic<bool> stop{false};
  std::thread one([&] {
    while (!stop) {
    }
  });
  meter.watch("one", one.native_handle());
  meter.watch("own", pthread_self());
  auto shares = meter.shares();
  BOOST_TEST(shares.at("one") >= 0);
  BOOST_TEST(shares.at("own") >= 0);
  stop = true;
  while (shares.contains("one")) shares = meter.shares();  // until the kernel has taken it away
  BOOST_TEST(shares.at("own") >= 0);
  one.join();
}

BOOST_AUTO_TEST_SUITE_END()
