#include "sensor/sensor.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/random.hpp"
#include "tests/support/shared_data.hpp"

using namespace windhover;
using namespace windhover::sensor;
using namespace windhover::sensor::testing;
using dsp::cf32;
using dsp::Hertz;

namespace {

fs::path bundled() { return fs::path(WINDHOVER_SOURCE_DIR) / "captures/rooftop.sigmf-meta"; }

constexpr Hertz kCentre{2450e6};

/// Chunks that a test writes down: samples, holes and retunes in any order.
class ScriptedSource final : public Source {
 public:
  struct Piece {
    std::vector<cf32> samples;
    std::int64_t first;
    Hertz centre = kCentre;
    bool gap = false;
  };
  ScriptedSource(Hertz rate, std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
    info_.description = "script";
    info_.format = dsp::SampleFormat::cf32_le;
    info_.rate = rate;
    info_.centre = pieces_.front().centre;
  }
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.state = SourceChunk::State::end;
    if (piece_ == pieces_.size()) return chunk;
    const Piece& piece = pieces_[piece_];
    chunk.state = SourceChunk::State::samples;
    chunk.samples = std::min(native.size() / sizeof(cf32), piece.samples.size() - done_);
    chunk.first = {piece.first + static_cast<std::int64_t>(done_)};
    chunk.centre = piece.centre;
    chunk.gap = piece.gap && done_ == 0;
    chunk.retuned = done_ == 0 && piece_ > 0 && pieces_[piece_ - 1].centre != piece.centre;
    const auto bytes = std::as_bytes(std::span(piece.samples).subspan(done_, chunk.samples));
    std::copy(bytes.begin(), bytes.end(), native.begin());
    done_ += chunk.samples;
    if (done_ == piece.samples.size()) ++piece_, done_ = 0;
    return chunk;
  }

 private:
  SourceInfo info_;
  std::vector<Piece> pieces_;
  std::size_t piece_ = 0, done_ = 0;
};

std::vector<std::uint8_t> packet(std::uint16_t sequence) {
  synth::DroneIdTelemetry telemetry;
  telemetry.sequence = sequence;
  telemetry.serial = "FICTION0000C03";
  telemetry.lat = synth::droneid_coordinate(54.5);
  telemetry.lon = synth::droneid_coordinate(6.5);
  telemetry.product_type = 58;
  return synth::droneid_telemetry_packet(telemetry);
}

/// Noise of power 1e-4 with one burst of 15 dB.
std::vector<cf32> stretch(Hertz rate, double seconds, double start_s, Hertz offset, std::uint16_t sequence) {
  std::vector<cf32> iq(static_cast<std::size_t>(seconds * rate.value));
  synth::Random(sequence).add_noise(iq, 1e-4);
  const double power = 1e-4 * 9.015e6 / rate.value * std::pow(10, 1.5);
  synth::add_burst(iq, rate, synth::modulate_droneid(synth::transport_block(packet(sequence))),
                   {start_s, offset, power, 1.0, 0});
  return iq;
}

std::vector<int> sequences(const Lines& lines) {
  std::vector<int> found;
  for (const json& frame : lines.of("frame")) found.push_back(frame.at("fields").at("sequence"));
  return found;
}

