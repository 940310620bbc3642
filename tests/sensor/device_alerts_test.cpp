#include "sensor/device_alerts.hpp"

#include <boost/test/unit_test.hpp>

#include "sensor/feed_json.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace std::chrono_literals;

namespace {

/// A status each second.
struct Statuses {
  Statuses() {
    stream.live.emplace();
    stream.live->device.emplace();
  }
  std::vector<AlertMessage> tell() {
    now += 1s;
    stream.samples += 1'000'000;
    std::vector<AlertMessage> due;
    alerts.take(stream, now, due);
    return due;
  }
  /// How many statuses without an alert until the first that clears one.
  std::vector<AlertMessage> tell_until_cleared() {
    for (int i = 0; i < 20; ++i)
      if (auto due = tell(); !due.empty()) return due;
    return {};
  }
  DeviceHealth& device() { return *stream.live->device; }

  StreamStatus stream;
  UtcTime now{};
  DeviceAlerts alerts;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(device_alerts)

BOOST_AUTO_TEST_CASE(an_outage_is_raised_once_and_cleared_when_samples_have_flowed_for_a_while) {
  Statuses statuses;
  BOOST_TEST(statuses.tell().empty());
  statuses.device().state = DeviceState::away;
  statuses.device().trouble = "the device delivers no samples.";
  const auto raised = statuses.tell();
  BOOST_REQUIRE(raised.size() == 1U);
  BOOST_TEST(raised[0].id == "sensor_trouble-no_samples");
  BOOST_TEST((raised[0].category == AlertCategory::sensor_trouble));
  BOOST_TEST(!raised[0].cleared);
  BOOST_TEST(raised[0].text == "the device delivers no samples.");
  BOOST_TEST(to_json(raised[0]).find("\"aircraft\"") == std::string::npos);
  for (int i = 0; i < 30; ++i) BOOST_TEST(statuses.tell().empty());
  statuses.now += DeviceAlerts::kRepeat;
  const auto repeated = statuses.tell();
  BOOST_REQUIRE(repeated.size() == 1U);
  BOOST_TEST(!repeated[0].cleared);
  BOOST_TEST((repeated[0].since == raised[0].since));
  statuses.device().state = DeviceState::streaming;
  const auto cleared = statuses.tell_until_cleared();
  BOOST_REQUIRE(cleared.size() == 1U);
  BOOST_TEST(cleared[0].cleared);
  BOOST_TEST((cleared[0].since == raised[0].since));
}

BOOST_AUTO_TEST_CASE(what_was_over_before_the_status_is_told_too) {
  Statuses statuses;
  statuses.tell();
  statuses.device().restarts = 1;
  BOOST_TEST(statuses.tell().size() == 1U);
  BOOST_TEST(statuses.tell_until_cleared().size() == 1U);
  BOOST_TEST(statuses.tell_until_cleared().empty());
}

BOOST_AUTO_TEST_CASE(each_trouble_has_an_alert_of_its_own) {
  Statuses statuses;
  statuses.tell();
  const auto id_of_next = [&] {
    const auto due = statuses.tell();
    BOOST_REQUIRE(due.size() == 1U);
    return due[0].id;
  };
  statuses.device().overflows = 1;
  BOOST_TEST(id_of_next() == "sensor_trouble-loss");
  statuses.device().rate_error_ppm = 2000;
  BOOST_TEST(id_of_next() == "sensor_trouble-rate");
  statuses.device().refused_tunings = 1;
  BOOST_TEST(id_of_next() == "sensor_trouble-tuning");
  statuses.stream.saturated_samples += 10'000;
  BOOST_TEST(id_of_next() == "sensor_trouble-saturation");
}

BOOST_AUTO_TEST_CASE(the_gain_control_needs_help_at_the_lowest_gain_only) {
  Statuses statuses;
  statuses.device().gain.emplace().set_by = GainOwner::control;
  statuses.tell();
  statuses.stream.saturated_samples += 10'000;
  BOOST_TEST(statuses.tell().empty());
  statuses.device().gain->clips_at_lowest = true;
  const auto due = statuses.tell();
  BOOST_REQUIRE(due.size() == 1U);
  BOOST_TEST(due[0].id == "sensor_trouble-saturation");
  BOOST_TEST(due[0].text.find("lowest gain") != std::string::npos);
  BOOST_TEST(statuses.tell().empty());
}

BOOST_AUTO_TEST_CASE(a_recording_has_no_device) {
  DeviceAlerts alerts;
  StreamStatus stream;
  stream.samples = stream.saturated_samples = 1'000'000;
  std::vector<AlertMessage> due;
  alerts.take(stream, UtcTime{}, due);
  BOOST_TEST(due.empty());
}

BOOST_AUTO_TEST_CASE(an_overload_is_raised_once_and_cleared_when_nothing_has_been_shed_for_a_while) {
  Statuses statuses;
  statuses.stream.live->overload.emplace();
  BOOST_TEST(statuses.tell().empty());
  statuses.stream.live->overload->level = 2;
  const auto raised = statuses.tell();
  BOOST_REQUIRE(raised.size() == 1U);
  BOOST_TEST(raised[0].id == "sensor_trouble-overload");
  for (int i = 0; i < 20; ++i) {  // tries to do without shedding clear nothing
    statuses.stream.live->overload->level = i % 4 == 0 ? 0 : 1;
    BOOST_TEST(statuses.tell().empty());
  }
  statuses.stream.live->overload->level = 0;
  const auto cleared = statuses.tell_until_cleared();
  BOOST_REQUIRE(cleared.size() == 1U);
  BOOST_TEST(cleared[0].cleared);
}

BOOST_AUTO_TEST_CASE(evidence_that_cannot_be_kept_is_told_until_it_can_be_kept_again) {
  Statuses statuses;
  statuses.stream.live->evidence.emplace();
  BOOST_TEST(statuses.tell().empty());
  statuses.stream.live->evidence->failing = true;
  statuses.stream.live->evidence->trouble = "the disk is full";
  const auto raised = statuses.tell();
  BOOST_REQUIRE(raised.size() == 1U);
  BOOST_TEST(raised[0].id == "sensor_trouble-evidence");
  BOOST_TEST(raised[0].text == "Evidence is not kept: the disk is full.");
  for (int i = 0; i < 30; ++i) BOOST_TEST(statuses.tell().empty());
  statuses.stream.live->evidence->failing = false;
  const auto cleared = statuses.tell_until_cleared();
  BOOST_REQUIRE(cleared.size() == 1U);
  BOOST_TEST(cleared[0].cleared);
}

BOOST_AUTO_TEST_SUITE_END()
