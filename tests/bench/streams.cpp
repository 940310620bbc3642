#include "tests/bench/streams.hpp"

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
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

/// Samples of a known number, written by `fill(first sample, I and Q)`.
class MadeSource final : public sensor::Source {
 public:
  using Fill = std::function<void(std::uint64_t, std::span<std::int16_t>)>;
  MadeSource(const std::string& name, Hertz rate, Hertz centre, std::uint64_t samples, Fill fill)
      : info_{name, dsp::SampleFormat::ci16_le, rate, centre, samples, {}, {}, false},
        fill_(std::move(fill)) {}
  const sensor::SourceInfo& info() const override { return info_; }
  SourceChunk read(std::span<std::byte> native) override {
    SourceChunk chunk;
    chunk.centre = info_.centre;
    chunk.first = {static_cast<std::int64_t>(done_)};
    chunk.samples = std::min<std::uint64_t>(native.size() / 4, *info_.total_samples - done_);
    if (chunk.samples == 0) chunk.state = SourceChunk::State::end;
    // The rings' slots come from the heap, aligned for any type.
    fill_(done_, {reinterpret_cast<std::int16_t*>(native.data()), 2 * chunk.samples});
    done_ += chunk.samples;
    return chunk;
  }

 private:
  sensor::SourceInfo info_;
  Fill fill_;
  std::uint64_t done_ = 0;
};

void copy_round(const Ci16& from, std::uint64_t first, std::span<std::int16_t> out) {
  std::uint64_t at = 2 * first % from.size();
  while (!out.empty()) {
    const std::size_t n = std::min<std::size_t>(out.size(), from.size() - at);
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), n, out.begin());
    out = out.subspan(n);
    at = 0;
  }
}

std::int16_t to_int16(float x) {
  return static_cast<std::int16_t>(std::lrint(std::clamp(x * 32768.0f, -32768.0f, 32767.0f)));
}

void convert_to(std::span<const cf32> iq, std::span<std::int16_t> out) {
  for (std::size_t i = 0; i < iq.size(); ++i) {
    out[2 * i] = to_int16(iq[i].real());
    out[2 * i + 1] = to_int16(iq[i].imag());
  }
}

// Keeps what comes; reading it is no part of the pipeline's work.
class Collector final : public sensor::FeedSink {
 public:
  void publish(const sensor::OutgoingMessage& message) override {
    if (message.kind == "reject") ++rejects_;
    drone_links_ += message.kind == "link" && message.json.find("\"drone_like\":true") != std::string::npos;
    if (message.kind == "status") status_ = message.json;
    if (message.kind == "frame") frames_.push_back({message.json, std::chrono::steady_clock::now()});
  }

  void read(RunResult& result) const {
    result.rejects = rejects_;
    result.status = status_;
    result.drone_links = drone_links_;
    for (const auto& [text, at] : frames_) {
      const auto body = nlohmann::json::parse(text);
      const auto& rf = body.at("rf");
      result.frames.push_back({synth::from_hex(body.at("payload_hex").get<std::string>()), rf.at("start_s"),
                               rf.at("duration_s"),
                               rf.at("center_hz").get<double>() + rf.at("cfo_hz").get<double>(), at, text});
    }
  }

 private:
  struct Published {
    std::string json;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<Published> frames_;
  std::uint64_t rejects_ = 0, drone_links_ = 0;
  std::string status_;
};

}  // namespace

Ci16 to_ci16(std::span<const cf32> iq) {
  Ci16 out(2 * iq.size());
  convert_to(iq, out);
  return out;
}

std::unique_ptr<sensor::Source> memory_source(std::shared_ptr<const Ci16> samples, Hertz rate, Hertz centre,
                                              unsigned rounds) {
  const std::uint64_t total = samples->size() / 2 * rounds;
  return std::make_unique<MadeSource>(
      "memory", rate, centre, total,
      [samples](std::uint64_t first, std::span<std::int16_t> out) { copy_round(*samples, first, out); });
}

std::unique_ptr<sensor::Source> noise_source(Hertz rate, Hertz centre, double seconds, std::uint64_t seed) {
  const auto total = static_cast<std::uint64_t>(seconds * rate.value);
  return std::make_unique<MadeSource>("noise", rate, centre, total,
                                      [random = synth::Random(seed), noise = std::vector<cf32>()](
                                          std::uint64_t, std::span<std::int16_t> out) mutable {
                                        noise.assign(out.size() / 2, cf32{});
                                        random.add_noise(noise, kNoisePower);
                                        convert_to(noise, out);
                                      });
}

RunResult run_pipeline(std::unique_ptr<sensor::Source> source, const sensor::SensorOptions& options,
                       std::span<const decoders::DecoderEntry> registry) {
  RunResult result;
  result.signal_s = static_cast<double>(*source->info().total_samples) / source->info().rate.value;
  Collector collector;
  sensor::FeedStage stage({"bench", "bench", true, {}}, {&collector});
  sensor::Sensor pipeline(std::move(source), registry, options);
  const std::atomic<bool> never{false};
  const double cpu = process_cpu_s();
  result.began = std::chrono::steady_clock::now();
  pipeline.run(stage, never);
  result.cpu_s = process_cpu_s() - cpu;
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - result.began).count();
  collector.read(result);
  return result;
}

std::size_t count_received(const std::vector<Sent>& sent, const RunResult& result,
                           const Tolerance& tolerance) {
  return static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), [&](const Sent& s) {
    return std::any_of(result.frames.begin(), result.frames.end(), [&](const Heard& h) {
      return h.packet == s.packet && std::abs(h.start_s - s.start_s) < tolerance.start_s &&
             std::abs(h.carrier_hz - s.carrier_hz) < tolerance.carrier_hz;
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
