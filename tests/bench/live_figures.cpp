// Figures of a sensor that listens: the real program in a process of its own, with a SoapySDR device that
// plays a recording and fails on command.

#include <algorithm>
#include <chrono>
#include <functional>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/bench/figures.hpp"
#include "tests/bench/live_sensor.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using Clock = LiveSensor::Clock;
using nlohmann::json;

constexpr double kPromisedBack_s = 5, kPromisedVanished_s = 30;

/// 4 MS/s around an advertising channel, on which one aircraft is heard ten times a second.
const json& one_aircraft_scene() {
  static const json scene{
      {"description", "One Remote ID aircraft on Bluetooth LE"},
      {"sample_rate", 4'000'000},
      {"center_frequency", 2'403'000'000},
      {"duration_s", 2.0},
      {"datatype", "ci16_le"},
      {"noise_dbfs", -40},
      {"seed", 7},
      {"emitters",
       {{{"type", "ble_remote_id"},
         {"transport", "legacy"},
         {"address", "C6:00:00:F1:C7:03"},
         {"start_s", 0.02},
         {"interval_s", 0.1},
         {"snr_db", 22},
         {"aircraft", {{"id", "ZZZZ9FAKE00C03"}, {"start", {{"lat_deg", 54.503}, {"lon_deg", 6.495}}}}}}}}};
  return scene;
}

struct FaultCase {
  const char* name;
  const char* order;        ///< see synth::FaultFile
  const char* second = "";  ///< that follows it, where a fault shows when a device comes back only
  double shortest_s = 1.5, longest_s = 4;
  double promised_s = kPromisedBack_s;
  /// Whether a status names it, by the status before it; none: nothing is wrong as long as frames come.
  std::function<bool(const json& before, const json& now)> names{};
};

std::uint64_t device_count(const json& status, const char* name) {
  return status.at("live").at("device").at(name).get<std::uint64_t>();
}
auto counted(const char* name) {
  return [name](const json& before, const json& now) {
    return device_count(now, name) > device_count(before, name);
  };
}
bool is_interrupted(const json&, const json& now) {
  const json& device = now.at("live").at("device");
  return device.at("state") != "streaming" && device.contains("trouble");
}
bool is_saturated(const json& before, const json& now) {
  return now.at("saturated_samples").get<std::uint64_t>() >
         before.at("saturated_samples").get<std::uint64_t>();
}
bool tells_rate_error(const json&, const json& now) {
  const json& device = now.at("live").at("device");
  return device.contains("rate_error_ppm") && device.at("rate_error_ppm").get<double>() < -300;
}

std::vector<FaultCase> fault_cases() {
  return {{"overflow", "overflow 1", "", 1.5, 4, kPromisedBack_s, counted("overflows")},
          {"samples lost in silence", "silent_loss 1", "", 5, 8, kPromisedBack_s, counted("silent_losses")},
          {"time-out", "timeout 1", "", 2.5, 5, kPromisedBack_s, is_interrupted},
          {"stream stuck until started anew", "stuck_stream 1", "", 2.5, 5, kPromisedBack_s, is_interrupted},
          {"device stuck until opened anew", "stuck_device 1", "", 2.5, 5, kPromisedBack_s, is_interrupted},
          {"stream error", "stream_error 1", "", 1.5, 4, kPromisedBack_s, is_interrupted},
          {"vanished", "gone 1", "", 2, 8, kPromisedVanished_s, is_interrupted},
          {"back, but refuses to tune", "gone 1", "refuse_tuning 1", 2, 4, kPromisedBack_s, is_interrupted},
          {"back, but at another rate", "gone 1", "rate_factor 1.005", 2, 4, kPromisedBack_s, is_interrupted},
          {"clock 800 ppm fast", "clock_ppm 800", "", 19, 21, kPromisedBack_s, tells_rate_error},
          {"gain step of 10 dB", "gain_step_db 10", "", 1, 3, kPromisedBack_s, {}},
          {"saturated input", "saturated 1", "", 1.5, 3, kPromisedBack_s, is_saturated}};
}

struct Outcome {
  std::size_t injected = 0, named = 0;
  std::vector<double> back_s;
};

/// false when it did not come back.
bool inject(LiveSensor& live, const FaultCase& fault, double seconds_long, Outcome& outcome) {
  ++outcome.injected;
  const json before = live.status();
  bool named = !fault.names;
  const auto watch = [&](const json& body) {
    if (body.at("type") == "status" && body.contains("live") && !named) named = fault.names(before, body);
    return false;
  };
  const auto for_s = [](double s) {
    return Clock::now() + duration_cast<Clock::duration>(duration<double>(s));
  };
  live.order(fault.order);
  live.listen(for_s(seconds_long), watch);
  if (*fault.second != '\0') {
    live.order(fault.second);
    live.listen(for_s(seconds_long), watch);
  }
  live.order("");
  const auto ended = Clock::now();
  const bool is_back = live.listen(ended + kLivePatience, [&](const json& body) {
    watch(body);
    return body.at("type") == "frame";
  });
  outcome.back_s.push_back(duration<double>(Clock::now() - ended).count());
  // What only the next status can say.
  live.listen(for_s(2.5), [&](const json& body) { return watch(body) || named; });
  outcome.named += named;
  return is_back;
}

}  // namespace

