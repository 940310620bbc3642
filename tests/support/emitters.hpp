#pragma once
// The senders a scene can hold. A new one is one file with a plan function and one line in kEmitters.

#include <array>
#include <cstdint>
#include <functional>
#include <numbers>
#include <optional>
#include <string>
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
  dsp::Hertz centre{}, rate{};         ///< of the recording
};

inline constexpr Range kLatitude_deg{-90, 90};
inline constexpr Range kLongitude_deg{-180, 180};
inline constexpr double kMetresPerDegree = 6371008.8 * std::numbers::pi / 180;

/// A text that may be left out, of so many bytes at most.
std::string short_text(SceneObject& config, const std::string& key, const std::string& otherwise,
                       std::size_t longest);

/// What is added to a sender's level at an instant, straight lines between.
struct LevelPoint {
  double t_s = 0;
  double db = 0;
};

/// What all emitters have in common: how far off, how loud, through which channel.
struct Radio {
  double cfo_hz = 0;
  double clock_ppm = 0;
  std::optional<double> snr_db;
  std::optional<double> level_dbfs;
  std::vector<Tap> taps;
  std::optional<RicianProfile> rician;  ///< new taps for each transmission
  std::vector<LevelPoint> level_path;   ///< by time; before the first and behind the last it stays

  double level_shift_db(double t_s) const;
};

/// Reads cfo_hz, clock_ppm, snr_db or level_dbfs, level_path, taps, rician.
Radio read_radio(SceneObject& config, const EmitterContext& context);

/// When and where.
struct Schedule {
  std::vector<double> starts_s;
  std::vector<dsp::Hertz> carriers;  ///< one per start
};

/// Reads start_s, interval_s, count, carrier_hz or hop.
Schedule read_schedule(SceneObject& config, const EmitterContext& context, double default_interval_s);

struct Place {
  double start_s = 0;
  dsp::Hertz carrier{};
  double duration_s = 0;
  dsp::Hertz noise_bandwidth{};
};

/// A transmission, at the level of its start, with all but protocol, payload, fields and waveform filled in.
Transmission transmission(const Radio& radio, const Place& place, const EmitterContext& context,
                          Random& random);

/// Reads all of `config` and appends the transmissions, in any order.
using PlanEmitter = void (*)(SceneObject& config, const EmitterContext& context,
                             std::vector<Transmission>& out);

struct EmitterEntry {
  std::string_view type;
  PlanEmitter plan;
};

void plan_ble_advertiser(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_ble_remote_id(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_dji_droneid(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_fhss_gfsk(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_fm_video(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_lora(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_lte_downlink(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_microwave_oven(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_ocusync_control(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_ocusync_video(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_wifi_link(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_wifi_remote_id(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);
void plan_zigbee(SceneObject& config, const EmitterContext& context, std::vector<Transmission>& out);

// clang-format off
inline constexpr std::array kEmitters{
    EmitterEntry{"ble_advertiser", plan_ble_advertiser},
    EmitterEntry{"ble_remote_id", plan_ble_remote_id},
    EmitterEntry{"dji_droneid", plan_dji_droneid},
    EmitterEntry{"fhss_gfsk", plan_fhss_gfsk},
    EmitterEntry{"fm_video", plan_fm_video},
    EmitterEntry{"lora", plan_lora},
    EmitterEntry{"lte_downlink", plan_lte_downlink},
    EmitterEntry{"microwave_oven", plan_microwave_oven},
    EmitterEntry{"ocusync_control", plan_ocusync_control},
    EmitterEntry{"ocusync_video", plan_ocusync_video},
    EmitterEntry{"wifi_link", plan_wifi_link},
    EmitterEntry{"wifi_remote_id", plan_wifi_remote_id},
    EmitterEntry{"zigbee", plan_zigbee},
};
// clang-format on

}  // namespace windhover::synth
