// The gain control with a device: through SoapySDR, from samples to what the feed says. Nothing is timed by
// the host's clock but patience.

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "decoders/registry.hpp"
#include "sensor/feed_stage.hpp"
#include "sensor/sensor.hpp"
#include "tests/sensor/air_fixture.hpp"
#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/random.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;

namespace {

/// The gain at which the device plays a recording as it is.
constexpr double kAsRecorded_db = 30;
constexpr dsp::Hertz kCentre{2414.5e6};

/// DroneID each 100 ms, 20 dB over the noise and with its peaks at full scale when it is played as it is.
json drone_scene() {
  return {
      {"sample_rate", 15.36e6},
      {"center_frequency", kCentre.value},
      {"duration_s", 0.5},
      {"noise_dbfs", -30},
      {"datatype", "ci16_le"},
      {"emitters",
       json::array(
           {{{"type", "dji_droneid"},
             {"carrier_hz", kCentre.value},
             {"start_s", 0.02},
             {"interval_s", 0.1},
             {"level_dbfs", -10},
             {"aircraft",
              {{"serial", "FICTION0000C03"},
               {"product_type", 58},
               {"path",
                json::array({{{"t_s", 0}, {"lat_deg", 54.5}, {"lon_deg", 6.5}, {"height_m", 50}}})}}}}})}};
}

/// A recording on air, with the gain control from `gain_db` on.
class Sky {
 public:
  Sky(const json& scene, double gain_db) {
    setenv("SOAPY_SDR_PLUGIN_PATH", WINDHOVER_BINARY_DIR "/soapy", 1);
    const auto stem = folder_.path() / "air";
    synth::render_scene(folder_.write(scene), stem);
    options_.args =
        "driver=windhover_air,recording=" + stem.string() + ".sigmf-meta,control=" + control().string();
    options_.rate = {scene.at("sample_rate").get<double>()};
    options_.centre = {scene.at("center_frequency").get<double>()};
    options_.gain_db = gain_db;
    options_.gain_control = true;
  }
  const SoapyOptions& options() const { return options_; }
  fs::path control() const { return folder_.path() / "faults"; }
  void order(const std::string& faults) const { synth::order_faults(control(), faults); }

 private:
  synth::SceneFolder folder_;
  SoapyOptions options_;
};

/// Reads chunks of 4 ms and looks at them.
class Chunks {
 public:
  explicit Chunks(DeviceCare& care)
      : care_(care), native_(static_cast<std::size_t>(care.info().rate.value * 4e-3) * 4) {}

  /// Reads until nothing has clipped for `calm` chunks; gives how many came up to then.
  std::size_t until_calm(std::size_t calm, std::size_t most) {
    std::size_t read = 0, last_clipped = 0;
    while (read < most && read < last_clipped + calm) {
      const SourceChunk chunk = care_.read(native_);
      if (chunk.state != SourceChunk::State::samples) continue;
      ++read;
      const auto levels =
          dsp::measure_levels(std::span(native_).first(4 * chunk.samples), care_.info().format);
      if (static_cast<double>(levels.saturated) > 1e-4 * static_cast<double>(levels.samples))
        last_clipped = read;
    }
    return last_clipped;
  }
  template <typename Done>
  bool until(Done done, std::size_t most) {
    for (std::size_t read = 0; read < most;) {
      if (done()) return true;
      read += care_.read(native_).state == SourceChunk::State::samples;
    }
    return done();
  }

 private:
  DeviceCare& care_;
  std::vector<std::byte> native_;
};

GainHealth gain_of(const DeviceCare& care) { return care.health()->gain.value(); }

/// Some clipped crests, which the control lets pass, are flagged and change no level.
bool is_clean(const json& rf) {
  return rf.contains("rssi_dbm") && (!rf.contains("saturated") || rf.at("rssi_dbfs").get<double>() < -4);
}

/// Keeps frames and statuses, and says when it has enough.
class Listener final : public FeedSink {
 public:
  Listener(std::size_t enough, std::atomic<bool>& stop) : enough_(enough), stop_(stop) {}
  void publish(const OutgoingMessage& message) override {
    if (message.kind == "status")
      if (json body = json::parse(message.json); body.contains("live")) status = std::move(body);
    if (message.kind == "frame") frames.push_back(json::parse(message.json));
    clean_ += message.kind == "frame" && is_clean(frames.back().at("rf"));
    const bool is_late = std::chrono::steady_clock::now() > deadline_;
    if ((clean_ >= enough_ && !status.is_null()) || is_late) stop_ = true;
  }
  std::size_t clean() const { return clean_; }
  std::vector<json> frames;
  json status;

