// Figure of a sensor that gets half of the processor time that it needs: what it gives up, in which order,
// and how soon it is whole again.

#include <array>
#include <chrono>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/bench/cpu_limit.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/live_sensor.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using Clock = steady_clock;
using nlohmann::json;

constexpr double kPromisedRecovery_s = 10;
constexpr double kTransition_s = 5;  // after the starvation has begun
/// Of the rate before: less is taken for loss, more for chance.
constexpr double kWhole = 0.9, kWholeSlices = 0.75;
constexpr std::size_t kFirstWithSlices = 6;

json aircraft(const char* id) { return {{"id", id}, {"start", {{"lat_deg", 54.503}, {"lon_deg", 6.495}}}}; }

/// 24 MS/s: aircraft that name themselves in three ways, and much else that costs time.
json costly_scene() {
  json emitters = json::array();
  for (int i = 0; i < 2; ++i)
    emitters.push_back({{"type", "dji_droneid"},
                        {"carrier_hz", 2429.5e6},
                        {"start_s", 0.011 + 0.08 * i},
                        {"interval_s", 0.16},
                        {"snr_db", 18},
                        {"aircraft",
                         {{"serial", i == 0 ? "FICTION0000A01" : "FICTION0000B02"},
                          {"product_type", 58},
                          {"pilot", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
                          {"home", {{"lat_deg", 54.5}, {"lon_deg", 6.5}}},
                          {"path", {{{"t_s", 0}, {"lat_deg", 54.5}, {"lon_deg", 6.5}, {"height_m", 20}}}}}}});
  emitters.push_back({{"type", "ble_remote_id"},
                      {"transport", "legacy"},
                      {"address", "C6:00:00:F1:C7:03"},
                      {"start_s", 0.02},
                      {"interval_s", 0.1},
                      {"snr_db", 25},
                      {"aircraft", aircraft("ZZZZ9FAKE00C03")}});
  emitters.push_back({{"type", "wifi_remote_id"},
                      {"format", "odid"},
                      {"transport", "beacon"},
                      {"channel", 6},
                      {"address", "02:00:00:F1:C7:00"},
                      {"start_s", 0.05},
                      {"interval_s", 0.1},
                      {"snr_db", 25},
                      {"aircraft", aircraft("ZZZZ9FAKE0000")}});
  emitters.push_back(
      {{"type", "ocusync_video"}, {"carrier_hz", 2442.5e6}, {"bandwidth_mhz", 10}, {"snr_db", 8}});
  for (int i = 0; i < 4; ++i)
    emitters.push_back({{"type", "ocusync_control"},
                        {"start_s", 1.1e-3 * i},
                        {"snr_db", 12},
                        {"hops", {{"carriers_hz", {2425.8e6, 2427.8e6, 2435.8e6, 2439.8e6, 2443.8e6}}}}});
  for (int i = 0; i < 3; ++i)
    emitters.push_back({{"type", "fhss_gfsk"}, {"preset", "frsky"}, {"start_s", 2e-3 * i}, {"snr_db", 12}});
  emitters.push_back({{"type", "fhss_gfsk"}, {"preset", "bluetooth_classic"}, {"snr_db", 12}});
  emitters.push_back({{"type", "ble_advertiser"}, {"count", 40}, {"interval_s", 0.03}, {"snr_db", 12}});
  return {{"description", "A busy sky"},
          {"sample_rate", 24'000'000},
          {"center_frequency", 2'435'500'000},
          {"duration_s", 2.0},
          {"datatype", "ci8"},
          {"noise_dbfs", -35},
          {"seed", 7},
          {"emitters", emitters}};
}

/// What is counted each second.
constexpr std::size_t kKinds = 6;
constexpr std::array<const char*, kKinds> kNames{
    "DroneID", "Remote ID on Bluetooth", "Remote ID on Wi-Fi", "emissions", "snapshots", "rows"};
constexpr std::size_t kDecoded = 3;  // the first of them
using CountsByKind = std::array<double, kKinds>;

std::optional<std::size_t> kind_of(const json& frame) {
  const auto transport = frame.at("transport").get<std::string>();
  if (frame.at("protocol") == "dji_droneid") return 0;
  if (transport.starts_with("bluetooth")) return 1;
  if (transport.starts_with("wifi")) return 2;
  return std::nullopt;
}

/// From one status to the next.
struct Second {
  double at_s = 0, length_s = 0;
  std::size_t level = 0;
  bool is_steady = false;  // the same level at both ends
  CountsByKind counts{};
};

class ShedListener {
 public:
  explicit ShedListener(LiveSensor& live) : live_(live) {}

  std::vector<Second> listen(double length_s) {
    seconds_.clear();
    begin_ = Clock::now();
    const double cpu_s = cpu_seconds(live_.process());
    live_.listen(begin_ + duration_cast<Clock::duration>(duration<double>(length_s)),
                 [&](const json& body) { return take(body), false; });
    cores_ = (cpu_seconds(live_.process()) - cpu_s) / length_s;
    return seconds_;
  }
  double cores() const { return cores_; }
  /// What was shed, in the order in which it was told to have begun, since the start of the phase.
  std::vector<std::pair<std::string, std::string>> shed() const { return shed_; }
  void forget_shed() { shed_.clear(); }

 private:
  void take(const json& body) {
    const auto type = body.at("type").get<std::string>();
    now_.counts[5] += type == "spectrum";
    if (type == "frame") {
      if (const auto kind = kind_of(body)) ++now_.counts[*kind];
      return;
    }
    if (type != "status" || !body.contains("live")) return;
    const json& overload = body.at("live").at("overload");
    const auto level = overload.at("level").get<std::size_t>();
    for (const json& each : overload.at("shed")) {
      const std::string what = each.at("what");
      if (std::ranges::find(shed_, what, &std::pair<std::string, std::string>::first) == shed_.end())
        shed_.emplace_back(what, each.at("since").get<std::string>());
    }
    const auto emissions = body.at("emissions").at("heard").get<double>();
    const auto snapshots = body.at("emissions").at("snapshots").get<double>();
    const double stream_s = body.at("stream_s");
    now_.at_s = duration<double>(Clock::now() - begin_).count();
    now_.length_s = stream_s - last_stream_s_;
    now_.counts[3] = emissions - last_emissions_;
    now_.counts[4] = snapshots - last_snapshots_;
    now_.is_steady = level == now_.level;
    now_.level = level;
    if (last_stream_s_ > 0) seconds_.push_back(now_);
    now_.counts = {};
    last_stream_s_ = stream_s, last_emissions_ = emissions, last_snapshots_ = snapshots;
  }

  LiveSensor& live_;
  Clock::time_point begin_{};
  std::vector<Second> seconds_;
  std::vector<std::pair<std::string, std::string>> shed_;
  Second now_{};
  double last_stream_s_ = 0, last_emissions_ = 0, last_snapshots_ = 0, cores_ = 0;
};

struct Rates {
  double seconds = 0;
  CountsByKind per_s{};
};

template <typename Which>
Rates rates(const std::vector<Second>& of, Which which) {
  Rates rates;
  for (const Second& second : of) {
    if (!which(second)) continue;
    rates.seconds += second.length_s;
    for (std::size_t i = 0; i < kKinds; ++i) rates.per_s[i] += second.counts[i];
  }
  for (double& each : rates.per_s) each /= std::max(rates.seconds, 1e-9);
  return rates;
}

void print(std::ostream& out, const std::string& name, const Rates& rates, const Rates& before) {
  if (rates.seconds <= 0) return;
  out << "| " << name << " | " << std::setprecision(0) << rates.seconds << " s |";
  for (std::size_t i = 0; i < kKinds; ++i)
    out << ' ' << std::setprecision(1) << rates.per_s[i] << " (" << std::setprecision(0)
        << 100 * rates.per_s[i] / std::max(before.per_s[i], 1e-9) << " %) |";
  out << '\n';
}

/// Whether nothing that names an aircraft falls below `share` of what it was.
bool is_kept(const Rates& rates, const Rates& before, double share) {
  bool kept = true;
  for (std::size_t i = 0; i < kDecoded; ++i) kept &= rates.per_s[i] >= share * before.per_s[i];
  return kept;
}

/// Until nothing is shed for good.
double recovery_s(const std::vector<Second>& after) {
  double last_s = 0;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (after[i].level > 0) last_s = i + 1 < after.size() ? after[i + 1].at_s : 1e9;
  return last_s;
}

}  // namespace

bool starve(std::ostream& out, Effort effort) {
  const double phase_s = effort == Effort::full ? 30 : 12;
  LiveSensor live({.scene = costly_scene(), .topics = {"wh1.spectrum.", "wh1."}});
  CpuLimit limit(live.process());
  if (!live.hears_aircraft(kLivePatience)) return out << "No aircraft was heard.\n", false;
  live.listen_for(8);

  ShedListener listener(live);
  const auto before = listener.listen(phase_s);
  const double needed = listener.cores();
  listener.forget_shed();
  limit.set(needed / 2);
  const auto starved = listener.listen(2 * phase_s);
  const double got = listener.cores();
  const auto shed = listener.shed();
  limit.lift();
  const auto after = listener.listen(phase_s);

  const Rates whole = rates(before, [](const Second&) { return true; });
  const auto at_level = [&](std::size_t level) {
    return rates(starved, [level](const Second& second) {
      return second.at_s > kTransition_s && second.is_steady && second.level == level;
    });
  };
  out << std::fixed << std::setprecision(2) << "It needed " << needed
      << " cores for 24 MS/s of a busy sky and got " << got << ", by " << limit.means()
      << ". Rates a second, and what that is of those before:\n\n| phase | time |";
  for (const char* name : kNames) out << ' ' << name << " |";
  out << "\n|---|---|---|---|---|---|---|---|\n";
  print(out, "before", whole, whole);
  print(out, "starved, first seconds",
        rates(starved, [](const Second& s) { return s.at_s <= kTransition_s; }), whole);
  bool falls_last = true;
  for (std::size_t level = 0; level <= 8; ++level) {
    const Rates here = at_level(level);
    print(out, "starved, level " + std::to_string(level), here, whole);
    constexpr double kShares[] = {1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25};
    // A few seconds tell nothing.
    if (here.seconds < 5) continue;
    const double least = level < kFirstWithSlices ? kWhole : kWholeSlices * kShares[level];
    falls_last &= is_kept(here, whole, least);
  }
  const double back_s = recovery_s(after);
  print(out, "after",
        rates(after, [&](const Second& s) { return s.at_s > std::min(back_s, kPromisedRecovery_s); }), whole);

  out << "\nShed, in the order in which it was told:";
  bool in_order = !shed.empty();
  constexpr const char* kOrder[] = {"spectrum_rows",  "snapshots",          "emissions",
                                    "spare_channels", "secondary_channels", "time_slices"};
  for (std::size_t i = 0; i < shed.size(); ++i) {
    out << (i == 0 ? " " : ", ") << shed[i].first;
    in_order &= shed[i].first == kOrder[i] && (i == 0 || shed[i - 1].second <= shed[i].second);
  }
  out << ". Nothing was shed any more " << std::setprecision(1) << back_s
      << " s after the starvation (promised " << std::setprecision(0) << kPromisedRecovery_s
      << " s). Alerts: " << live.raised() << " raised, " << live.cleared() << " cleared.\n";
  live.stop();
  return in_order && falls_last && back_s <= kPromisedRecovery_s && live.raised() > 0 && live.ended_well();
}

}  // namespace windhover::bench
