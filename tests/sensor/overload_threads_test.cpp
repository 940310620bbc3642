// A device that is faster than any machine: the pipeline sheds, says so, and goes on.

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "tests/sensor/pipeline_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

/// Silence, as fast as it is taken.
class Torrent final : public Source {
 public:
  Torrent() {
    info_.format = dsp::SampleFormat::ci16_le;
    info_.rate = {10e6};
    info_.centre = {2440e6};
    info_.live = true;
  }
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.samples = native.size() / 4;
    chunk.first = {next_};
    chunk.centre = info_.centre;
    next_ += static_cast<std::int64_t>(chunk.samples);
    return chunk;
  }

 private:
  SourceInfo info_;
  std::int64_t next_ = 0;
};

class WaitsForOverload final : public FeedSink {
 public:
  explicit WaitsForOverload(std::atomic<bool>& stop) : stop_(stop) {}
  void publish(const OutgoingMessage& message) override {
    const json body = json::parse(message.json);
    const std::string type = body.at("type");
    if (type == "alert" && body.at("id") == "sensor_trouble-overload") was_alerted = true;
    if (type == "status" && body.contains("live") && body["live"]["overload"]["level"] == int{kMostShed})
      most = body;
    if (was_alerted && !most.is_null()) stop_ = true;
    if (std::chrono::steady_clock::now() > patience_) stop_ = true;
  }
  bool was_alerted = false;
  json most;

 private:
  std::atomic<bool>& stop_;
  std::chrono::steady_clock::time_point patience_ =
      std::chrono::steady_clock::now() + std::chrono::minutes(3);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_device_that_is_faster_than_the_machine_makes_it_shed_and_say_so) {
  std::atomic<bool> stop{false};
  WaitsForOverload sink(stop);
  FeedStage stage({.node = "test", .boot = "boot", .publish_rejects = false, .tracker = {}}, {&sink});
  Sensor sensor(std::make_unique<Torrent>(), decoders::registry(), {.workers = 2});
  sensor.run(stage, stop);
  BOOST_TEST(sink.was_alerted);
  BOOST_REQUIRE(!sink.most.is_null());
  const json& overload = sink.most["live"]["overload"];
  BOOST_REQUIRE(overload["shed"].size() == kWorks);
  for (std::size_t i = 0; i < kWorks; ++i)
    BOOST_TEST(overload["shed"][i]["what"] == to_string(static_cast<Work>(i)));
  BOOST_TEST(overload["time_share"] == 0.25);
  BOOST_TEST(overload["shed_s"]["snapshots"].get<double>() > 0);
  // Rows of the waterfall, which go first, nobody wants here: that step is passed over.
  BOOST_TEST(overload["steps"].get<int>() >= kMostShed - 1);
}

BOOST_AUTO_TEST_SUITE_END()
