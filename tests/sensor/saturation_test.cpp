// Saturated samples and gain steps on their way through the pipeline.

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>

#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/emission_band.hpp"
#include "tests/support/scene_fixture.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using dsp::cf32;

namespace {

json remote_id(const std::string& address, const std::string& id, double start_s, double level_dbfs) {
  return {{"type", "ble_remote_id"},
          {"transport", "legacy"},
          {"address", address},
          {"start_s", start_s},
          {"interval_s", 0.04},
          {"level_dbfs", level_dbfs},
          {"aircraft", {{"id", id}, {"start", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}}}}};
}

/// Two aircraft in turn, one of them 3 dB above what the converter takes: its frames survive being clipped.
json one_of_two_clipped() {
  return {{"sample_rate", 4e6},
          {"center_frequency", 2403e6},
          {"duration_s", 0.5},
          {"noise_dbfs", -40},
          {"datatype", "ci8"},
          {"emitters", json::array({remote_id("C2:12:34:56:78:9A", "FICTION0000LOUD", 0.045, 3),
                                    remote_id("C2:12:34:56:78:9B", "FICTION000QUIET", 0.065, -15)})}};
}

bool is_loud(const json& message) {
  return message.value("aircraft", message.value("id", "")).find("LOUD") != std::string::npos;
}

constexpr double kNoise = 1e-6;

/// Noise with bursts each 50 ms, of which the gain is told; steps come when a test says.
class GainSource final : public Source {
 public:
  GainSource(double seconds, dsp::Hertz rate) : iq_(static_cast<std::size_t>(seconds * rate.value)) {
    synth::Random random(4);
    random.add_noise(iq_, kNoise);
    for (double at = 0.03; at < seconds - 0.01; at += 0.05, ++bursts_)
      synth::add_burst(iq_, rate, synth::flat_burst(random, 2e-3, 0.2 * rate),
                       {at, 0.25 * rate, 10 * kNoise / 5});
    info_.description = "gain";
    info_.format = dsp::SampleFormat::cf32_le;
    info_.rate = rate;
    info_.centre = {5.8e9};
  }
  /// All from `at_s` on is so much louder.
  void step(double at_s, double db) {
    const auto factor = static_cast<float>(std::pow(10, db / 20));
    for (auto i = static_cast<std::size_t>(at_s * info_.rate.value); i < iq_.size(); ++i) iq_[i] *= factor;
  }
  /// From `at_s` on the source says so.
  void tell(double at_s, GainState gain) { told_[static_cast<std::int64_t>(at_s * info_.rate.value)] = gain; }
  std::size_t bursts() const { return bursts_; }

  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.samples = std::min(native.size() / sizeof(cf32), iq_.size() - done_);
    chunk.state = chunk.samples > 0 ? SourceChunk::State::samples : SourceChunk::State::end;
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.centre = info_.centre;
    const auto next = told_.upper_bound(chunk.first.value);
    if (next != told_.begin()) chunk.gain = std::prev(next)->second;
    const auto bytes = std::as_bytes(std::span(iq_).subspan(done_, chunk.samples));
    std::copy(bytes.begin(), bytes.end(), native.begin());
    done_ += chunk.samples;
    return chunk;
  }

 private:
  SourceInfo info_;
  std::vector<cf32> iq_;
  std::map<std::int64_t, GainState> told_;
  std::size_t done_ = 0, bursts_ = 0;
};

