#include "sensor/sigmf.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "sensor/rates.hpp"
#include "sensor/source.hpp"

namespace windhover::sensor {
namespace {

using ParsedJson = nlohmann::json;

// Metadata nest four deep; the limit keeps hostile files from costing memory out of proportion.
constexpr int kMaxDepth = 32;
// Beyond 2^53 a count is no longer exact as a JSON number (and is a thousand years of samples at 256 kS/s).
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 53U;

ParsedJson parse_json(std::string_view text, const std::string& name) {
  const auto keep = [&](int depth, ParsedJson::parse_event_t event, ParsedJson& parsed) {
    if (depth > kMaxDepth)
      throw SourceError(name + " nests its JSON deeper than any SigMF metadata; write it anew.");
    // Annotations may be most of the file, and are of no use here.
    return !(depth == 1 && event == ParsedJson::parse_event_t::key && parsed == "annotations");
  };
  try {
    return ParsedJson::parse(text, keep);
  } catch (const ParsedJson::parse_error& error) {
    throw SourceError(name + " is not valid JSON (octet " + std::to_string(error.byte) +
                      "); write the metadata anew.");
  } catch (const ParsedJson::exception&) {
    throw SourceError(name + " holds a number that is out of range; correct it there.");
  }
}

/// The fields of one JSON object; a wrong type is an error sentence, null counts as absent.
class Fields {
 public:
  Fields(const ParsedJson& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw SourceError(where_ + " is no JSON object; write the metadata anew.");
  }

  std::optional<double> number(const char* key) const {
    const ParsedJson* field = find(key);
    if (field == nullptr) return std::nullopt;
    if (!field->is_number()) fail(key, "is not a number");
    return field->get<double>();
  }

  std::optional<std::uint64_t> count(const char* key) const {
    const auto value = number(key);
    if (!value) return std::nullopt;
    if (!(*value >= 0 && *value <= static_cast<double>(kMaxCount)) || std::floor(*value) != *value)
      fail(key, "is not a whole number from 0 to 2^53");
    return static_cast<std::uint64_t>(*value);
  }

  std::optional<std::string> text(const char* key) const {
    const ParsedJson* field = find(key);
    if (field == nullptr) return std::nullopt;
    if (!field->is_string()) fail(key, "is not a string");
    return field->get<std::string>();
  }

  bool flag(const char* key) const {
    const ParsedJson* field = find(key);
    if (field == nullptr) return false;
    if (!field->is_boolean()) fail(key, "is neither true nor false");
    return field->get<bool>();
  }

  [[noreturn]] void fail(const char* key, const std::string& what) const {
    throw SourceError(where_ + ": " + key + " " + what + "; correct it there.");
  }

 private:
  const ParsedJson* find(const char* key) const {
    const auto field = object_.find(key);
    return field == object_.end() || field->is_null() ? nullptr : &*field;
  }

