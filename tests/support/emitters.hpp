#pragma once
// The senders a scene can hold. A new one is one file with a plan function and one line in kEmitters.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/support/random.hpp"
#include "tests/support/scene.hpp"

namespace windhover::synth {

/// What an emitter may know of the scene around it.
struct EmitterContext {
  double duration_s = 0;
  std::optional<SceneTime> start;
  std::optional<double> noise_per_hz;  ///< power density, full scale² / Hz
  std::uint64_t seed = 0;              ///< its own
};

/// What all emitters have in common: when, where, how loud, through which channel.
struct Schedule {
  std::vector<double> starts_s;
  std::vector<dsp::Hertz> carriers;  ///< one per start
  double cfo_hz = 0;
  double clock_ppm = 0;
  std::optional<double> snr_db;
  std::optional<double> level_dbfs;
  std::vector<Tap> taps;
  std::optional<RicianProfile> rician;  ///< new taps for each transmission
};

/// Reads start_s, interval_s, count, carrier_hz or hop, cfo_hz, clock_ppm, snr_db or level_dbfs, taps,
/// rician.
Schedule read_schedule(SceneObject& config, const EmitterContext& context, double default_interval_s);

/// The schedule's n-th transmission with all but protocol, payload, fields and waveform filled in.
Transmission scheduled(const Schedule& schedule, std::size_t n, const EmitterContext& context,
                       double duration_s, dsp::Hertz noise_bandwidth, Random& random);

/// Reads all of `config` and appends the transmissions, in any order.
using PlanEmitter = void (*)(SceneObject& config, const EmitterContext& context,
                             std::vector<Transmission>& out);

struct EmitterEntry {
  std::string_view type;
  PlanEmitter plan;
};

void plan_dji_droneid(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);

inline constexpr std::array kEmitters{
    EmitterEntry{"dji_droneid", plan_dji_droneid},
};

}  // namespace windhover::synth
