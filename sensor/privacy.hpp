#pragma once
// The privacy switches: what the user allows to be told, and the functions that take the rest away.

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "sensor/disclosure.hpp"
#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::sensor {

struct PrivacyOptions {
  /// "dji_droneid", "dji_wifi", "odid", "gb46750", "french_id", or "all" for those that are not named; else
  /// full.
  std::map<std::string, Disclosure, std::less<>> protocols{};
  /// Where people are, at "feed", "jsonl", "table", or "all" for those that are not named; else full.
  std::map<std::string, PlaceDetail, std::less<>> operator_position{};
  /// How long an aircraft is kept in memory after its last frame; then it is told gone and forgotten.
  std::chrono::seconds retention{60};
};

Disclosure disclosure_of(const PrivacyOptions& options, std::string_view protocol);
PlaceDetail operator_position_at(const PrivacyOptions& options, std::string_view endpoint);

/// Whether any switch takes something away.
bool hides_anything(const PrivacyOptions& options);

/// "PROTOCOL=off|presence|full". Throws ConfigError for anything else.
void set_protocol(PrivacyOptions& options, std::string_view assignment);
/// "[ENDPOINT=]withheld|rounded|full". Throws ConfigError for anything else.
void set_operator_position(PrivacyOptions& options, std::string_view assignment);

/// Without what tells more of a person's place than `detail`: positions of pilot, station, home and take-off,
/// their altitudes, and all bytes that may hold them: the payload, and pages of authentication, which may
/// repeat any message.
TimedFrame redacted(TimedFrame frame, PlaceDetail detail);
Claims redacted(Claims claims, PlaceDetail detail);

}  // namespace windhover::sensor
