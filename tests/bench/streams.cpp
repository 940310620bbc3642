#include "tests/bench/streams.hpp"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "sensor/feed_stage.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/hex.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {
namespace {

using sensor::SourceChunk;

double process_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

sensor::SourceInfo info_of(const std::string& name, Hertz rate, Hertz centre, std::uint64_t samples) {
  return {name, dsp::SampleFormat::ci16_le, rate, centre, samples, {}, {}, false};
}

class MemorySource final : public sensor::Source {
 public:
  MemorySource(std::shared_ptr<const Ci16> samples, Hertz rate, Hertz centre, unsigned rounds)
      : samples_(std::move(samples)),
        total_(samples_->size() / 2 * rounds),
        info_(info_of("memory", rate, centre, total_)) {}
  const sensor::SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    if (done_ == total_) {
      chunk.state = SourceChunk::State::end;
      return chunk;
    }
    const std::uint64_t length = samples_->size() / 2;
    const std::uint64_t at = done_ % length;
    chunk.samples = std::min<std::uint64_t>({native.size() / 4, length - at, total_ - done_});
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.centre = info_.centre;
    std::memcpy(native.data(), samples_->data() + 2 * at, chunk.samples * 4);
    done_ += chunk.samples;
    return chunk;
  }

 private:
  std::shared_ptr<const Ci16> samples_;
  std::uint64_t total_, done_ = 0;
  sensor::SourceInfo info_;
};

class NoiseSource final : public sensor::Source {
 public:
  NoiseSource(Hertz rate, Hertz centre, double seconds, std::uint64_t seed)
      : total_(static_cast<std::uint64_t>(seconds * rate.value)),
        random_(seed),
        info_(info_of("noise", rate, centre, total_)) {}
  const sensor::SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    if (done_ == total_) {
      chunk.state = SourceChunk::State::end;
      return chunk;
    }
    chunk.samples = std::min<std::uint64_t>(native.size() / 4, total_ - done_);
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.centre = info_.centre;
    noise_.assign(chunk.samples, cf32{});
    random_.add_noise(noise_, kNoisePower);
    const Ci16 samples = to_ci16(noise_);
    std::memcpy(native.data(), samples.data(), chunk.samples * 4);
    done_ += chunk.samples;
    return chunk;
  }

 private:
  std::uint64_t total_, done_ = 0;
  synth::Random random_;
  std::vector<cf32> noise_;
  sensor::SourceInfo info_;
};

class Collector final : public sensor::FeedSink {
 public:
  explicit Collector(RunResult& result) : result_(result) {}
  void publish(const sensor::OutgoingMessage& message) override {
    if (message.kind == "reject") ++result_.rejects;
    if (message.kind != "frame") return;
    const auto now = std::chrono::steady_clock::now();
    const auto json = nlohmann::json::parse(message.json);
    const auto& rf = json.at("rf");
    result_.frames.push_back({synth::from_hex(json.at("payload_hex").get<std::string>()), rf.at("start_s"),
                              rf.at("duration_s"),
                              rf.at("center_hz").get<double>() + rf.at("cfo_hz").get<double>(), now});
  }

 private:
  RunResult& result_;
};

}  // namespace

Ci16 to_ci16(std::span<const cf32> iq) {
  Ci16 out(2 * iq.size());
  const auto rounded = [](float x) {
    return static_cast<std::int16_t>(std::lrint(std::clamp(x * 32768.0f, -32768.0f, 32767.0f)));
  };
  for (std::size_t i = 0; i < iq.size(); ++i) {
    out[2 * i] = rounded(iq[i].real());
    out[2 * i + 1] = rounded(iq[i].imag());
  }
  return out;
}

std::unique_ptr<sensor::Source> memory_source(std::shared_ptr<const Ci16> samples, Hertz rate, Hertz centre,
                                              unsigned rounds) {
  return std::make_unique<MemorySource>(std::move(samples), rate, centre, rounds);
}

std::unique_ptr<sensor::Source> noise_source(Hertz rate, Hertz centre, double seconds, std::uint64_t seed) {
  return std::make_unique<NoiseSource>(rate, centre, seconds, seed);
}

RunResult run_pipeline(std::unique_ptr<sensor::Source> source, const sensor::SensorOptions& options,
                       std::span<const decoders::DecoderEntry> registry) {
  RunResult result;
  result.signal_s = static_cast<double>(*source->info().total_samples) / source->info().rate.value;
  Collector collector(result);
  sensor::FeedStage stage({"bench", "bench", true, {}}, {&collector});
  sensor::Sensor pipeline(std::move(source), registry, options);
  const std::atomic<bool> never{false};
  const double cpu = process_cpu_s();
  result.began = std::chrono::steady_clock::now();
  pipeline.run(stage, never);
  result.cpu_s = process_cpu_s() - cpu;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - result.began).count();
  return result;
}

std::size_t count_received(const std::vector<Sent>& sent, const RunResult& result) {
  return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [&](const Sent& s) {
    return std::any_of(result.frames.begin(), result.frames.end(), [&](const Heard& h) {
      return h.packet == s.packet && std::abs(h.start_s - s.start_s) < 10e-6 &&
             std::abs(h.carrier_hz - s.carrier_hz) < 2e3;
    });
  }));
}

std::vector<std::uint8_t> droneid_packet(std::uint32_t number) {
  synth::DroneIdTelemetry t;
  t.sequence = static_cast<std::uint16_t>(number);
  t.serial = "WHBENCH" + std::to_string(1000000 + number % 1000000);
  t.lat = synth::droneid_coordinate(50 + 1e-5 * number);
  t.lon = synth::droneid_coordinate(5 - 1e-5 * number);
  t.height = static_cast<std::int16_t>(number % 1200);
  t.product_type = 58;
  t.time_ms = 1'700'000'000'000 + number;
  return synth::droneid_telemetry_packet(t);
}

}  // namespace windhover::bench
