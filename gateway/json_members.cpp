#include "gateway/json_members.hpp"

#include <algorithm>
#include <stdexcept>

namespace windhover::gateway {
namespace {

constexpr Range kLatitude{-90, 90};
constexpr Range kLongitude{-180, 180};
constexpr std::size_t kMostNameBytes = 48;

std::optional<double> number_of(const Json& json, Range range) {
  if (!json.is_number()) return std::nullopt;
  const double value = json.get<double>();
  return value >= range.least && value <= range.most ? std::optional(value) : std::nullopt;
}

std::optional<std::string> text_of(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  const auto& text = json.get_ref<const std::string&>();
  return !text.empty() && text.size() <= kMostTextBytes ? std::optional(text) : std::nullopt;
}

std::optional<UtcTime> time_of(const Json& json) {
  const auto text = text_of(json);
  // Beyond these years nanoseconds overflow.
  if (!text || *text < "1970" || *text >= "2200" || text->find('-') != 4) return std::nullopt;
  try {
    return sensor::parse_rfc3339(*text);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// Counters become labels of metrics.
bool is_counter_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= kMostNameBytes && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

const Json* Members::find(const char* name) const {
  if (!json_.is_object()) return nullptr;
  const auto at = json_.find(name);
  return at == json_.end() ? nullptr : &*at;
}

std::optional<std::string> Members::text(const char* name) const {
  const Json* json = find(name);
  return json != nullptr ? judged(text_of(*json)) : std::nullopt;
}

std::optional<double> Members::number(const char* name, Range range) const {
  const Json* json = find(name);
  return json != nullptr ? judged(number_of(*json, range)) : std::nullopt;
}

std::optional<bool> Members::flag(const char* name) const {
  const Json* json = find(name);
  if (json == nullptr) return std::nullopt;
  return judged(json->is_boolean() ? std::optional(json->get<bool>()) : std::nullopt);
}

std::optional<UtcTime> Members::time(const char* name) const {
  const Json* json = find(name);
  return json != nullptr ? judged(time_of(*json)) : std::nullopt;
}

std::optional<Place> Members::place(const char* name) const {
  const Json* json = find(name);
  if (json == nullptr) return std::nullopt;
  const Members at(*json, wrong_);
  const auto lat_deg = at.number("lat_deg", kLatitude);
  const auto lon_deg = at.number("lon_deg", kLongitude);
  if (lat_deg && lon_deg) return Place{*lat_deg, *lon_deg};
  ++wrong_;
  return std::nullopt;
}

std::uint64_t Members::count(const char* name) const {
  const Json* json = find(name);
  if (json == nullptr) return 0;
  if (json->is_number_unsigned()) return json->get<std::uint64_t>();
  ++wrong_;
  return 0;
}

Counts Members::counts(const char* name) const {
  Counts counts;
  for_each_entry(name, Json::value_t::object, [&](const std::string& key, const Json& value) {
    if (is_counter_name(key) && value.is_number_unsigned())
      counts[key] = value.get<std::uint64_t>();
    else
      ++wrong_;
  });
  return counts;
}

std::map<std::string, Counts> Members::nested_counts(const char* name) const {
  std::map<std::string, Counts> nested;
  for_each_entry(name, Json::value_t::object, [&](const std::string& key, const Json&) {
    if (is_counter_name(key))
      nested[key] = object(name).counts(key.c_str());
    else
      ++wrong_;
  });
  return nested;
}

std::map<std::string, double> Members::shares(const char* name) const {
  std::map<std::string, double> shares;
  for_each_entry(name, Json::value_t::object, [&](const std::string& key, const Json& value) {
    const auto share = number_of(value, {0, 1000});
    if (is_counter_name(key) && share)
      shares[key] = *share;
    else
      ++wrong_;
  });
  return shares;
}

Members Members::object(const char* name) const {
  static const Json nothing = Json::object();
  const Json* json = find(name);
  if (json != nullptr && !json->is_object()) ++wrong_;
  return {json != nullptr ? *json : nothing, wrong_};
}

}  // namespace windhover::gateway
