#include "sensor/sigmf_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace windhover::sensor {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_sigmf_datetime(UtcTime time) {
  using namespace std::chrono;
  std::string text = to_rfc3339(time);
  text.pop_back();
  const auto rest = static_cast<int>((time - floor<microseconds>(time)).count());
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%03dZ", rest);
  return text + digits.data();
}

bool SigmfWriter::add(const SigmfBlock& block) {
  bool begins = captures_.empty() || block.retimed;
  bool counted = true;
  if (!captures_.empty()) {
    const Capture& last = captures_.back();
    const std::int64_t jump =
        block.first - last.first - static_cast<std::int64_t>(samples_ - last.sample_start);
    begins |= jump != 0 || block.gap || block.centre != last.centre;
    counted = jump > 0 || (jump == 0 && !block.gap);
    if (jump != 0 || block.gap) ++gaps_;
    if (jump > 0) lost_ += static_cast<std::uint64_t>(jump);
  }
  if (begins) captures_.push_back({samples_, block.first, block.centre, counted, block.time});
  samples_ += block.samples;
  return begins;
}

std::uint64_t SigmfWriter::end_of(std::size_t capture) const {
  return capture + 1 < captures_.size() ? captures_[capture + 1].sample_start : samples_;
}

// A transmission with a hole in it lies in one capture or in several, one behind the other in the file.
std::optional<SigmfWriter::Place> SigmfWriter::place_of(const SigmfAnnotation& annotation) const {
  std::optional<Place> place;
  for (std::size_t i = 0; i < captures_.size(); ++i) {
    const Capture& capture = captures_[i];
    const auto length = static_cast<std::int64_t>(end_of(i) - capture.sample_start);
    const std::int64_t from = std::max<std::int64_t>(annotation.first - capture.first.value, 0);
    const std::int64_t to =
        std::min(std::max(annotation.end, annotation.first + 1) - capture.first.value, length);
    if (from >= to) continue;
    const std::uint64_t start = capture.sample_start + static_cast<std::uint64_t>(from);
    const std::uint64_t end = capture.sample_start + static_cast<std::uint64_t>(to);
    if (!place) place = Place{start, 0};
    place->count = end - place->start;
  }
  return place;
}

std::string SigmfWriter::metadata(std::vector<SigmfAnnotation> annotations) const {
  Json global{{"core:datatype", dsp::to_string(source_.format)},
              {"core:sample_rate", source_.rate.value},
              {"core:version", "1.2.0"},
              {"core:hw", source_.description},
              {"core:description", description_},
              {"core:recorder", "windhover " WINDHOVER_VERSION}};
  // SigMF's full scale of 16 bits is 2^15; a converter of 12 fills the lower ones of a word.
  const bool is_narrower = source_.format == dsp::SampleFormat::ci16_le && source_.converter_bits < 16;
  if (is_narrower) global["windhover:converter_bits"] = source_.converter_bits;
  if (is_narrower || !annotations.empty())
    global["core:extensions"] = {{{"name", "windhover"}, {"version", "1.0.0"}, {"optional", true}}};

  Json captures = Json::array();
  for (const Capture& capture : captures_) {
    Json json{{"core:sample_start", capture.sample_start}, {"core:frequency", capture.centre.value}};
    if (capture.counted) json["core:global_index"] = capture.first.value;
    if (capture.time) json["core:datetime"] = to_sigmf_datetime(*capture.time);
    captures.push_back(std::move(json));
  }

  std::vector<std::pair<Place, const SigmfAnnotation*>> placed;
  for (const SigmfAnnotation& annotation : annotations)
    if (const auto place = place_of(annotation)) placed.emplace_back(*place, &annotation);
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first.start < b.first.start; });
  Json marks = Json::array();
  for (const auto& [place, annotation] : placed) {
    Json json{{"core:sample_start", place.start}, {"core:sample_count", place.count}};
    if (annotation->high_hz > annotation->low_hz) {
      json["core:freq_lower_edge"] = annotation->low_hz;
      json["core:freq_upper_edge"] = annotation->high_hz;
    }
    json["core:label"] = annotation->label;
    json["windhover:message"] = Json::parse(annotation->message, nullptr, false);
    marks.push_back(std::move(json));
  }
  return text_of(Json{{"global", std::move(global)},
                      {"captures", std::move(captures)},
                      {"annotations", std::move(marks)}}) +
         "\n";
}

}  // namespace windhover::sensor
