// A live sensor with a real feed and a real subscriber, against the contract of docs/feed.

#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "decoders/registry.hpp"
#include "feed_peers.hpp"
#include "sensor/feed_client.hpp"
#include "sensor/sensor.hpp"
#include "tests/sensor/schema_check.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/random.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::test;
using namespace std::chrono_literals;
using dsp::cf32;
using dsp::Hertz;
using nlohmann::json;
using windhover::sensor::testing::check_schemas;

namespace {

constexpr Hertz kRate{10e6};
constexpr int kBursts = 4;

std::vector<cf32> bursts() {
  std::vector<cf32> iq(static_cast<std::size_t>(0.2 * kRate.value));
  synth::Random(1).add_noise(iq, 1e-4);
  const double power = 1e-4 * 9.015e6 / kRate.value * std::pow(10, 1.5);
  for (int i = 0; i < kBursts; ++i) {
    synth::DroneIdTelemetry telemetry;
    telemetry.sequence = static_cast<std::uint16_t>(i);
    telemetry.serial = "FICTION0000C03";
    telemetry.lat = synth::droneid_coordinate(54.5);
    telemetry.lon = synth::droneid_coordinate(6.5);
    telemetry.product_type = 58;
    synth::add_burst(
        iq, kRate,
        synth::modulate_droneid(synth::transport_block(synth::droneid_telemetry_packet(telemetry))),
        {0.05 + 0.03 * i, {0}, power, 1.0, 0});
  }
  return iq;
}

/// A device that delivers a few bursts and then nothing any more, as one whose cable has come off.
class SilencedDevice final : public Source {
 public:
  SilencedDevice() : iq_(bursts()) {
    info_.description = "script";
    info_.format = dsp::SampleFormat::cf32_le;
    info_.rate = kRate;
    info_.centre = {2450e6};
    info_.live = true;
  }
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.centre = info_.centre;
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.samples = std::min(native.size() / sizeof(cf32), iq_.size() - done_);
    chunk.state = chunk.samples > 0 ? SourceChunk::State::samples : SourceChunk::State::nothing;
    const auto bytes = std::as_bytes(std::span(iq_).subspan(done_, chunk.samples));
    std::copy(bytes.begin(), bytes.end(), native.begin());
    done_ += chunk.samples;
    is_silent_ = chunk.samples == 0;
    std::this_thread::sleep_for(20ms);  // as fast as the slowest machine that runs this reads
    return chunk;
  }
  std::optional<DeviceHealth> health() const override {
    DeviceHealth health;
    if (!is_silent_) return health;
    health.state = DeviceState::away;
    health.silent_s = 3;
    health.trouble = "the device delivers no samples.";
    health.time_uncertainty_s = 0.01;
    health.rate_error_ppm = -2.5;
    return health;
  }

 private:
  std::atomic<bool> is_silent_{false};
  std::vector<cf32> iq_;
  std::size_t done_ = 0;
  SourceInfo info_;
};

/// All that a subscriber is told until `statuses` of them have come; the sensor runs in another thread.
std::vector<std::string> told_live(std::size_t statuses) {
  std::atomic<bool> stop{false};
  std::atomic<const Feed*> made{nullptr};
  std::thread sensor_thread([&] {
    Feed feed({.endpoint = "tcp://127.0.0.1:*", .node = "roof", .boot = "b"});
    FeedStage stage({.node = "roof", .boot = "b", .publish_rejects = true}, {&feed});
    SensorOptions options{.workers = 1};
    options.tuning =
        tuning::make_plan({{"2440e6-2460e6", "5.8ghz"}}, decoders::registry(), {{}, kRate.value, {}});
    Sensor sensor(std::make_unique<SilencedDevice>(), decoders::registry(), options);
    made = &feed;
    feed.wait_for_subscriber(60s);  // so that it gets the first rows of the waterfall
    sensor.run(stage, stop);
  });
  while (made == nullptr) std::this_thread::yield();
  FeedClient client({.endpoint = made.load()->last_endpoint(),
                     .snapshot_endpoint = made.load()->last_snapshot_endpoint(),
                     .topics = {"wh1.spectrum.", "wh1."}});
  std::vector<std::string> lines;
  std::size_t heard = 0;
  const auto take = [&](const FeedMessage& message) {
    lines.push_back(message.json);
    heard += message.type == "status" ? 1 : 0;
  };
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (heard < statuses && std::chrono::steady_clock::now() < deadline) {
    const auto event = client.next(100ms);
    if (!event) continue;
    if (const auto* message = std::get_if<FeedMessage>(&*event)) take(*message);
    if (const auto* snapshot = std::get_if<FeedSnapshot>(&*event))
      for (const FeedMessage& message : snapshot->messages) take(message);
  }
  stop = true;
  sensor_thread.join();
  return lines;
}

std::vector<json> of_type(const std::vector<std::string>& lines, const std::string& type) {
  std::vector<json> found;
  for (const std::string& line : lines)
    if (json message = json::parse(line); message["type"] == type) found.push_back(std::move(message));
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed_contract)

BOOST_AUTO_TEST_CASE(a_live_sensor_keeps_to_the_schemas_and_tells_its_status_when_samples_stop) {
  const auto lines = told_live(4);
  BOOST_TEST(of_type(lines, "aircraft").size() >= 1U);
  const auto statuses = of_type(lines, "status");
  BOOST_REQUIRE(statuses.size() == 4U);
  for (std::size_t i = 1; i < statuses.size(); ++i) {
    BOOST_TEST(statuses[i]["seq"].get<int>() == statuses[i - 1]["seq"].get<int>() + 1);
    BOOST_TEST(statuses[i]["time"].get<std::string>() > statuses[i - 1]["time"].get<std::string>());
  }
  const auto spectra = of_type(lines, "spectrum");
  const json& live = statuses.back()["live"];
  // Of the 200 ms, whose first block begins in the dark, unless this machine had no time even for that.
  BOOST_TEST((spectra.size() == 1U || live["overload"]["steps"].get<int>() > 0));
  for (const json& row : spectra) BOOST_TEST(row["columns"] == 250);
  BOOST_TEST(!live.contains("lag_s"));
  BOOST_TEST(live["device"]["state"] == "away");
  BOOST_TEST(live["device"]["trouble"] == "the device delivers no samples.");
  BOOST_TEST(live["device"]["silent_s"] == 3);
  BOOST_TEST(live["device"]["time_from"] == "host");
  BOOST_TEST(live["tuning"]["windows"].size() > 1U);
  BOOST_TEST(live["tuning"]["retunes"] == 0);
  const auto alerts = of_type(lines, "alert");
  BOOST_TEST(std::ranges::any_of(
      alerts, [](const json& alert) { return alert["id"] == "sensor_trouble-no_samples"; }));
  BOOST_TEST(statuses.back()["live"]["feed"]["topics"].get<int>() >= 2);

  check_schemas(lines);
}

BOOST_AUTO_TEST_SUITE_END()
