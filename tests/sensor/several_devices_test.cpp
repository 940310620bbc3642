// Two devices in one sensor, through SoapySDR, from samples to what the feed says. Nothing is timed by the
// host's clock but patience.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

#include "decoders/registry.hpp"
#include "sensor/device_care.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/sensor.hpp"
#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/sensor/schema_check.hpp"
#include "tests/support/scene_fixture.hpp"
#include "tests/support/soapy_module/faults.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

/// DroneID of one aircraft each 100 ms.
json drone_scene(double center_hz, const std::string& serial) {
  const json path = json::array({{{"t_s", 0}, {"lat_deg", 54.5}, {"lon_deg", 6.5}, {"height_m", 50}}});
  return {{"sample_rate", 15.36e6},
          {"center_frequency", center_hz},
          {"duration_s", 0.5},
          {"noise_dbfs", -50},
          {"datatype", "ci16_le"},
          {"emitters",
           json::array({{{"type", "dji_droneid"},
                         {"carrier_hz", center_hz},
                         {"start_s", 0.02},
                         {"interval_s", 0.1},
                         {"level_dbfs", -25},
                         {"aircraft", {{"serial", serial}, {"product_type", 58}, {"path", path}}}}})}};
}

/// A device that plays one aircraft.
class Antenna {
 public:
  Antenna(const std::string& name, double center_hz, const std::string& serial) : name_(name) {
    setenv("SOAPY_SDR_PLUGIN_PATH", WINDHOVER_BINARY_DIR "/soapy", 1);
    const auto stem = folder_.path() / "air";
    synth::render_scene(folder_.write(drone_scene(center_hz, serial)), stem);
    options_.args = "driver=windhover_air,serial=" + name + ",recording=" + stem.string() +
                    ".sigmf-meta,control=" + (folder_.path() / "faults").string();
    options_.rate = {15.36e6};
    options_.centre = {center_hz};
    options_.gain_db = 30;
  }
  SensorInput open() const {
    return {std::make_unique<DeviceCare>(options_), {.workers = 1, .device = name_}};
  }
  void order(const std::string& faults) const { synth::order_faults(folder_.path() / "faults", faults); }

 private:
  std::string name_;
  synth::SceneFolder folder_;
  SoapyOptions options_;
};

/// Shows each message to `look` until that is content, or for so long that something must be wrong.
class Watcher final : public FeedSink {
 public:
  std::function<bool(const json&)> look;
  std::vector<std::string> lines;
  std::atomic<bool> stop{false};
  bool is_content = false;

  void publish(const OutgoingMessage& message) override {
    lines.push_back(message.json);
    if (is_content) return;
    is_content = look(json::parse(message.json));
    if (is_content || std::chrono::steady_clock::now() > deadline_) stop = true;
  }

 private:
  std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(120);
};

bool run_both(const Antenna& first, const Antenna& second, std::function<bool(const json&)> look) {
  Watcher watcher;
  watcher.look = std::move(look);
  FeedStage stage({.node = "test", .boot = "boot"}, {&watcher});
  std::vector<SensorInput> inputs;
  inputs.push_back(first.open());
  inputs.push_back(second.open());
  Sensor sensor(std::move(inputs), decoders::registry());
  sensor.run(stage, watcher.stop);
  check_schemas(watcher.lines);
  return watcher.is_content;
}

/// Of a device, by what the status tells of each; empty: not yet known.
std::string state_of(const json& status, const std::string& name) {
  for (const json& device : status.at("devices"))
    if (device.at("device") == name && device.contains("live"))
      return device.at("live").at("device").at("state");
  return {};
}

constexpr double kOneCenter_hz = 2414.5e6, kOtherCenter_hz = 5756.5e6;

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_device_that_vanishes_leaves_the_other_one_decoding) {
  const Antenna one("one", kOneCenter_hz, "FICTION0000C03"),
      other("other", kOtherCenter_hz, "FICTION0000D04");
  std::map<std::string, int> frames;
  int frames_alone = 0;  // of the other one in a row
  bool is_ordered = false, is_alone = false, has_alert = false;
  std::string last_time;
  bool runs_back = false;
  const bool is_content = run_both(one, other, [&](const json& message) {
    if (message.at("type") == "status") {
      runs_back |= message.at("time").get<std::string>() < last_time;
      last_time = message.at("time");
      BOOST_TEST(message.at("devices").size() == 2U);
      const std::string state = state_of(message, "other");
      if (is_ordered && !state.empty() && state != "streaming") is_alone = true;
    }
    if (message.at("type") == "alert" && message.at("category") == "sensor_trouble") {
      BOOST_TEST(
          message.at("id").get<std::string>().ends_with("-" + message.at("device").get<std::string>()));
      if (message.at("device") == "other") has_alert = true;
    }
    if (message.at("type") != "frame") return false;
    const std::string serial = message.at("fields").at("serial");
    BOOST_TEST(message.at("device") == (serial == "FICTION0000C03" ? "one" : "other"));
    ++frames[serial];
    // The status is ahead of what is still on its way through the pipeline.
    frames_alone = is_alone && serial == "FICTION0000C03" ? frames_alone + 1 : 0;
    if (!is_ordered && frames.size() == 2) {
      other.order("gone 1\n");
      is_ordered = true;
    }
    return frames_alone >= 10 && has_alert;
  });
  BOOST_TEST(is_content);
  BOOST_TEST(frames.size() == 2U);
  BOOST_TEST(!runs_back);
}

BOOST_AUTO_TEST_CASE(an_aircraft_that_two_devices_hear_is_one) {
  const Antenna one("one", kOneCenter_hz, "FICTION0000C03"),
      other("other", kOtherCenter_hz, "FICTION0000C03");
  std::map<std::string, int> frames;  // by device
  std::set<std::string> aircraft;
  const bool is_content = run_both(one, other, [&](const json& message) {
    if (message.at("type") != "frame") return false;
    ++frames[message.at("device")];
    aircraft.insert(message.at("aircraft").get<std::string>());
    return frames["one"] >= 5 && frames["other"] >= 5;
  });
  BOOST_TEST(is_content);
  BOOST_TEST(aircraft.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
