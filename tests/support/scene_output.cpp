// The files of a rendered scene.

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/link_truth.hpp"
#include "tests/support/scene.hpp"

namespace windhover::synth {
namespace {

using nlohmann::ordered_json;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string rfc3339(SceneTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::ofstream open_output(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) throw SceneError("Cannot write " + file.string() + ".");
  return out;
}

void finish_output(std::ofstream& out, const std::filesystem::path& file) {
  out.close();
  if (!out) throw SceneError("Writing " + file.string() + " failed; is the disk full?");
}

std::filesystem::path with_suffix(const std::filesystem::path& stem, const char* suffix) {
  return std::filesystem::path(stem) += suffix;
}

template <typename Integer>
Integer saturated(float x, float scale, float offset) {
  constexpr auto low = static_cast<float>(std::numeric_limits<Integer>::min());
  constexpr auto high = static_cast<float>(std::numeric_limits<Integer>::max());
  return static_cast<Integer>(std::clamp(std::nearbyint(x * scale + offset), low, high));
}

template <typename Component>
void append_component(std::vector<char>& out, Component component) {
  std::array<char, sizeof(Component)> raw{};
  std::memcpy(raw.data(), &component,
              sizeof(Component));  // the formats are little-endian, as are our machines
  out.insert(out.end(), raw.begin(), raw.end());
}

/// The inverse of dsp/sample_format.hpp's conversion.
void to_format(std::span<const dsp::cf32> iq, dsp::SampleFormat format, std::vector<char>& out) {
  out.clear();
  for (const dsp::cf32 x : iq)
    for (const float component : {x.real(), x.imag()}) switch (format) {
        case dsp::SampleFormat::ci8:
          append_component(out, saturated<std::int8_t>(component, 128, 0));
          break;
        case dsp::SampleFormat::cu8:
          append_component(out, saturated<std::uint8_t>(component, 127.5F, 127.5F));
          break;
        case dsp::SampleFormat::ci16_le:
          append_component(out, saturated<std::int16_t>(component, 32768, 0));
          break;
        default:
          append_component(out, component);
      }
}

std::string datatype(dsp::SampleFormat format) {
  switch (format) {
    case dsp::SampleFormat::ci8:
      return "ci8";
    case dsp::SampleFormat::cu8:
      return "cu8";
    case dsp::SampleFormat::ci16_le:
      return "ci16_le";
    default:
      return "cf32_le";
  }
}

/// Returns the SHA-512 of what was written.
std::string write_samples(const Scene& scene, const std::filesystem::path& file) {
  auto out = open_output(file);
  crypto_hash_sha512_state sha{};
  crypto_hash_sha512_init(&sha);
  std::vector<char> native;
  render_blocks(scene, [&](std::size_t, std::span<const dsp::cf32> iq) {
    to_format(iq, scene.format, native);
    crypto_hash_sha512_update(&sha, reinterpret_cast<const unsigned char*>(native.data()), native.size());
    out.write(native.data(), static_cast<std::streamsize>(native.size()));
  });
  finish_output(out, file);
  std::array<std::uint8_t, crypto_hash_sha512_BYTES> digest{};
  crypto_hash_sha512_final(&sha, digest.data());
  return hex(digest);
}

ordered_json capture_segments(const Scene& scene) {
  ordered_json segments = ordered_json::array();
  std::int64_t written = 0;
  for (const SceneWindow& window : scene_windows(scene)) {
    ordered_json segment{{"core:sample_start", written}, {"core:frequency", scene.centre.value}};
    if (scene.gate_margin_s) segment["core:global_index"] = window.first;
    if (scene.start) {
      const double since_start_s = static_cast<double>(window.first) / scene.rate.value;
      segment["core:datetime"] =
          rfc3339(*scene.start + std::chrono::nanoseconds(std::llround(since_start_s * 1e9)));
    }
    segments.push_back(segment);
    written += window.end - window.first;
  }
  return segments;
}

void write_metadata(const Scene& scene, const std::string& sha512, const std::filesystem::path& file) {
  const std::string what = scene.description.empty() ? "" : scene.description + " ";
  const ordered_json meta{
      {"global",
       {{"core:datatype", datatype(scene.format)},
        {"core:sample_rate", scene.rate.value},
        {"core:version", "1.0.0"},
        {"core:sha512", sha512},
        {"core:description", what + "Synthetic: computed from a scene file, never on air."},
        {"core:generator", "windhover synth"}}},
      {"captures", capture_segments(scene)},
      {"annotations", ordered_json::array()}};
  auto out = open_output(file);
  out << meta.dump(2) << "\n";
  finish_output(out, file);
}

/// Whether all of it lies within the recording's time and band.
bool recorded_whole(const Transmission& sent, const Scene& scene) {
  const double away = std::abs(sent.carrier.value - scene.centre.value) + sent.noise_bandwidth.value / 2;
  return away <= scene.rate.value / 2 && sent.start_s + sent.duration_s <= scene.duration_s;
}

void put_fields(ordered_json& line, const std::vector<TruthField>& fields) {
  for (const auto& [name, value] : fields)
    std::visit([&line, &key = name](const auto& held) { line[key] = held; }, value);
}

ordered_json object_of(const std::vector<TruthField>& fields) {
  ordered_json object = ordered_json::object();
  put_fields(object, fields);
  return object;
}

void put_link(ordered_json& line, const LinkTruth& link, std::int64_t bits) {
  line["link"] = link.name;
  if (!link.aircraft.empty()) line["aircraft"] = link.aircraft;
  line["occupied_hz"] = link.occupied.value;
  if (bits > 0) line["bits"] = bits;
}

ordered_json truth_line(const Transmission& sent, const Scene& scene) {
  ordered_json line{{"protocol", sent.protocol},       {"transport", sent.transport},
                    {"center_hz", sent.carrier.value}, {"cfo_hz", sent.cfo_hz},
                    {"start_s", sent.start_s},         {"duration_s", sent.duration_s}};
  if (sent.snr_db) line["snr_db"] = *sent.snr_db;
  line["complete"] = recorded_whole(sent, scene);
  line["frame"] = sent.is_frame;
  if (sent.part_of) put_link(line, *sent.part_of, sent.bits);
  put_fields(line, sent.link);
  line["payload_hex"] = hex(sent.payload);
  for (const auto& [type, fields] : sent.messages)
    line["messages"].push_back({{"type", type}, {"fields", object_of(fields)}});
  if (sent.is_frame && sent.messages.empty()) line["fields"] = object_of(sent.fields);
  return line;
}

/// A link over the whole recording, in the same terms as a transmission where they fit.
ordered_json summary_line(const LinkSummary& summary) {
  const LinkTruth& link = *summary.link;
  ordered_json line{{"protocol", link.kind},
                    {"start_s", summary.first_s},
                    {"duration_s", whole_nanoseconds(summary.last_s - summary.first_s)},
                    {"frame", false},
                    {"summary", true}};
  put_link(line, link, summary.bits);
  if (summary.carriers_hz.size() == 1)
    line["center_hz"] = *summary.carriers_hz.begin();
  else
    line["hop_set_hz"] = summary.carriers_hz;
  line["bursts"] = summary.bursts;
  line["airtime_s"] = whole_nanoseconds(summary.airtime_s);
  put_fields(line, link.details);
  return line;
}

void write_truth(const Scene& scene, const std::filesystem::path& file) {
  auto out = open_output(file);
  for (const auto& sent : whole_transmissions(scene)) out << truth_line(sent, scene).dump() << "\n";
  for (const auto& link : link_summaries(scene)) out << summary_line(link).dump() << "\n";
  finish_output(out, file);
}

}  // namespace

void render_scene(const Scene& scene, const std::filesystem::path& out_stem) {
  const std::string sha512 = write_samples(scene, with_suffix(out_stem, ".sigmf-data"));
  write_metadata(scene, sha512, with_suffix(out_stem, ".sigmf-meta"));
  write_truth(scene, with_suffix(out_stem, ".expected.jsonl"));
}

void render_scene(const std::filesystem::path& scene_json, const std::filesystem::path& out_stem) {
  render_scene(load_scene(scene_json), out_stem);
}

}  // namespace windhover::synth
