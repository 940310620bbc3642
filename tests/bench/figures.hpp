#pragma once
// Promised figures: each measures, prints its table as Markdown and says whether the promise is kept.

#include <cstdint>
#include <ostream>
#include <span>
#include <string_view>

namespace windhover::bench {

enum class Effort : std::uint8_t {
  full,   ///< as promised
  quick,  ///< the same with fewer trials, for CI
};

struct Figure {
  std::string_view name;
  std::string_view promise;
  bool in_ci;  ///< under a minute, and no timing
  bool (*measure)(std::ostream& out, Effort effort);
};

std::span<const Figure> figures();

bool real_recording(std::ostream& out, Effort effort);
bool droneid_sensitivity(std::ostream& out, Effort effort);
bool gate_cost(std::ostream& out, Effort effort);
bool noise(std::ostream& out, Effort effort);
bool negatives(std::ostream& out, Effort effort);
bool droneid_speed(std::ostream& out, Effort effort);
bool gateway_restart(std::ostream& out, Effort effort);
bool dragonsync_scene(std::ostream& out, Effort effort);
bool feed_latency(std::ostream& out, Effort effort);
bool ble_1m_sensitivity(std::ostream& out, Effort effort);
bool ble_coded_sensitivity(std::ostream& out, Effort effort);
bool ble_neighbours(std::ostream& out, Effort effort);
bool ble_pcap(std::ostream& out, Effort effort);
bool ble_recordings(std::ostream& out, Effort effort);
bool ble_speed(std::ostream& out, Effort effort);
bool feed_load(std::ostream& out, Effort effort);
bool feed_restart(std::ostream& out, Effort effort);
bool feed_fuzz(std::ostream& out, Effort effort);
bool wifi_ofdm_sensitivity(std::ostream& out, Effort effort);
bool wifi_dsss_sensitivity(std::ostream& out, Effort effort);
bool wifi_recordings(std::ostream& out, Effort effort);
bool wifi_pcap(std::ostream& out, Effort effort);
bool wifi_speed(std::ostream& out, Effort effort);
bool tracker_load(std::ostream& out, Effort effort);
bool tracker_fuzz(std::ostream& out, Effort effort);
bool trust_clean(std::ostream& out, Effort effort);
bool trust_spoof(std::ostream& out, Effort effort);
bool link_attribution(std::ostream& out, Effort effort);
bool link_attribution_air(std::ostream& out, Effort effort);
bool link_kinds(std::ostream& out, Effort effort);
bool link_measures(std::ostream& out, Effort effort);
bool link_bytes(std::ostream& out, Effort effort);
bool link_sorting(std::ostream& out, Effort effort);
bool busy_sky_speed(std::ostream& out, Effort effort);
bool link_load(std::ostream& out, Effort effort);
bool signal_kinds(std::ostream& out, Effort effort);
bool signal_cost(std::ostream& out, Effort effort);
bool emission_detection(std::ostream& out, Effort effort);
bool emission_noise(std::ostream& out, Effort effort);
bool emission_cost(std::ostream& out, Effort effort);
bool live_faults(std::ostream& out, Effort effort);
bool soak(std::ostream& out, Effort effort);
bool start_stop(std::ostream& out, Effort effort);
bool starve(std::ostream& out, Effort effort);
bool retune(std::ostream& out, Effort effort);
bool bank_proof(std::ostream& out, Effort effort);

}  // namespace windhover::bench