/// All that is expected, at any depth; the feed says more.
bool holds(const json& found, const json& expected) {
  if (!expected.is_structured()) return found == expected;
  if (expected.is_array() && found.size() != expected.size()) return false;
  for (const auto& [key, value] : expected.items()) {
    const auto member = expected.is_array() ? found.begin() + std::stol(key) : found.find(key);
    if (member == found.end() || !holds(*member, value)) return false;
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(a_recording_gives_the_same_bytes_with_any_number_of_workers) {
  const Lines one = replay(bundled(), {.workers = 1});
  BOOST_TEST(one.of("frame").size() == 62U);
  for (const std::size_t workers : {2, 3, 5}) {
    const Lines more = replay(bundled(), {.workers = workers});
    BOOST_TEST(more.lines == one.lines, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_recording_gives_the_same_bytes_at_its_own_pace) {
  const Hertz rate{10e6};
  const auto script = [&] {
    return std::make_unique<ScriptedSource>(
        rate, std::vector<ScriptedSource::Piece>{{stretch(rate, 0.3, 0.2, {0.4e6}, 7), 0}});
  };
  const auto begin = std::chrono::steady_clock::now();
  const Lines slow = run(script(), {.workers = 2, .pace = Pace::realtime});
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(299)));
  const Lines fast = run(script(), {.workers = 1});
  BOOST_TEST(slow.lines == fast.lines, boost::test_tools::per_element());
  BOOST_TEST(sequences(fast) == std::vector<int>{7}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stop_ends_the_stream_and_tells_a_last_status) {
  class Endless final : public Source {
   public:
    Endless() { info_.format = dsp::SampleFormat::ci16_le, info_.rate = {10e6}, info_.centre = kCentre; }
    const SourceInfo& info() const override { return info_; }
    SourceChunk read(std::span<std::byte> native) override {
      SourceChunk chunk;
      chunk.samples = native.size() / 4;
      chunk.first = {next_};
      chunk.centre = kCentre;
      next_ += static_cast<std::int64_t>(chunk.samples);
      return chunk;
    }

   private:
    SourceInfo info_;
    std::int64_t next_ = 0;
  };
  Lines lines;
  Keeper keeper(lines);
  FeedStage stage({.node = "test", .boot = "boot", .publish_rejects = false, .tracker = {}}, {&keeper});
  Sensor sensor(std::make_unique<Endless>(), decoders::registry(), {.workers = 2});
  std::atomic<bool> stop{false};
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop = true;
  });
  sensor.run(stage, stop);
  BOOST_TEST(!lines.of("status").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(frames_of_the_bundled_scene_are_those_that_were_sent) {
  const auto frames = replay(bundled()).of("frame");
  std::ifstream truth(fs::path(WINDHOVER_SOURCE_DIR) / "captures/rooftop.expected.jsonl");
  std::size_t sent = 0;
  for (std::string line; std::getline(truth, line);) {
    const json expected = json::parse(line);
    if (!expected.at("frame")) continue;
    ++sent;
    const double carrier_tolerance_hz = expected.at("protocol") == "odid" ? 10e3 : 500;
    const auto same = [&](const json& frame) {
      const json& rf = frame.at("rf");
      const double carrier = rf.at("center_hz").get<double>() + rf.at("cfo_hz").get<double>();
      return frame.at("payload_hex") == expected.at("payload_hex") &&
             std::abs(rf.at("start_s").get<double>() - expected.at("start_s").get<double>()) < 10e-6 &&
             std::abs(carrier - expected.at("center_hz").get<double>() -
                      expected.at("cfo_hz").get<double>()) < carrier_tolerance_hz;
    };
    const auto found = std::find_if(frames.begin(), frames.end(), same);
    BOOST_REQUIRE_MESSAGE(found != frames.end(), line);
    for (const char* name : {"protocol", "transport", "transmitter", "counter", "fields", "messages"})
      if (expected.contains(name))
        BOOST_TEST((found->contains(name) && holds(found->at(name), expected.at(name))),
                   name << " of " << line);
    if (expected.contains("channel")) BOOST_TEST(found->at("rf").at("channel") == expected.at("channel"));
  }
  BOOST_TEST(frames.size() == sent);
}

BOOST_AUTO_TEST_CASE(the_real_recording_gives_its_three_bursts_field_by_field) {
  const auto recording = synth::shared_path("captures/dji_droneid_mavic_air2_a.sigmf-meta");
  if (!recording) return;
  const auto frames = replay(*recording).of("frame");
  std::ifstream file(*synth::shared_path("captures/dji_droneid_mavic_air2_a.truth.json"));
  const json truth = json::parse(file);
  BOOST_REQUIRE(frames.size() == truth.at("bursts").size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const json& burst = truth.at("bursts")[i];
    for (const auto& [name, value] : burst.at("fields").items())
      BOOST_TEST((frames[i].at("fields").contains(name) && frames[i].at("fields").at(name) == value), name);
    const double start = frames[i].at("rf").at("start_s");
    BOOST_TEST(std::abs(start - burst.at("start_sample").get<double>() / 50e6) < 1e-6);
  }
  BOOST_TEST(replay(*recording).of("aircraft").back().at("id") == "dji-1WNBH3900201N1");
}

BOOST_AUTO_TEST_CASE(odd_rates_are_resampled_and_keep_their_own_sample_count) {
  const Hertz rate{12.5e6};
  const Lines lines = run(std::make_unique<ScriptedSource>(
      rate, std::vector<ScriptedSource::Piece>{{stretch(rate, 0.05, 0.0401, {1.1e6}, 9), 0}}));
  BOOST_REQUIRE(sequences(lines) == std::vector<int>{9});
  const json rf = lines.of("frame")[0].at("rf");
  BOOST_TEST(std::abs(rf.at("start_s").get<double>() - 0.0401) < 2e-6);
  BOOST_TEST(std::abs(rf.at("sample_index").get<double>() - 0.0401 * 12.5e6) < 25);
  BOOST_TEST(std::abs(rf.at("center_hz").get<double>() + rf.at("cfo_hz").get<double>() - 2451.1e6) < 300);
  BOOST_TEST(json(lines.of("status").back()).at("notes")[0] == "resampled from 12.5 MS/s to 14.4 MS/s");
}

BOOST_AUTO_TEST_CASE(a_rate_too_low_for_any_channel_is_watched_in_peace) {
  const Hertz rate{3.125e6};
  std::vector<cf32> iq(312500);
  synth::Random(3).add_noise(iq, 1e-3);
  const Lines lines =
      run(std::make_unique<ScriptedSource>(rate, std::vector<ScriptedSource::Piece>{{iq, 0}}));
  BOOST_TEST(lines.of("frame").empty());
  BOOST_TEST(lines.of("status").back().at("stream_s").get<double>() == 0.1,
             boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(retunes_and_holes_keep_time_and_carriers_right) {
  const Hertz rate{20e6};
  std::vector<ScriptedSource::Piece> pieces;
  pieces.push_back({stretch(rate, 0.02, 0.010, {2e6}, 1), 0, {2430e6}});
  pieces.push_back({stretch(rate, 0.02, 0.010, {-3e6}, 2), 400'000, {2460e6}});
  pieces.push_back({stretch(rate, 0.02, 0.010, {3e6}, 3), 2'000'000, {2460e6}, true});
  pieces.push_back({stretch(rate, 0.02, 0.010, {0}, 4), 2'400'000, {2430e6}});
  const Lines lines = run(std::make_unique<ScriptedSource>(rate, pieces));
  BOOST_TEST_REQUIRE(sequences(lines) == (std::vector<int>{1, 2, 3, 4}), boost::test_tools::per_element());
  const auto frames = lines.of("frame");
  const double starts[] = {0.010, 0.030, 0.110, 0.130};
  const double carriers[] = {2432e6, 2457e6, 2463e6, 2430e6};
  for (std::size_t i = 0; i < 4; ++i) {
    const json& rf = frames[i].at("rf");
    BOOST_TEST(std::abs(rf.at("start_s").get<double>() - starts[i]) < 2e-6);
    BOOST_TEST(std::abs(rf.at("center_hz").get<double>() + rf.at("cfo_hz").get<double>() - carriers[i]) <
               300);
  }
  const json status = lines.of("status").back();
  BOOST_TEST(status.at("gaps") == 1);
  BOOST_TEST(status.at("lost_samples") == 1'200'000);
  BOOST_TEST(status.at("center_hz") == 2430e6);
}

BOOST_AUTO_TEST_CASE(bursts_at_the_same_time_on_different_carriers_all_come_out) {
  const Hertz rate{61.44e6};
  auto iq = stretch(rate, 0.05, 0.0400, {-25.5e6}, 1);
  const double offsets[] = {-14.93e6, 1.234567e6, 14.5e6, 25.6e6};
  for (std::uint16_t i = 0; i < 4; ++i) {
    const double power = 1e-4 * 9.015e6 / rate.value * std::pow(10, 0.1 * (3.0 * i - 2));
    synth::add_burst(
        iq, rate, synth::modulate_droneid(synth::transport_block(packet(static_cast<std::uint16_t>(i + 2)))),
        {0.0400 + 0.0001 * i, {offsets[i]}, power, 1.0, 0});
  }
  const Lines lines =
      run(std::make_unique<ScriptedSource>(rate, std::vector<ScriptedSource::Piece>{{iq, 0}}));
  auto found = sequences(lines);
  std::sort(found.begin(), found.end());
  BOOST_TEST(found == (std::vector<int>{1, 2, 3, 4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_rate_of_the_banks_raster_runs) {
  for (const double rate : {0.96e6, 1.0e6, 1.96e6, 9.0e6, 61.48e6, 122.88e6}) {
    std::vector<cf32> iq(static_cast<std::size_t>(0.01 * rate));
    synth::Random(3).add_noise(iq, 1e-3);
    const Lines lines =
        run(std::make_unique<ScriptedSource>(Hertz{rate}, std::vector<ScriptedSource::Piece>{{iq, 0}}));
    BOOST_TEST(lines.of("status").back().at("stream_s").get<double>() == 0.01,
               boost::test_tools::tolerance(1e-3));
  }
}

BOOST_AUTO_TEST_CASE(a_hole_inside_a_burst_never_gives_a_wrong_frame) {
  const Hertz rate{20e6};
  const auto whole = stretch(rate, 0.02, 0.010, {1e6}, 5);
  for (const std::int64_t cut : {201'000, 204'000, 207'000, 210'000}) {
    std::vector<ScriptedSource::Piece> pieces{
        {{whole.begin(), whole.begin() + cut}, 0},
        {{whole.begin() + cut + 3000, whole.end()}, cut + 3000, kCentre, true}};
    for (const int sequence : sequences(run(std::make_unique<ScriptedSource>(rate, pieces))))
      BOOST_TEST(sequence == 5);
  }
}

BOOST_AUTO_TEST_CASE(samples_that_are_not_numbers_are_counted_and_harm_only_their_neighbours) {
  const Hertz rate{20e6};
  auto iq = stretch(rate, 0.03, 0.020, {1e6}, 6);
  for (std::size_t i = 100'000; i < 100'050; ++i) iq[i] = {std::numeric_limits<float>::quiet_NaN(), 0};
  const Lines lines =
      run(std::make_unique<ScriptedSource>(rate, std::vector<ScriptedSource::Piece>{{iq, 0}}));
  BOOST_TEST(sequences(lines) == std::vector<int>{6}, boost::test_tools::per_element());
  BOOST_TEST(lines.of("status").back().at("nonfinite_samples") == 50);
  BOOST_TEST(lines.of("status").back().at("gaps") == 1);
}

BOOST_AUTO_TEST_CASE(what_came_before_the_source_failed_is_told_and_the_failure_too) {
  class Failing final : public Source {
   public:
    explicit Failing(std::unique_ptr<Source> inner) : inner_(std::move(inner)) {}
    const SourceInfo& info() const override { return inner_->info(); }
    SourceChunk read(std::span<std::byte> native) override {
      const SourceChunk chunk = inner_->read(native);
      if (chunk.state == SourceChunk::State::end) throw SourceError("the archive is cut off");
      return chunk;
    }

   private:
    std::unique_ptr<Source> inner_;
  };
  const Hertz rate{20e6};
  Lines lines;
  Keeper keeper(lines);
  FeedStage stage({.node = "test", .boot = "boot", .publish_rejects = false, .tracker = {}}, {&keeper});
  Sensor sensor(std::make_unique<Failing>(std::make_unique<ScriptedSource>(
                    rate, std::vector<ScriptedSource::Piece>{{stretch(rate, 0.02, 0.010, {1e6}, 8), 0}})),
                decoders::registry(), {});
  const std::atomic<bool> never{false};
  BOOST_CHECK_THROW(sensor.run(stage, never), SourceError);
  BOOST_TEST(sequences(lines) == std::vector<int>{8}, boost::test_tools::per_element());
}
