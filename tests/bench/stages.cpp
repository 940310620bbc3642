#include "tests/bench/stages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

#include "decoders/registry.hpp"
#include "dsp/energy_gate.hpp"
#include "dsp/fft.hpp"
#include "dsp/filter_bank.hpp"
#include "dsp/sample_format.hpp"
#include "sensor/channel_plan.hpp"
#include "sensor/gatekeeper.hpp"
#include "sensor/spectrum_rows.hpp"
#include "tests/bench/cpu_time.hpp"
#include "tests/bench/scenes.hpp"

namespace windhover::bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Median CPU seconds of one call.
double cost_of(int repeat, std::size_t calls, const std::function<void(std::size_t)>& call) {
  std::vector<double> seconds;
  call(0);
  for (int run = 0; run < repeat; ++run) {
    const double begin = thread_cpu_s();
    for (std::size_t i = 0; i < calls; ++i) call(i);
    seconds.push_back((thread_cpu_s() - begin) / static_cast<double>(calls));
  }
  return median(seconds);
}

double memcpy_gb_per_s(int repeat) {
  constexpr std::size_t kBytes = 64 << 20;
  std::vector<char> from(kBytes, 1), to(kBytes);
  const double seconds = cost_of(repeat, 4, [&](std::size_t i) {
    from[i] = static_cast<char>(i);
    std::memcpy(to.data(), from.data(), kBytes);
  });
  return static_cast<double>(kBytes) / seconds * 1e-9;
}

/// Everything that one rate's stages need, on spectra of noise.
class StageBench {
 public:
  StageBench(Hertz rate, int repeat)
      : repeat_(repeat),
        geometry_(dsp::bank_geometry(rate)),
        forward_(geometry_.fft_size, dsp::FftDirection::forward),
        native_(*speed_scene(rate, false, 7).samples),
        time_(geometry_.fft_size) {
    for (auto& bins : spectra_) {
      convert(next_native());
      bins.resize(geometry_.fft_size);
      forward_.execute(time_.data(), bins.data());
    }
  }

  RateReport measure() {
    report_.rate_hz = geometry_.rate.value;
    const double fft =
        cost_of(repeat_, 2000, [&](std::size_t) { forward_.execute(time_.data(), scratch_bins()); });
    fft_ns_per_sample_ = ns_per_sample(fft);
    report_.fft_ns_per_point = 1e9 * fft / static_cast<double>(geometry_.fft_size);
    add("convert", cost_of(repeat_, 2000, [&](std::size_t) { convert(next_native()); }));
    add("forward FFT", fft);
    measure_gates();
    measure_channels();
    return report_;
  }

 private:
  void measure_gates() {
    sensor::ChannelPlanner planner(geometry_, decoders::registry());
    plan_ = planner.plan({2442e6});
    sensor::Gatekeeper gates(plan_);
    std::vector<std::uint8_t> open(plan_.channels.size());
    const auto judge = [&](std::size_t i) { gates.judge(spectra_[i % spectra_.size()].data(), open); };
    for (std::size_t i = 0; i < 1000; ++i) judge(i);  // until the floors are known
    add("gates", cost_of(repeat_, 2000, judge));
    measure_rows(gates.cells());
  }

  // As the feed thread takes them.
  void measure_rows(std::span<const float> cells) {
    sensor::SpectrumRows rows(geometry_, 1, sensor::Overrun::drop);
    const auto hop = static_cast<std::int64_t>(geometry_.hop);
    std::int64_t block = 0;
    add("rows of the waterfall, when wanted", cost_of(repeat_, 4000, [&](std::size_t) {
          const dsp::SampleIndex first{block * hop};
          rows.push({time_.data(), block, first, first + hop, false, {}}, cells, {2442e6}, 0);
          ++block;
          (void)rows.ring().try_read(0);
        }));
  }

