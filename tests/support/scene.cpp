#include "tests/support/scene.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

#include "tests/support/emitters.hpp"

namespace windhover::synth {
namespace {

constexpr Range kSampleRate_hz{0.96e6, 122.88e6};

/// "2025-06-01T10:00:00Z", with a fraction or without.
std::optional<SceneTime> parse_datetime(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
  double second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%lfZ%n", &year, &month, &day, &hour,
                               &minute, &second, &used);
  using namespace std::chrono;
  const auto date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (read != 6 || static_cast<std::size_t>(used) != text.size() || !date.ok()) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || !(second >= 0 && second < 60))
    return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + nanoseconds(std::llround(second * 1e9));
}

dsp::SampleFormat read_format(SceneObject& config) {
  const std::string name = config.text("datatype");
  if (name == "ci16_le") return dsp::SampleFormat::ci16_le;
  if (name == "ci8") return dsp::SampleFormat::ci8;
  if (name == "cu8") return dsp::SampleFormat::cu8;
  if (name == "cf32_le") return dsp::SampleFormat::cf32_le;
  config.fail("datatype", "one of ci16_le, ci8, cu8 and cf32_le");
}

Impairments read_impairments(SceneObject config) {
  Impairments out;
  out.iq_gain_db = config.number_or("iq_gain_db", 0, {-20, 20});
  out.iq_phase_deg = config.number_or("iq_phase_deg", 0, {-45, 45});
  if (const auto dc_dbfs = config.optional_number("dc_dbfs", {-200, 0})) {
    const double phase = config.number_or("dc_phase_deg", 0) * std::numbers::pi / 180;
    out.dc = dsp::cf32(std::polar(std::pow(10, *dc_dbfs / 20), phase));
  }
  if (const auto level = config.optional_number("clip_level", {1e-6, 1e6}))
    out.clip_level = static_cast<float>(*level);
  if (config.has("bits")) out.bits = static_cast<unsigned>(config.integer("bits", {2, 24}));
  config.finish();
  return out;
}

std::optional<double> read_gate(SceneObject& config) {
  auto gated = config.optional_object("gated");
  if (!gated) return std::nullopt;
  const double margin_s = gated->number("margin_s", {0, 1e6});
  gated->finish();
  return margin_s;
}

std::vector<Transmission> read_emitters(SceneObject& config, const Scene& scene) {
  EmitterContext context{scene.duration_s, scene.start, std::nullopt, 0, scene.centre, scene.rate};
  if (scene.noise_power) context.noise_per_hz = *scene.noise_power / scene.rate.value;
  std::vector<Transmission> out;
  std::uint64_t number = 0;
  for (auto& emitter : config.objects("emitters")) {
    const std::string type = emitter.text("type");
    const auto entry = std::ranges::find(kEmitters, type, &EmitterEntry::type);
    if (entry == kEmitters.end()) {
      std::string known;
      for (const auto& [name, plan] : kEmitters) known += (known.empty() ? "" : ", ") + std::string(name);
      emitter.fail("type", "one of: " + known);
    }
    context.seed = Random(scene.seed, ++number).next();
    entry->plan(emitter, context, out);
  }
  std::ranges::stable_sort(out, {}, &Transmission::start_s);
  return out;
}

}  // namespace

double whole_nanoseconds(double seconds) { return std::round(seconds * 1e9) / 1e9; }

std::int64_t Scene::total_samples() const { return std::llround(duration_s * rate.value); }

Scene load_scene(const std::filesystem::path& scene_json) {
  const SceneValue file = read_scene_file(scene_json);
  SceneObject config(file, "");
  Scene scene;
  scene.description = config.text_or("description", "");
  scene.rate = {config.number("sample_rate", kSampleRate_hz)};
  scene.centre = {config.number("center_frequency", {0, 300e9})};
  scene.duration_s = config.number("duration_s", {1e-6, 1e7});
  if (const auto text = config.optional_text("datetime")) {
    scene.start = parse_datetime(*text);
    if (!scene.start) config.fail("datetime", "a UTC time like 2025-06-01T10:00:00Z");
  }
  scene.format = read_format(config);
  if (const auto dbfs = config.optional_number("noise_dbfs", {-200, 20}))
    scene.noise_power = std::pow(10, *dbfs / 10);
  scene.seed = static_cast<std::uint64_t>(config.integer_or("seed", 0, {0, 9e15}));
  if (auto impairments = config.optional_object("impairments"))
    scene.impairments = read_impairments(*impairments);
  scene.gate_margin_s = read_gate(config);
  scene.transmissions = read_emitters(config, scene);
  config.finish();
  return scene;
}

}  // namespace windhover::synth