 private:
  std::size_t enough_, clean_ = 0;
  std::atomic<bool>& stop_;
  std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + std::chrono::seconds(120);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(gain_air)

// From 20 dB too much two steps of 12 dB do; a burst comes each 25 chunks, and a step needs as many to
// settle.
BOOST_AUTO_TEST_CASE(a_signal_that_clips_is_brought_below_within_150_chunks) {
  const Sky sky(drone_scene(), kAsRecorded_db + 20);
  DeviceCare care(sky.options());
  Chunks chunks(care);
  const std::size_t clipped = chunks.until_calm(100, 500);
  BOOST_TEST(clipped > 0U);
  BOOST_TEST(clipped <= 150U);
  const GainHealth gain = gain_of(care);
  BOOST_TEST((gain.set_by == GainOwner::control));
  BOOST_TEST((gain.reason == GainReason::clipping));
  BOOST_TEST(gain.lowered >= 2U);
  BOOST_TEST(gain.raised == 0U);
  BOOST_TEST(!gain.clips_at_lowest);
  BOOST_TEST(*gain.gain_db <= kAsRecorded_db);
  BOOST_TEST(*gain.gain_db >= kAsRecorded_db - 12);

  // What is added before the device, a neighbour's amplifier say, is taken away again.
  sky.order("gain_step_db 20");
  BOOST_TEST(chunks.until([&] { return gain_of(care).lowered > gain.lowered; }, 500));
  BOOST_TEST(chunks.until_calm(100, 500) <= 150U);
  BOOST_TEST(*gain_of(care).gain_db <= *gain.gain_db - 12);
}

BOOST_AUTO_TEST_CASE(an_input_too_strong_for_the_lowest_gain_is_told) {
  const Sky sky(drone_scene(), 6);
  DeviceCare care(sky.options());
  Chunks chunks(care);
  sky.order("saturated 1");
  BOOST_TEST(chunks.until([&] { return gain_of(care).clips_at_lowest; }, 500));
  BOOST_TEST(*gain_of(care).gain_db == 0);
}

// Noise of 0.4 steps of the converter, of which it hears less than there is.
BOOST_AUTO_TEST_CASE(a_quiet_sky_raises_the_gain_until_the_converter_hears_it) {
  // The only emitter is out of the band.
  const Sky sky({{"sample_rate", 1e6},
                 {"center_frequency", 2450e6},
                 {"duration_s", 0.5},
                 {"noise_dbfs", -95},
                 {"datatype", "cf32_le"},
                 {"emitters", drone_scene().at("emitters")}},
                kAsRecorded_db);
  DeviceCare care(sky.options());
  Chunks chunks(care);
  BOOST_TEST(chunks.until([&] { return gain_of(care).noise_lsb.value_or(0) >= 1; }, 10'000));
  BOOST_TEST(*gain_of(care).gain_db > kAsRecorded_db);
  BOOST_TEST(*gain_of(care).gain_db <= kAsRecorded_db + 15);
  BOOST_TEST((gain_of(care).reason == GainReason::converter_noise));
  BOOST_TEST(gain_of(care).lowered == 0U);
}

BOOST_AUTO_TEST_CASE(drone_id_is_decoded_after_it_clipped_and_its_dbm_are_right_at_every_gain) {
  const Sky sky(drone_scene(), kAsRecorded_db + 20);
  SensorOptions options;
  options.workers = 1;
  // 0 dBFS at gain g are -g dBm.
  options.calibration = parse_calibration(
      "frequency_hz,gain_db,offset_db,uncertainty_db\n"
      "2.4e9,0,0,1\n2.4e9,60,-60,1\n2.5e9,0,0,1\n2.5e9,60,-60,1\n",
      "t");
  std::atomic<bool> stop{false};
  Listener listener(3, stop);
  FeedStage stage({.node = "test", .boot = "boot"}, {&listener});
  std::vector<decoders::DecoderEntry> drone_id;
  for (const decoders::DecoderEntry& each : decoders::registry())
    if (each.name == "dji_droneid") drone_id.push_back(each);
  BOOST_REQUIRE(drone_id.size() == 1U);
  Sensor sensor(std::make_unique<DeviceCare>(sky.options()), drone_id, options);
  sensor.run(stage, stop);
  BOOST_TEST(listener.clean() >= 3U);
  for (const json& frame : listener.frames) {
    const json& rf = frame.at("rf");
    if (!is_clean(rf)) continue;
    BOOST_TEST(std::abs(rf.at("rssi_dbm").get<double>() - (-10 - kAsRecorded_db)) < 1);
    BOOST_TEST(rf.at("rssi_dbm_uncertainty_db").get<double>() >= 1);
  }
  const json gain = listener.status.at("live").at("device").at("gain");
  BOOST_TEST(gain.at("set_by") == "control");
  BOOST_TEST(gain.at("lowered") >= 1);
}

BOOST_AUTO_TEST_CASE(a_fixed_gain_stays_fixed) {
  Sky sky(drone_scene(), kAsRecorded_db + 20);
  SoapyOptions options = sky.options();
  options.gain_control = false;
  DeviceCare care(options);
  Chunks chunks(care);
  chunks.until([] { return false; }, 200);
  BOOST_TEST((gain_of(care).set_by == GainOwner::user));
  BOOST_TEST(*gain_of(care).gain_db == kAsRecorded_db + 20);
  BOOST_TEST(gain_of(care).lowered == 0U);
}

BOOST_AUTO_TEST_CASE(a_device_that_comes_back_has_the_gain_that_it_had) {
  const Sky sky(drone_scene(), kAsRecorded_db + 20);
  DeviceCare care(sky.options());
  Chunks chunks(care);
  chunks.until_calm(100, 500);
  const double gain_db = *gain_of(care).gain_db;
  sky.order("stuck_device 1");
  BOOST_TEST(chunks.until([&] { return care.health()->timeouts > 0; }, 100'000));
  sky.order("");
  BOOST_TEST(chunks.until([&] { return care.health()->reopened >= 1; }, 100'000));
  chunks.until([] { return false; }, 50);
  BOOST_TEST(*gain_of(care).gain_db == gain_db);
}

BOOST_AUTO_TEST_SUITE_END()