std::uint64_t emissions_of(const Lines& lines) {
  return lines.of("status").back().at("emissions").at("heard").get<std::uint64_t>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(saturation)

BOOST_AUTO_TEST_CASE(only_what_was_clipped_says_so) {
  const synth::SceneFolder folder;
  const auto stem = folder.path() / "air";
  synth::render_scene(folder.write(one_of_two_clipped()), stem);
  const fs::path recording = stem.string() + ".sigmf-meta";
  const Lines lines = replay(recording);
  std::size_t loud = 0, quiet = 0;
  for (const json& frame : lines.of("frame")) {
    ++(is_loud(frame) ? loud : quiet);
    BOOST_TEST(frame.at("rf").value("saturated", false) == is_loud(frame));
    BOOST_TEST(!frame.at("rf").contains("rssi_dbm"));
  }
  BOOST_TEST(loud >= 8U);
  BOOST_TEST(quiet >= 8U);
  std::size_t transports = 0;
  for (const json& aircraft : lines.of("aircraft"))
    for (const json& transport : aircraft.at("measured").at("transports")) {
      ++transports;
      BOOST_TEST(transport.value("saturated", false) == is_loud(aircraft));
    }
  BOOST_TEST(transports >= 2U);
  BOOST_TEST(lines.of("status").back().at("saturated_samples") > 100);
  for (const std::size_t workers : {1, 3})
    BOOST_CHECK(replay(recording, {.workers = workers}).lines == lines.lines);
}

BOOST_AUTO_TEST_CASE(a_recording_without_a_gain_has_no_dbm_even_with_a_table) {
  const synth::SceneFolder folder;
  const auto stem = folder.path() / "air";
  synth::render_scene(folder.write(one_of_two_clipped()), stem);
  SensorOptions options;
  options.calibration =
      parse_calibration("frequency_hz,gain_db,offset_db,uncertainty_db\n2.4e9,0,-30,1\n2.5e9,0,-30,1\n", "t");
  const Lines with = replay(stem.string() + ".sigmf-meta", options);
  BOOST_CHECK(with.lines == replay(stem.string() + ".sigmf-meta").lines);
}

// As a driver does it that holds 30 ms back, for both directions.
BOOST_AUTO_TEST_CASE(a_step_that_is_told_makes_no_emission) {
  for (const double db : {-12.0, -6.0, 3.0, 9.0}) {
    auto still = std::make_unique<GainSource>(1.0, dsp::Hertz{20e6});
    auto stepped = std::make_unique<GainSource>(1.0, dsp::Hertz{20e6});
    still->tell(0, {.db = 30});
    stepped->tell(0, {.db = 30});
    stepped->tell(0.4, {.settling = true});
    stepped->step(0.43, db);
    stepped->tell(0.5, {.db = static_cast<float>(30 + db)});
    const std::size_t bursts = still->bursts();
    const std::uint64_t without = emissions_of(run(std::move(still))),
                        with = emissions_of(run(std::move(stepped)));
    BOOST_TEST_CONTEXT(db << " dB: " << with << " of " << without) {
      BOOST_TEST(without >= bursts - 1);
      BOOST_TEST(with <= without);
      BOOST_TEST(with + 3 >= without);  // two of them lie in the 100 ms
    }
  }
}

BOOST_AUTO_TEST_CASE(links_and_their_levels_go_on_over_a_step) {
  SensorOptions options;
  options.calibration = parse_calibration(
      "frequency_hz,gain_db,offset_db,uncertainty_db\n"
      "5.7e9,0,0,1\n5.7e9,60,-60,1\n5.9e9,0,0,1\n5.9e9,60,-60,1\n",
      "t");
  auto source = std::make_unique<GainSource>(12.0, dsp::Hertz{2e6});
  source->tell(0, {.db = 30});
  source->tell(6.0, {.settling = true});
  source->step(6.03, -12);
  source->tell(6.1, {.db = 18});
  const Lines lines = run(std::move(source), options);
  std::map<std::string, std::vector<double>> dbfs, dbm;
  for (const json& link : lines.of("link")) {
    const json& rf = link.at("rf");
    if (link.value("bursts", 0) == 0 || !rf.contains("rssi_dbm")) continue;
    dbfs[link.at("id")].push_back(rf.at("rssi_dbfs"));
    dbm[link.at("id")].push_back(rf.at("rssi_dbm"));
  }
  BOOST_REQUIRE(dbm.size() == 1U);
  const std::vector<double>&of_link = dbm.begin()->second, &seen = dbfs.begin()->second;
  BOOST_REQUIRE(of_link.size() >= 3U);
  BOOST_TEST(std::abs(of_link.front() - of_link.back()) < 1);
  BOOST_TEST(std::abs(seen.front() - seen.back() - 12) < 1);
}

BOOST_AUTO_TEST_SUITE_END()
