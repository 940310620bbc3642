// Each fault of the field, through SoapySDR. Nothing is timed: what should come is waited for with patience.

#include "sensor/device_care.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/sensor/air_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

struct Cared {
  explicit Cared(const std::string& more_args = "") : air(more_args), care(air.options()), reader(care) {}
  DeviceHealth health() const { return *care.health(); }
  bool streams() const { return health().state == DeviceState::streaming; }

  Air air;
  DeviceCare care;
  AirReader reader;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(device_care)

BOOST_AUTO_TEST_CASE(a_device_without_faults_streams_without_a_gap) {
  Cared it;
  BOOST_TEST(it.reader.read_for(1.5));
  BOOST_TEST(it.reader.is_consistent());
  const DeviceHealth health = it.health();
  BOOST_TEST((health.state == DeviceState::streaming));
  BOOST_TEST(health.trouble.empty());
  BOOST_TEST(health.restarts == 0U);
  BOOST_TEST(it.care.info().description == "windhover_air recording");
}

BOOST_AUTO_TEST_CASE(an_overflow_is_a_gap_and_hardware_time_counts_what_it_lost) {
  Cared it(",time=counter");
  BOOST_TEST(it.reader.is_heard());
  it.air.order("overflow 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().overflows >= 3; }));
  it.air.order("");
  BOOST_TEST(it.reader.read_for(0.1));
  BOOST_TEST(it.reader.gaps() >= 3U);
  BOOST_TEST(it.health().lost_samples >= 3U * 10 * Air::kMillisecond);
  BOOST_TEST(it.reader.shift() == 0);
  BOOST_TEST(it.reader.is_consistent());
  BOOST_TEST(it.health().restarts == 0U);
}

BOOST_AUTO_TEST_CASE(without_hardware_time_the_host_clock_finds_what_an_overflow_lost) {
  Cared it;
  BOOST_TEST(it.reader.read_for(1.5));
  it.air.order("overflow 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().overflows >= 10; }));
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.health().lost_samples >= 60U * Air::kMillisecond; }));
  BOOST_TEST(it.reader.is_consistent());
}

BOOST_AUTO_TEST_CASE(a_loss_that_the_driver_keeps_to_itself_is_found) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("silent_loss 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().silent_losses >= 2; }));
  BOOST_TEST(it.health().lost_samples >= 2U * 10 * Air::kMillisecond);
  BOOST_TEST(it.reader.gaps() >= 2U);
  BOOST_TEST(it.reader.is_consistent());
}

BOOST_AUTO_TEST_CASE(silence_that_passes_is_counted_and_told) {
  Cared it;
  BOOST_TEST(it.reader.read_for(1.5));
  it.air.order("timeout 1");
  BOOST_TEST(it.reader.read_until([&] { return !it.streams(); }));
  BOOST_TEST(it.health().trouble == "the device delivers no samples.");
  BOOST_TEST(it.health().silent_s > 0);
  BOOST_TEST(it.health().timeouts > 0U);
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.reader.gaps() >= 1U);
  BOOST_TEST(it.health().lost_samples >= 900U * Air::kMillisecond);
  BOOST_TEST(it.reader.is_consistent());
}

BOOST_AUTO_TEST_CASE(a_stream_that_stays_stuck_is_started_anew) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("stuck_stream 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().timeouts > 0; }));
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.health().restarts == 1 && it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.health().reopened == 0U);
}

BOOST_AUTO_TEST_CASE(a_device_that_stays_stuck_is_opened_anew) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("stuck_device 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().timeouts > 0; }));
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.health().reopened == 1 && it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.health().restarts == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_fails_is_tried_again_until_it_works) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("stream_error 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().failed_opens >= 2; }));
  BOOST_TEST((it.health().state == DeviceState::away));
  BOOST_TEST(it.health().stream_errors >= 1U);
  BOOST_TEST(it.health().trouble.find("STREAM_ERROR") != std::string::npos);
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
}

BOOST_AUTO_TEST_CASE(a_device_that_vanishes_is_waited_for) {
  Cared it(",time=utc");
  const auto is_listed = [] {
    return std::ranges::any_of(list_devices(),
                               [](const DeviceInfo& found) { return found.driver == "windhover_air"; });
  };
  BOOST_TEST(it.reader.is_heard());
  it.air.order("gone 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().failed_opens >= 3; }));
  BOOST_TEST((it.health().state == DeviceState::away));
  BOOST_TEST(!is_listed());
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.health().reopened == 1U);
  BOOST_TEST(it.health().lost_samples > 0U);
  BOOST_TEST(it.reader.is_consistent());
}

BOOST_AUTO_TEST_CASE(a_device_that_comes_back_with_another_rate_is_not_taken) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("gone 1");
  BOOST_TEST(it.reader.read_until([&] { return it.health().failed_opens >= 1; }));
  it.air.order("rate_factor 1.005");
  BOOST_TEST(it.reader.read_until(
      [&] { return it.health().trouble.find("came back with 1.005") != std::string::npos; }));
  BOOST_TEST((it.health().state == DeviceState::away));
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.streams(); }));
  BOOST_TEST(it.reader.is_heard());
}

BOOST_AUTO_TEST_CASE(a_refused_tuning_leaves_the_device_where_it_was) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  it.air.order("refuse_tuning 1");
  BOOST_TEST(!it.care.tune({2440e6}));
  BOOST_TEST(it.health().refused_tunings == 1U);
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.reader.last().centre.value == 2450e6);
  it.air.order("");
  BOOST_TEST(it.care.tune({2450.2e6}));
  BOOST_TEST(it.reader.read_until([&] { return it.reader.last().retuned; }));
  BOOST_TEST(it.reader.last().centre.value == 2450.2e6);
}

BOOST_AUTO_TEST_CASE(utc_comes_from_the_device_or_else_from_the_host) {
  for (const bool of_device : {true, false}) {
    Cared it(of_device ? ",time=utc" : ",time=none");
    BOOST_TEST(it.reader.read_until([&] { return it.reader.time().has_value(); }));
    const auto age = std::chrono::system_clock::now() - *it.reader.time();
    BOOST_TEST((std::chrono::abs(age) < std::chrono::seconds(10)));
    BOOST_TEST(it.health().hardware_time == of_device);
    BOOST_TEST(it.health().time_uncertainty_s.has_value() != of_device);
  }
}

BOOST_AUTO_TEST_CASE(a_gain_step_and_a_saturated_input_interrupt_nothing) {
  Cared it;
  BOOST_TEST(it.reader.is_heard());
  BOOST_TEST(it.reader.largest() <= 999);
  it.air.order("gain_step_db 20");
  BOOST_TEST(it.reader.read_until([&] { return it.reader.largest() > 9000; }));
  BOOST_TEST(it.reader.largest() <= 9990);
  it.air.order("saturated 1");
  BOOST_TEST(it.reader.read_until([&] { return it.reader.largest() == 32767; }));
  it.air.order("");
  BOOST_TEST(it.reader.read_until([&] { return it.reader.largest() <= 999; }));
  BOOST_TEST(it.reader.is_consistent());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_at_first_is_told) {
  Air air;
  air.order("gone 1");
  check_sentence(refusal([&] { DeviceCare care(air.options()); }), "no SDR could be opened");
}

BOOST_AUTO_TEST_SUITE_END()
