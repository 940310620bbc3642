// Frame errors against SNR through the whole pipeline: converter, bank, gates, search, decoder, feed.

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>

#include "decoders/registry.hpp"
#include "tests/bench/curve.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/scenes.hpp"

namespace windhover::bench {
namespace {

using synth::DroneIdVariant;

std::size_t trials(Effort effort) { return effort == Effort::full ? 300 : 100; }

double droneid_frame_error(const SensitivityCase& c) {
  const Scene scene = sensitivity_scene(c);
  const RunResult result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre));
  return 1 - static_cast<double>(count_received(scene.sent, result)) / static_cast<double>(scene.sent.size());
}

bool droneid_curve(std::ostream& out, const char* name, SensitivityCase c,
                   std::span<const CurvePoint> points) {
  // With fewer trials a frame or two more are chance.
  return print_curve(out, name, points, c.bursts < 300 ? 0.02 : 0, [&](double snr_db) {
    c.snr_db = snr_db;
    return droneid_frame_error(c);
  });
}

// Every channel of every decoder without its gate.
std::vector<decoders::ChannelSpec> ungated_channels(decoders::Band band) {
  auto channels = decoders::registry().front().channels(band);
  for (auto& channel : channels) channel.gate = decoders::Gate::always;
  return channels;
}

}  // namespace

bool droneid_sensitivity(std::ostream& out, Effort effort) {
  const std::size_t n = trials(effort);
  out << n
      << " bursts a point; carrier anywhere in 20 MS/s, carrier offset ±40 kHz, any fraction of a sample; "
         "synthetic "
      << "bursts in white noise. Es/N0 per subcarrier.\n\n| signal | Es/N0 | frame error | promised "
         "|\n|---|---|---|---|\n";
  const std::array nine{CurvePoint{-4.0}, CurvePoint{-3.5}, CurvePoint{-3.0, 0.10}, CurvePoint{-2.5, 0.01},
                        CurvePoint{-2.0, 0.01}};
  const std::array eight{CurvePoint{-3.5}, CurvePoint{-3.0}, CurvePoint{-2.5, 0.10}, CurvePoint{-2.0, 0.01}};
  const std::array faded{CurvePoint{-3.0}, CurvePoint{-2.0}, CurvePoint{-1.5, 0.10}, CurvePoint{-1.0, 0.01}};
  const std::array strong{CurvePoint{10.0, 0.0}, CurvePoint{30.0, 0.0}};
  bool kept = droneid_curve(out, "9 symbols", {.bursts = n, .seed = 11}, nine);
  kept &= droneid_curve(out, "8 symbols", {.variant = DroneIdVariant::eight_symbols, .bursts = n, .seed = 12},
                        eight);
  kept &= droneid_curve(out, "9 symbols, 3 Rician taps over 400 ns, 20 ppm",
                        {.bursts = n, .multipath = true, .clock_ppm = 20, .seed = 13}, faded);
  kept &= droneid_curve(out, "9 symbols, strong", {.bursts = n, .seed = 14}, strong);
  return kept;
}

bool gate_cost(std::ostream& out, Effort effort) {
  SensitivityCase c{.bursts = trials(effort), .seed = 21};
  const auto missed = [&](double snr_db, bool gated) {
    c.snr_db = snr_db;
    const Scene scene = sensitivity_scene(c);
    static constexpr std::array kUngated{decoders::DecoderEntry{
        "dji_droneid", ungated_channels,
        [](const decoders::ChannelSpec& spec) { return decoders::registry().front().make(spec); }}};
    const auto registry = gated ? decoders::registry() : std::span<const decoders::DecoderEntry>(kUngated);
    const auto result = run_pipeline(memory_source(scene.samples, scene.rate, scene.centre), {}, registry);
    return static_cast<double>(scene.sent.size() - count_received(scene.sent, result));
  };
  const double above = missed(-3.2, false), at = missed(-3.4, false), gated = missed(-3.4, true);
  const double per_db = std::max(1.0, (at - above) / 0.2);
  const double cost_db = std::max(0.0, gated - at) / per_db;
  out << "| | missed of " << c.bursts << " |\n|---|---|\n| no gates, -3.2 dB | " << above
      << " |\n| no gates, -3.4 dB | " << at << " |\n| gates, same bursts and noise, -3.4 dB | " << gated
      << " |\n\nCost: " << std::setprecision(2) << cost_db << " dB.\n";
  return cost_db < 0.1;
}

}  // namespace windhover::bench
