#pragma once
// Strict reading of a JSON object's members: absent is unknown; a wrong type, a value out of range or too
// much of it is unknown as well, and counted. For feed_parser.cpp and its like only.

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "gateway/feed_values.hpp"

namespace windhover::gateway {

using Json = nlohmann::json;

struct Range {
  double least, most;
};

inline constexpr std::size_t kMostTextBytes = 512;
inline constexpr std::size_t kMostEntries = 32;  // of a list, or of a map of counters

class Members {
 public:
  /// `json` outlives the reader; anything but an object has no members.
  Members(const Json& json, std::uint64_t& wrong) : json_(json), wrong_(wrong) {}

  std::optional<std::string> text(const char* name) const;
  std::optional<double> number(const char* name, Range range) const;
  std::optional<bool> flag(const char* name) const;
  std::optional<UtcTime> time(const char* name) const;
  std::optional<Place> place(const char* name) const;
  std::uint64_t count(const char* name) const;  ///< 0 if unknown
  Counts counts(const char* name) const;
  std::map<std::string, Counts> nested_counts(const char* name) const;
  std::map<std::string, double> shares(const char* name) const;
  Members object(const char* name) const;
  /// Calls `take` with the members of each object in the list.
  template <typename Take>
  void for_each(const char* name, Take take) const {
    for_each_entry(name, Json::value_t::array, [&](const std::string&, const Json& each) {
      if (each.is_object())
        take(Members(each, wrong_));
      else
        ++wrong_;
    });
  }

 private:
  const Json* find(const char* name) const;
  template <typename Value>
  std::optional<Value> judged(std::optional<Value> value) const {
    if (!value) ++wrong_;
    return value;
  }
  template <typename Take>
  void for_each_entry(const char* name, Json::value_t type, Take take) const {
    const Json* list = find(name);
    if (list == nullptr) return;
    if (list->type() != type || list->size() > kMostEntries) {
      ++wrong_;
      return;
    }
    for (const auto& [key, value] : list->items()) take(key, value);
  }

  const Json& json_;
  std::uint64_t& wrong_;
};

}  // namespace windhover::gateway
