// Emissions and snapshots on their way through the pipeline.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "dsp/energy_gate.hpp"
#include "dsp/fft.hpp"
#include "sensor/snapshot_planner.hpp"
#include "sensor/snapshot_taker.hpp"
#include "tests/sensor/pipeline_fixture.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/emission_band.hpp"

using namespace windhover;
using namespace windhover::sensor;
using dsp::cf32;
using dsp::Hertz;

namespace {

constexpr Hertz kRate{20e6};
constexpr double kNoise = 1e-4;

std::vector<cf32> bursts(std::size_t count, double period_s) {
  synth::Random random(4);
  std::vector<cf32> iq(
      static_cast<std::size_t>((0.05 + period_s * static_cast<double>(count)) * kRate.value));
  random.add_noise(iq, kNoise);
  for (std::size_t i = 0; i < count; ++i)
    synth::add_burst(iq, kRate, synth::flat_burst(random, 2e-3, {4e6}),
                     {0.03 + period_s * static_cast<double>(i), {i % 2 == 0 ? 5e6 : -5e6}, 10 * kNoise / 5});
  return iq;
}

class MemorySource final : public Source {
 public:
  explicit MemorySource(std::vector<cf32> iq) : iq_(std::move(iq)) {
    info_.description = "memory";
    info_.format = dsp::SampleFormat::cf32_le;
    info_.rate = kRate;
    info_.centre = {5.8e9};
  }
  const SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.samples = std::min(native.size() / sizeof(cf32), iq_.size() - done_);
    chunk.state = chunk.samples > 0 ? SourceChunk::State::samples : SourceChunk::State::end;
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.centre = info_.centre;
    const auto bytes = std::as_bytes(std::span(iq_).subspan(done_, chunk.samples));
    std::copy(bytes.begin(), bytes.end(), native.begin());
    done_ += chunk.samples;
    return chunk;
  }

 private:
  SourceInfo info_;
  std::vector<cf32> iq_;
  std::size_t done_ = 0;
};

/// Keeps the last status.
class StatusSink : public FeedSink {
 public:
  void publish(const OutgoingMessage& message) override {
    if (message.kind == "status") last = nlohmann::json::parse(message.json);
  }
  nlohmann::json last;
};

struct Counts {
  std::uint64_t emissions, signals;
};

Counts counts_of(const std::vector<cf32>& iq, std::size_t workers) {
  StatusSink status;
  FeedStage stage({.node = "test", .boot = "boot"}, {&status});
  Sensor sensor(std::make_unique<MemorySource>(iq), decoders::registry(), {.workers = workers});
  const std::atomic<bool> never{false};
  sensor.run(stage, never);
  return {status.last["emissions"]["heard"], status.last["emissions"]["snapshots"]};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(emissions_and_signals_do_not_depend_on_how_many_workers_there_are) {
  const auto iq = bursts(12, 20e-3);
  for (const std::size_t workers : {1, 2, 3}) {
    const Counts counts = counts_of(iq, workers);
    BOOST_TEST(counts.emissions == 12U);
    BOOST_TEST(counts.signals == 2U);  // one for each place, since 0.25 s have not passed
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_snapshot_holds_the_emission_and_what_was_before_it) {
  const auto iq = bursts(1, 10e-3);
  const auto geometry = dsp::bank_geometry(kRate);
  const dsp::Fft fft(geometry.fft_size, dsp::FftDirection::forward);
  dsp::EmissionDetector detector(geometry);
  SnapshotPlanner planner(geometry);
  SnapshotTaker taker(geometry);
  dsp::AlignedVector<cf32> time(geometry.fft_size);
  dsp::AlignedVector<float> scratch(2 * geometry.fft_size);
  std::vector<float> cells(geometry.fft_size / dsp::kBinsPerCell);
  std::vector<dsp::AlignedVector<cf32>> spectra(1);  // by block
  std::optional<TakenSnapshot> taken;
  for (std::int64_t m = 1; geometry.block_start(m + 1) + std::ssize(time) < std::ssize(iq); ++m) {
    std::copy_n(iq.begin() + geometry.block_start(m), time.size(), time.begin());
    spectra.emplace_back(geometry.fft_size);
    fft.execute(time.data(), spectra.back().data());
    dsp::hann_cells(spectra.back().data(), geometry.fft_size, scratch.data(), cells.data());
    detector.push(m, cells);
    planner.plan(detector, m, std::min<std::int64_t>(m - 1, 47));
    for (const EmissionSnapshotEnd& end : planner.ends()) taken = taker.finish(end);
    for (const SnapshotPlanner::Start& start : planner.starts()) {
      BOOST_TEST(start.back <= kSnapshotReach);
      taker.start(start.order);
      for (std::int64_t back = start.back; back > 0; --back)
        taker.take(start.order.lane, spectra[static_cast<std::size_t>(m - back)].data(), m - back);
      taker.take(start.order.lane, spectra.back().data(), m);
    }
    for (std::size_t lane = 0; lane < kSnapshotLanes; ++lane)
      if ((planner.lanes() >> lane & 1U) != 0) taker.take(lane, spectra.back().data(), m);
  }
  BOOST_TEST_REQUIRE(taken.has_value());
  const auto& snapshot = taken->snapshot;
  BOOST_TEST(snapshot.rate.value == 15.36e6);
  BOOST_TEST(!snapshot.open_start);
  BOOST_TEST(!snapshot.open_end);
  const double begin_s = taken->first / kRate.value + static_cast<double>(snapshot.begin) / 15.36e6;
  BOOST_TEST(std::abs(begin_s - 0.03) < 75e-6);
  BOOST_TEST(std::abs(static_cast<double>(snapshot.end - snapshot.begin) / 15.36e6 - 2e-3) < 100e-6);
  BOOST_TEST(std::abs(snapshot.low.value + 2e6) < 80e3);
  BOOST_TEST(std::abs(snapshot.high.value - 2e6) < 80e3);
  const auto mean_power = [&](std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t i = from; i < to; ++i) sum += static_cast<double>(std::norm(snapshot.iq[i]));
    return sum / static_cast<double>(to - from);
  };
  BOOST_TEST_REQUIRE(snapshot.begin > 1200U);
  BOOST_TEST(mean_power(snapshot.begin + 1200, snapshot.end - 1200) > 1.6e-4);
  BOOST_TEST(mean_power(0, snapshot.begin - 1200) < 8e-5);
}

BOOST_AUTO_TEST_CASE(a_tap_tuned_anew_gives_what_one_made_there_gives) {
  const auto geometry = dsp::bank_geometry(kRate);
  const auto filter = std::make_shared<dsp::ChannelFilter>(geometry, Hertz{1.92e6}, Hertz{1.45e6});
  dsp::ChannelTap moved(geometry, filter, 948), made(geometry, filter, -120);
  std::vector<cf32> bins(geometry.fft_size);
  synth::Random random(1);
  for (cf32& bin : bins) bin = random.complex_normal(1);
  moved.retune(-120);
  const auto wanted = made.extract(bins.data(), 7);
  const auto found = moved.extract(bins.data(), 7);
  BOOST_TEST(std::equal(wanted.begin(), wanted.end(), found.begin(), found.end()));
}