bool live_faults(std::ostream& out, Effort effort) {
  const bool is_full = effort == Effort::full;
  const std::vector<FaultCase> faults = fault_cases();
  std::vector<Outcome> outcomes(faults.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < faults.size(); ++i)
    if (is_full || faults[i].shortest_s <= 2.5) order.insert(order.end(), is_full ? 10 : 1, i);
  std::mt19937 random(7);
  std::shuffle(order.begin(), order.end(), random);

  LiveSensor live({.scene = one_aircraft_scene()});
  bool is_alive = live.hears_aircraft(kLivePatience);
  live.listen_for(2.5);
  for (const std::size_t i : order) {
    if (!is_alive) break;
    std::uniform_real_distribution<double> length_s(faults[i].shortest_s, faults[i].longest_s);
    is_alive = inject(live, faults[i], is_full ? length_s(random) : faults[i].shortest_s, outcomes[i]);
    if (is_full) live.listen_for(std::uniform_real_distribution<double>(0, 3)(random));
  }
  live.listen(Clock::now() + kLivePatience, [&](const json&) { return live.raised() == live.cleared(); });
  out << "| fault | times | back and decoding after its end: median | longest | promised | named by `status` "
         "|\n|---|---|---|---|---|---|\n"
      << std::fixed << std::setprecision(1);
  bool kept = is_alive;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    Outcome& outcome = outcomes[i];
    if (outcome.injected == 0) continue;
    std::sort(outcome.back_s.begin(), outcome.back_s.end());
    out << "| " << faults[i].name << " | " << outcome.injected << " | "
        << outcome.back_s[outcome.back_s.size() / 2] << " s | " << outcome.back_s.back() << " s | "
        << faults[i].promised_s << " s | ";
    if (faults[i].names)
      out << outcome.named << " times |\n";
    else
      out << "nothing to name |\n";
    kept &= outcome.named == outcome.injected;
    if (is_full) kept &= outcome.back_s.back() <= faults[i].promised_s;
  }
  const std::uint64_t lost = live.lost_messages();
  live.stop();
  const bool ended_well = live.ended_well();
  out << "\nAlerts `sensor_trouble`: " << live.raised() << " raised, " << live.cleared()
      << " cleared; messages of the feed lost: " << lost << "; "
      << (ended_well ? "one process from start to end" : "the program **ended by itself**")
      << ". One Remote ID aircraft, heard ten times a second (synthetic).\n";
  return kept && ended_well && lost == 0 && live.raised() > 0 && live.raised() == live.cleared();
}

}  // namespace windhover::bench