  // One open channel of each decoder, extraction and decoding apart.
  void measure_channels() {
    for (const decoders::DecoderEntry& entry : decoders::registry()) {
      const auto channel = std::find_if(plan_.channels.begin(), plan_.channels.end(),
                                        [&](const sensor::PlannedChannel& c) { return c.decoder == &entry; });
      if (channel == plan_.channels.end()) continue;
      dsp::ChannelTap tap(geometry_, channel->filter, channel->offset_bins);
      const std::string name(entry.name);
      add(name + ": extract one open channel", cost_of(repeat_, 2000, [&](std::size_t i) {
            tap.extract(spectra_[i % spectra_.size()].data(), static_cast<std::int64_t>(i));
          }));
      const auto decoder = entry.make(channel->spec);
      decoders::DecoderOutput output;
      const std::vector<cf32> iq(tap.extract(spectra_[0].data(), 0).begin(),
                                 tap.extract(spectra_[0].data(), 0).end());
      std::int64_t at = 0;
      add(name + ": search one open channel of noise", cost_of(repeat_, 2000, [&](std::size_t) {
            decoder->process({iq, {at}, at == 0}, output);
            at += std::ssize(iq);
            output.frames.clear();
            output.rejects.clear();
          }));
    }
  }

  std::span<const std::byte> next_native() {
    const std::size_t bytes = geometry_.fft_size * 4;
    const auto all = std::as_bytes(std::span(native_));
    if (native_at_ + bytes > all.size()) native_at_ = 0;
    return all.subspan(std::exchange(native_at_, native_at_ + geometry_.hop * 4), bytes);
  }
  void convert(std::span<const std::byte> native) { dsp::convert(native, dsp::SampleFormat::ci16_le, time_); }
  cf32* scratch_bins() { return spectra_.back().data(); }

  double ns_per_sample(double seconds_per_block) const {
    return 1e9 * seconds_per_block / static_cast<double>(geometry_.hop);
  }
  void add(const std::string& stage, double seconds_per_block) {
    const double ns = ns_per_sample(seconds_per_block);
    report_.stages.push_back({stage, ns, 1e-7 * ns * geometry_.rate.value, ns / fft_ns_per_sample_});
  }

  int repeat_;
  dsp::BankGeometry geometry_;
  dsp::Fft forward_;
  Ci16 native_;
  std::size_t native_at_ = 0;
  dsp::AlignedVector<cf32> time_;
  std::array<dsp::AlignedVector<cf32>, 32> spectra_;
  sensor::ChannelPlan plan_{};
  double fft_ns_per_sample_ = 1;
  RateReport report_;
};

PipelineCost measure_pipeline(const std::string& scenario, Hertz rate, const BenchOptions& options,
                              double fft_ns) {
  const Scene scene = speed_scene(rate, scenario == "busy", 41);
  const auto rounds = static_cast<unsigned>(std::max(1.0, std::round(options.seconds / 0.64)));
  PipelineCost cost{.scenario = scenario, .expected = scene.sent.size() * rounds};
  std::vector<double> cpu, wall;
  double signal_s = 0;
  for (int run = 0; run < options.repeat; ++run) {
    const RunResult result =
        run_pipeline(memory_source(scene.samples, rate, scene.centre, rounds), {.workers = 1});
    cpu.push_back(result.cpu_s);
    wall.push_back(result.wall_s);
    signal_s = result.signal_s;
    cost.frames = result.frames.size();
  }
  cost.ns_per_sample = 1e9 * median(cpu) / (signal_s * rate.value);
  cost.core_percent = 100 * median(cpu) / signal_s;
  cost.to_fft = cost.ns_per_sample / fft_ns;
  cost.times_realtime_per_core = signal_s / median(cpu);
  cost.times_realtime_wall = signal_s / median(wall);
  return cost;
}

}  // namespace

BenchReport run_bench(const BenchOptions& options) {
  dsp::set_plan_rigour(dsp::PlanRigour::measure);
  BenchReport report{dsp::fft_library(), "measure", memcpy_gb_per_s(options.repeat), {}, true};
  for (const double rate : options.rates_hz) {
    StageBench stages({rate}, options.repeat);
    RateReport at_rate = stages.measure();
    const double fft_ns = at_rate.fft_ns_per_point / 0.75;
    for (const std::string& scenario : options.scenarios) {
      at_rate.pipelines.push_back(measure_pipeline(scenario, {rate}, options, fft_ns));
      report.complete &= at_rate.pipelines.back().frames >= at_rate.pipelines.back().expected;
    }
    report.rates.push_back(std::move(at_rate));
  }
  return report;
}

}  // namespace windhover::bench
