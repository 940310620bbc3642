// Figures of what runs through the whole pipeline: real recordings, noise, speed, latency.

#include <algorithm>
#include <array>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "dsp/fft.hpp"
#include "sensor/recording_source.hpp"
#include "sensor/resampling_source.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/recordings.hpp"
#include "tests/bench/scenes.hpp"
#include "tests/support/shared_data.hpp"

namespace windhover::bench {
namespace {

constexpr Hertz kStreamCentre{2442e6};

/// A recording heard at another place in frequency than where it was made.
class Elsewhere final : public sensor::Source {
 public:
  Elsewhere(std::unique_ptr<sensor::Source> source, Hertz centre)
      : source_(std::move(source)), info_(source_->info()) {
    info_.centre = centre;
  }
  const sensor::SourceInfo& info() const override { return info_; }
  sensor::SourceChunk read(std::span<std::byte> native) override {
    sensor::SourceChunk chunk = source_->read(native);
    chunk.centre = info_.centre;
    return chunk;
  }

 private:
  std::unique_ptr<sensor::Source> source_;
  sensor::SourceInfo info_;
};

/// As it says itself, or at `centre`.
RunResult replay_recording(const std::filesystem::path& recording, std::optional<Hertz> centre = {}) {
  sensor::RecordingOptions options;
  options.freq_hz = kStreamCentre.value;
  std::vector<std::string> notes;
  auto source = sensor::open_recording(recording, options);
  if (centre) source = std::make_unique<Elsewhere>(std::move(source), *centre);
  return run_pipeline(sensor::at_bank_rate(std::move(source), notes));
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t byte : bytes) (hex += digits[byte >> 4]) += digits[byte & 15];
  return hex;
}

}  // namespace

bool real_recording(std::ostream& out, Effort) {
  const auto truth_file = synth::shared_path("captures/dji_droneid_mavic_air2_a.truth.json");
  if (!truth_file) return recordings_missing(out);
  const auto truth = truth_of(*truth_file);
  const auto result = replay_recording(*synth::shared_path("captures/dji_droneid_mavic_air2_a.sigmf-meta"));
  out << "| sequence | start off by | carrier off by | fields |\n|---|---|---|---|\n"
      << std::fixed << std::setprecision(2);
  bool kept = result.frames.size() == truth.at("bursts").size();
  for (const auto& burst : truth.at("bursts")) {
    // The logical packet is the whole of the fields: equal bytes are equal fields.
    const auto hex = burst.at("payload_91_bytes_hex").get<std::string>();
    const auto found = std::find_if(result.frames.begin(), result.frames.end(),
                                    [&](const Heard& h) { return to_hex(h.packet) == hex; });
    const int sequence = burst.at("fields").at("sequence");
    if (found == result.frames.end()) {
      out << "| " << sequence << " | | | **missing** |\n";
      kept = false;
      continue;
    }
    const double start = burst.at("start_sample").get<double>() / 50e6;
    const double carrier = 2457.5e6 + burst.at("center_offset_hz").get<double>();
    out << "| " << sequence << " | " << 1e6 * (found->start_s - start) << " µs | "
        << found->carrier_hz - carrier << " Hz | equal |\n";
    kept &= std::abs(found->start_s - start) < 10e-6 && std::abs(found->carrier_hz - carrier) < 200;
  }
  return kept;
}

bool noise(std::ostream& out, Effort effort) {
  const double seconds = effort == Effort::full ? 600 : 10;
  const RunResult result = run_pipeline(noise_source({20e6}, kStreamCentre, seconds, 31));
  out << "White noise, 20 MS/s, " << seconds << " s: " << result.frames.size() << " frames, "
      << result.rejects << " rejected attempts.\n";
  return result.frames.empty() && result.rejects <= 1 + static_cast<std::uint64_t>(seconds / 10);
}

bool negatives(std::ostream& out, Effort) {
  const auto folder = synth::shared_path("captures");
  if (!folder) return recordings_missing(out);
  std::vector<std::filesystem::path> recordings;
  for (const auto& entry : std::filesystem::directory_iterator(*folder))
    if (entry.path().extension() == ".sigmf-meta" && !entry.path().filename().string().starts_with("dji_"))
      recordings.push_back(entry.path());
  std::sort(recordings.begin(), recordings.end());
  // Around Bluetooth's first channel and on Wi-Fi's sixth: most would not meet a decoder where they are from.
  const std::array<std::optional<Hertz>, 3> places{std::nullopt, Hertz{2402e6}, Hertz{2437e6}};
  out << "Each at its own frequency, then as if at 2402 and 2437 MHz.\n\n"
         "| recording | frames | rejected attempts | links called a drone's |\n|---|---|---|---|\n";
  bool kept = !recordings.empty();
  for (const auto& recording : recordings) {
    out << "| " << recording.stem().string() << " |";
    std::string rejects, links;
    for (const auto& place : places) {
      const RunResult result = replay_recording(recording, place);
      out << ' ' << result.frames.size();
      rejects.append(1, ' ').append(std::to_string(result.rejects));
      links.append(1, ' ').append(std::to_string(result.drone_links));
      kept &= result.frames.empty() && result.drone_links == 0;
    }
    out << " |" << rejects << " |" << links << " |\n" << std::flush;
  }
  return kept;
}

bool droneid_speed(std::ostream& out, Effort) {
  dsp::set_plan_rigour(dsp::PlanRigour::measure);
  constexpr Hertz kRate{50e6};
  out << "CPU time of all threads together, search over the whole band.\n\n| 50 MS/s | times real time on "
         "one core | ns/sample | "
         "frames |\n|---|---|---|---|\n";
  bool kept = true;
  for (const bool busy : {false, true}) {
    const Scene scene = speed_scene(kRate, busy, 41);
    constexpr unsigned kRounds = 5;
    std::vector<double> speeds;
    std::size_t frames = 0;
    for (int run = 0; run < 5; ++run) {
      const RunResult result =
          run_pipeline(memory_source(scene.samples, scene.rate, scene.centre, kRounds), {.workers = 1});
      speeds.push_back(result.signal_s / result.cpu_s);
      frames = result.frames.size();
    }
    std::sort(speeds.begin(), speeds.end());
    const double median = speeds[speeds.size() / 2];
    const std::size_t expected = scene.sent.size() * kRounds;
    out << "| " << (busy ? "four bursts each 640 ms" : "noise") << " | " << std::fixed << std::setprecision(2)
        << median << " | " << 1e9 / (median * kRate.value) << " | " << frames << " of " << expected << " |\n";
    kept &= median >= (busy ? 1.5 : 2.0) && frames == expected;
  }
  return kept;
}

bool feed_latency(std::ostream& out, Effort) {
  const Scene scene = speed_scene({20e6}, true, 51);
  const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre, 8),
                                        {.pace = sensor::Pace::realtime});
  std::vector<double> latency_ms;
  for (const Heard& h : result.frames)
    latency_ms.push_back(
        1e3 * (std::chrono::duration<double>(h.at - result.began).count() - h.start_s - h.duration_s));
  if (latency_ms.empty()) return false;
  std::sort(latency_ms.begin(), latency_ms.end());
  out << "Replay at real time, 20 MS/s, " << latency_ms.size() << " bursts: median " << std::fixed
      << std::setprecision(1) << latency_ms[latency_ms.size() / 2] << " ms, longest " << latency_ms.back()
      << " ms from a burst's end to the feed.\n";
  return latency_ms.size() == scene.sent.size() * 8 && latency_ms.back() <= 50;
}

}  // namespace windhover::bench