  const ParsedJson& object_;
  std::string where_;
};

std::optional<dsp::SampleFormat> read_format(const Fields& global) {
  const auto datatype = global.text("core:datatype");
  if (!datatype) return std::nullopt;
  const auto format = dsp::parse_sample_format(*datatype);
  if (!format)
    global.fail("core:datatype", in_quotes(*datatype) +
                                     " cannot be read, convert the recording to one of ci8, cu8, ci16_le, "
                                     "ci16_be, cf32_le and cf32_be");
  return format;
}

std::optional<dsp::Hertz> read_rate(const Fields& global) {
  const auto rate = global.number("core:sample_rate");
  if (!rate) return std::nullopt;
  if (!is_usable_rate({*rate})) global.fail("core:sample_rate", kRateLimits);
  return dsp::Hertz{*rate};
}

unsigned read_converter_bits(const Fields& global) {
  constexpr const char* kKey = "windhover:converter_bits";
  const std::uint64_t bits = global.count(kKey).value_or(16);
  if (bits < 8 || bits > 16) global.fail(kKey, "is not from 8 to 16");
  return static_cast<unsigned>(bits);
}

std::optional<std::string> read_sha512(const Fields& global) {
  auto digest = global.text("core:sha512");
  if (!digest) return std::nullopt;
  for (char& digit : *digest)
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  const bool hexadecimal = digest->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (digest->size() != 128 || !hexadecimal) global.fail("core:sha512", "is not 128 hexadecimal digits");
  return digest;
}

std::optional<std::string> read_dataset(const Fields& global) {
  auto dataset = global.text("core:dataset");
  if (!dataset) return std::nullopt;
  // The name comes with the file: it must not lead out of the recording's own folder.
  const bool plain = !dataset->empty() && *dataset != "." && *dataset != ".." &&
                     dataset->find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
  if (!plain) global.fail("core:dataset", "is not the plain name of a file in the same folder");
  return dataset;
}

void read_global(const Fields& global, SigmfMetadata& out) {
  if (global.flag("core:metadata_only"))
    global.fail("core:metadata_only", "says that there are no samples, so there is nothing to replay");
  if (global.count("core:num_channels").value_or(1) != 1)
    global.fail("core:num_channels", "is not 1, and only recordings of one channel can be read");
  out.format = read_format(global);
  out.rate = read_rate(global);
  out.converter_bits = read_converter_bits(global);
  out.offset = global.count("core:offset").value_or(0);
  out.trailing_bytes = global.count("core:trailing_bytes").value_or(0);
  out.dataset = read_dataset(global);
  out.sha512 = read_sha512(global);
}

SigmfCapture read_capture(const Fields& fields) {
  SigmfCapture out;
  out.sample_start = fields.count("core:sample_start").value_or(0);
  out.header_bytes = fields.count("core:header_bytes").value_or(0);
  out.global_index = fields.count("core:global_index");
  if (const auto frequency = fields.number("core:frequency"); frequency && *frequency != 0) {
    if (!is_usable_centre({*frequency})) fields.fail("core:frequency", kCentreLimits);
    out.frequency = dsp::Hertz{*frequency};
  }
  if (const auto datetime = fields.text("core:datetime")) try {
      out.datetime = parse_rfc3339(*datetime);
    } catch (const std::invalid_argument&) {
      fields.fail("core:datetime",
                  in_quotes(*datetime) + " is no RFC 3339 time such as 2026-01-31T12:00:00Z");
    }
  return out;
}

std::vector<SigmfCapture> read_captures(const ParsedJson& root, const std::string& name) {
  const auto captures = root.find("captures");
  if (captures == root.end() || captures->is_null()) return {};
  if (!captures->is_array()) throw SourceError(name + ": captures is not an array; write the metadata anew.");
  std::vector<SigmfCapture> out;
  out.reserve(captures->size());
  for (const ParsedJson& capture : *captures) {
    const Fields fields(capture, name + ": capture " + std::to_string(out.size()));
    out.push_back(read_capture(fields));
    if (out.size() > 1 && out.back().sample_start < out[out.size() - 2].sample_start)
      fields.fail("core:sample_start", "is lower than that of the capture before it");
  }
  return out;
}

}  // namespace

SigmfMetadata parse_sigmf(std::string_view json_text, const std::string& name) {
  const ParsedJson root = parse_json(json_text, name);
  if (!root.is_object() || !root.contains("global"))
    throw SourceError(name + " has no \"global\" object, so it is no SigMF metadata; check the path.");
  SigmfMetadata out;
  read_global(Fields(root.at("global"), name), out);
  out.captures = read_captures(root, name);
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMaxOctets = 200;
  std::size_t cut = std::min(text.size(), kMaxOctets);
  // Not inside a UTF-8 character: 10xxxxxx is an octet that goes on.
  while (cut > 0 && cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xc0U) == 0x80) --cut;
  std::string out(1, '\'');
  out.append(text.substr(0, cut));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out + (cut < text.size() ? "...'" : "'");
}

}  // namespace windhover::sensor
