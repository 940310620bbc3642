// A device that goes round windows, through the whole pipeline. The aircraft are synthetic.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <map>

#include "decoders/registry.hpp"
#include "sensor/device_care.hpp"
#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/aircraft_on_air.hpp"
#include "tests/support/soapy_module/faults.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using dsp::Hertz;

namespace {

constexpr double kFirst_hz = 2402.5e6, kSecond_hz = 2479.5e6;
const std::string kFirst = "ZZZZ9FAKE00A01", kSecond = "ZZZZ9FAKE00B02";

/// Two aircraft in two windows of 4 MS/s, and the sensor that visits them.
class Hopping final : public FeedSink {
 public:
  explicit Hopping(const std::string& more_args) {
    setenv("SOAPY_SDR_PLUGIN_PATH", WINDHOVER_BINARY_DIR "/soapy", 1);
    SoapyOptions options;
    options.args = "driver=windhover_air,recording=" +
                   synth::render_aircraft_on_air(folder_.path(), {kFirst_hz}, kFirst).string() + ":" +
                   synth::render_aircraft_on_air(folder_.path(), {kSecond_hz}, kSecond).string() +
                   ",control=" + (folder_ / "faults").string() + more_args;
    options.rate = {4e6};
    options.anywhere = true;
    device_ = std::make_unique<DeviceCare>(options);
    plan_ = tuning::make_plan({{"2401e6-2404e6", "2478e6-2481e6"}}, decoders::registry(),
                              {device_->tuning_ranges(), 4e6, {}});
    BOOST_REQUIRE(device_->tune({plan_.windows.at(0).centre_hz}));
  }

  void order(const std::string& faults) const { synth::order_faults(folder_ / "faults", faults); }

  /// Listens until `done`, which is asked after each message, or for so long that something must be wrong.
  bool listen(std::function<bool()> done) {
    done_ = std::move(done);
    const auto begin = std::chrono::steady_clock::now();
    is_patient_ = [begin] { return std::chrono::steady_clock::now() - begin < std::chrono::seconds(60); };
    FeedStage stage({.node = "test", .boot = "boot", .tracker = {}, .links = {.hash = AddressHash("test")}},
                    {this});
    SensorOptions options;
    options.workers = 1;
    options.tuning = plan_;
    Sensor sensor(std::move(device_), decoders::registry(), options);
    sensor.run(stage, stop_);
    return is_done_;
  }

  void publish(const OutgoingMessage& message) override {
    const json body = json::parse(message.json);
    if (body.at("type") == "frame") take_frame(body);
    if (body.at("type") == "status" && body.contains("live")) status_ = body;
    if (body.at("type") == "coverage") coverage_ = body;
    is_done_ |= done_();
    if (is_done_ || !is_patient_()) stop_ = true;
  }

  int frames(double window_hz) const {
    const auto at = frames_.find(window_hz);
    return at == frames_.end() ? 0 : at->second;
  }
  int strays() const { return strays_; }
  std::uint64_t retunes() const {
    return status_.is_null() ? 0 : status_.at("live").at("tuning").at("retunes").get<std::uint64_t>();
  }
  std::uint64_t refused() const {
    return status_.is_null() ? 0 : status_.at("live").at("device").at("refused_tunings").get<std::uint64_t>();
  }
  const json& status() const { return status_; }
  const json& coverage() const { return coverage_; }

 private:
  // Each aircraft must be told on its own channel.
  void take_frame(const json& body) {
    const double centre_hz = body.at("rf").at("center_hz");
    const std::string text = body.dump();
    const bool is_first = centre_hz == 2402e6;
    if (text.find(is_first ? kSecond : kFirst) != std::string::npos || (!is_first && centre_hz != 2480e6))
      ++strays_;
    else
      ++frames_[is_first ? kFirst_hz : kSecond_hz];
  }

  TemporaryFolder folder_;
  std::unique_ptr<DeviceCare> device_;
  tuning::Plan plan_;
  std::atomic<bool> stop_{false};
  std::function<bool()> done_, is_patient_;
  bool is_done_ = false;
  std::map<double, int> frames_;
  int strays_ = 0;
  json status_, coverage_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_device_that_goes_round_two_windows_hears_the_aircraft_of_both) {
  for (const char* const args : {",time=none,tune_ms=20", ",time=utc,tune_ms=5"}) {
    Hopping it(args);
    BOOST_TEST(it.listen([&] {
      return it.frames(kFirst_hz) > 5 && it.frames(kSecond_hz) > 5 && it.retunes() >= 4 &&
             !it.coverage().is_null() && it.coverage().at("bands").size() == 2;
    }));
    BOOST_TEST(it.strays() == 0);
    const json tuning = it.status().at("live").at("tuning");
    BOOST_TEST(tuning.at("windows").size() == 2U);
    BOOST_TEST(tuning.at("windows").at(0).at("center_hz") == kFirst_hz);
    BOOST_TEST(tuning.at("settling_s").get<double>() > 0);
    const double centre_hz = it.status().at("center_hz");
    BOOST_TEST(centre_hz == tuning.at("windows").at(tuning.at("present").get<std::size_t>()).at("center_hz"));
    double share = 0;
    for (const json& band : it.coverage().at("bands")) {
      BOOST_TEST(band.at("share").get<double>() > 0);  // how much a slow machine leaves is open
      share += band.at("share").get<double>();
    }
    BOOST_TEST(share < 1.05);  // of a time that comes from the host
    const double chance = it.coverage().at("intercept").at("odid_bluetooth").at("window");
    BOOST_TEST(chance > 0);
  }
}

BOOST_AUTO_TEST_CASE(a_window_that_is_refused_is_tried_again_while_the_other_is_heard) {
  Hopping it(",time=none");
  it.order("refuse_tuning 1");
  bool was_refused = false;
  int before = 0;
  BOOST_TEST(it.listen([&] {
    if (!was_refused && it.refused() >= 3) {
      was_refused = true;
      before = it.frames(kFirst_hz);
      BOOST_TEST(it.frames(kSecond_hz) == 0);
      it.order("");
    }
    return was_refused && it.frames(kSecond_hz) > 5 && it.frames(kFirst_hz) > before + 5;
  }));
  BOOST_TEST(it.strays() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
