// Names of the codes, and the text form of an IPv6 address.

#include <cstdio>

#include "decoders/messages/open_drone_id.hpp"

namespace windhover::decoders::messages {

namespace {

constexpr std::string_view name_of(std::size_t code, std::span<const std::string_view> names) {
  return code < names.size() ? names[code] : std::string_view{"reserved"};
}

struct ZeroRun {
  std::size_t first = 0, length = 0;
};

/// The first of the longest runs of zero groups; RFC 5952 shortens no single one.
ZeroRun longest_zero_run(const std::array<unsigned, 8>& groups) {
  ZeroRun best, run;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] != 0) {
      run = {};
      continue;
    }
    if (run.length++ == 0) run.first = i;
    if (run.length > best.length) best = run;
  }
  return best.length >= 2 ? best : ZeroRun{};
}

}  // namespace

std::string_view to_string(OdidType type) {
  constexpr std::string_view names[] = {"basic_id", "location", "authentication",
                                        "self_id",  "system",   "operator_id"};
  return type == OdidType::message_pack ? "message_pack" : name_of(static_cast<std::size_t>(type), names);
}

std::string_view to_string(IdType type) {
  constexpr std::string_view names[] = {"none", "serial_number", "caa_registration", "utm_uuid",
                                        "specific_session_id"};
  return name_of(static_cast<std::size_t>(type), names);
}

std::string_view to_string(UaType type) {
  constexpr std::string_view names[] = {"none",
                                        "aeroplane",
                                        "helicopter_or_multirotor",
                                        "gyroplane",
                                        "hybrid_lift",
                                        "ornithopter",
                                        "glider",
                                        "kite",
                                        "free_balloon",
                                        "captive_balloon",
                                        "airship",
                                        "free_fall_or_parachute",
                                        "rocket",
                                        "tethered_powered",
                                        "ground_obstacle",
                                        "other"};
  return name_of(static_cast<std::size_t>(type), names);
}

std::string_view to_string(OperationalStatus status) {
  constexpr std::string_view names[] = {"undeclared", "on_ground", "airborne", "emergency",
                                        "remote_id_failure"};
  return name_of(static_cast<std::size_t>(status), names);
}

std::string_view to_string(HeightReference reference) {
  constexpr std::string_view names[] = {"take_off", "ground"};
  return name_of(static_cast<std::size_t>(reference), names);
}

std::string_view to_string(AuthType type) {
  constexpr std::string_view names[] = {"none",
                                        "uas_id_signature",
                                        "operator_id_signature",
                                        "message_set_signature",
                                        "network_remote_id",
                                        "specific_method"};
  const auto code = static_cast<std::size_t>(type);
  return code >= 10 && code <= 15 ? "private" : name_of(code, names);
}

std::string_view to_string(OperatorLocationType type) {
  constexpr std::string_view names[] = {"take_off", "live", "fixed"};
  return name_of(static_cast<std::size_t>(type), names);
}

std::string_view to_string(ClassificationRegion region) {
  constexpr std::string_view names[] = {"undeclared", "eu", "china"};
  return name_of(static_cast<std::size_t>(region), names);
}

std::string_view to_string(OperationCategory category) {
  constexpr std::string_view names[] = {"undeclared", "open", "specific", "certified"};
  return name_of(static_cast<std::size_t>(category), names);
}

std::string ipv6_text(std::span<const std::uint8_t, 16> address) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = read_u16_be(address, 2 * i);
  const ZeroRun zeros = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (zeros.length > 0 && i == zeros.first) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    char group[8];
    std::snprintf(group, sizeof group, "%x", groups[i]);
    if (!text.empty() && text.back() != ':') text += ':';
    text += group;
  }
  return text;
}

}  // namespace windhover::decoders::messages
