#include "tests/support/emitters.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <numbers>

namespace windhover::synth {
namespace {

constexpr Range kCarrier_hz{0, 300e9};
constexpr Range kLevel_db{-200, 100};

void read_timing(SceneObject& config, const EmitterContext& context, double default_interval_s,
                 Schedule& out) {
  const double start_s = config.number("start_s", {0, 1e9});
  const double interval_s = config.number_or("interval_s", default_interval_s, {1e-6, 1e9});
  const auto room = static_cast<std::int64_t>(std::floor((context.duration_s - start_s) / interval_s)) + 1;
  const std::int64_t count = config.integer_or("count", std::max<std::int64_t>(room, 1), {1, 1e9});
  for (std::int64_t n = 0; n < count; ++n)
    out.starts_s.push_back(whole_nanoseconds(start_s + static_cast<double>(n) * interval_s));
  if (out.starts_s.back() >= context.duration_s)
    config.fail("count", "small enough that all transmissions start within duration_s");
}

void read_carriers(SceneObject& config, Schedule& out) {
  if (!config.has("hop")) {
    out.carriers.assign(out.starts_s.size(), {config.number("carrier_hz", kCarrier_hz)});
    return;
  }
  auto hop = config.object("hop");
  const auto carriers_hz = hop.numbers("carriers_hz");
  const auto stay = static_cast<std::size_t>(hop.integer("bursts_per_carrier", {1, 1e9}));
  hop.finish();
  for (std::size_t n = 0; n < out.starts_s.size(); ++n)
    out.carriers.push_back({carriers_hz[n / stay % carriers_hz.size()]});
}

void read_level(SceneObject& config, const EmitterContext& context, Radio& out) {
  out.snr_db = config.optional_number("snr_db", kLevel_db);
  out.level_dbfs = config.optional_number("level_dbfs", kLevel_db);
  if (out.snr_db.has_value() == out.level_dbfs.has_value())
    config.fail("snr_db", "given, or level_dbfs in its place, but not both");
  if (out.snr_db && !context.noise_per_hz) config.fail("snr_db", "left out in a scene without noise_dbfs");
  if (!config.has("level_path")) return;
  for (auto& point : config.objects("level_path")) {
    out.level_path.push_back({point.number("t_s", {0, 1e9}), point.number("db", kLevel_db)});
    point.finish();
  }
  if (!std::ranges::is_sorted(out.level_path, std::ranges::less_equal(), &LevelPoint::t_s))
    config.fail("level_path", "in the order of time");
}

void read_channel(SceneObject& config, Radio& out) {
  if (config.has("taps"))
    for (auto& tap : config.objects("taps")) {
      const double gain = std::pow(10, tap.number("gain_db", kLevel_db) / 20);
      const double phase = tap.number_or("phase_deg", 0) * std::numbers::pi / 180;
      out.taps.push_back({std::polar(gain, phase), tap.number("delay_ns", {0, 1e6})});
      tap.finish();
    }
  auto rician = config.optional_object("rician");
  if (!rician) return;
  if (!out.taps.empty()) config.fail("rician", "left out where taps are given");
  out.rician =
      RicianProfile{rician->number("k_db", kLevel_db), rician->number_or("spread_ns", 400, {0, 1e6}), true};
  rician->finish();
}

}  // namespace

std::string short_text(SceneObject& config, const std::string& key, const std::string& otherwise,
                       std::size_t longest) {
  auto text = config.text_or(key, otherwise);
  if (text.size() > longest) config.fail(key, "at most " + std::to_string(longest) + " characters");
  return text;
}

double Radio::level_shift_db(double t_s) const {
  if (level_path.empty()) return 0;
  const auto next = std::ranges::upper_bound(level_path, t_s, {}, &LevelPoint::t_s);
  if (next == level_path.begin()) return next->db;
  const LevelPoint& last = *std::prev(next);
  if (next == level_path.end()) return last.db;
  return std::lerp(last.db, next->db, (t_s - last.t_s) / (next->t_s - last.t_s));
}

Radio read_radio(SceneObject& config, const EmitterContext& context) {
  Radio out;
  out.cfo_hz = config.number_or("cfo_hz", 0, {-10e6, 10e6});
  out.clock_ppm = config.number_or("clock_ppm", 0, {-1000, 1000});
  read_level(config, context, out);
  read_channel(config, out);
  return out;
}

Schedule read_schedule(SceneObject& config, const EmitterContext& context, double default_interval_s) {
  Schedule out;
  read_timing(config, context, default_interval_s, out);
  read_carriers(config, out);
  return out;
}

Transmission transmission(const Radio& radio, const Place& place, const EmitterContext& context,
                          Random& random) {
  Transmission out;
  out.carrier = place.carrier;
  out.cfo_hz = radio.cfo_hz;
  out.start_s = place.start_s;
  out.duration_s = place.duration_s;
  out.noise_bandwidth = place.noise_bandwidth;
  out.clock_ppm = radio.clock_ppm;
  out.phase_rad = random.uniform(0, 2 * std::numbers::pi);
  out.taps = radio.rician ? rician_taps(random, *radio.rician) : radio.taps;
  const double noise = context.noise_per_hz.value_or(0) * place.noise_bandwidth.value;
  const double shift_db = radio.level_shift_db(place.start_s);
  out.power = radio.level_dbfs ? std::pow(10, (*radio.level_dbfs + shift_db) / 10)
                               : noise * std::pow(10, (radio.snr_db.value_or(0) + shift_db) / 10);
  out.snr_db = radio.snr_db;
  if (out.snr_db) *out.snr_db += shift_db;
  if (!out.snr_db && noise > 0) out.snr_db = 10 * std::log10(out.power / noise);
  return out;
}

}  // namespace windhover::synth
