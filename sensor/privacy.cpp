#include "sensor/privacy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "sensor/config_error.hpp"

namespace windhover::sensor {
namespace {

using namespace decoders::messages;

constexpr std::string_view kAll = "all";
constexpr std::array<std::string_view, 6> kProtocols{"dji_droneid", "dji_wifi",  "odid",
                                                     "gb46750",     "french_id", kAll};
constexpr std::array<std::string_view, 4> kEndpoints{"feed", "jsonl", "table", kAll};
// In the order of the enumerations.
constexpr std::array<std::string_view, 3> kDisclosures{"off", "presence", "full"};
constexpr std::array<std::string_view, 3> kDetails{"withheld", "rounded", "full"};
constexpr double kRoundedSteps = 100;  // a degree

template <typename Value>
Value found_in(const std::map<std::string, Value, std::less<>>& switches, std::string_view name) {
  auto at = switches.find(name);
  if (at == switches.end()) at = switches.find(kAll);
  return at == switches.end() ? Value::full : at->second;
}

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::size_t index_of(std::span<const std::string_view> names, std::string_view name, const char* option,
                     std::string_view assignment) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end())
    throw ConfigError(std::string(option) + " " + std::string(assignment) + " is not known: '" +
                      std::string(name) + "' must be one of " + joined(names));
  return static_cast<std::size_t>(at - names.begin());
}

template <typename Place>
void show(std::optional<Place>& place, PlaceDetail detail) {
  if (!place) return;
  if (detail == PlaceDetail::withheld) return place.reset();
  place->lat_deg = std::round(place->lat_deg * kRoundedSteps) / kRoundedSteps;
  place->lon_deg = std::round(place->lon_deg * kRoundedSteps) / kRoundedSteps;
}

/// One overload for each kind of content, so that a new one does not compile before somebody has thought of
/// it.
struct Redaction {
  PlaceDetail detail;

  void operator()(DjiTelemetry& telemetry) const {
    show(telemetry.pilot, detail);
    show(telemetry.home, detail);
  }
  void operator()(DjiLicence&) const {}
  void operator()(DjiEncrypted&) const {}
  void operator()(DjiUnknownKind&) const {}
  void operator()(DjiDroneId& message) const { std::visit(*this, message.body); }

  void operator()(BasicId&) const {}
  void operator()(Location&) const {}
  void operator()(Authentication&) const {}  // left out by remove_authentication()
  void operator()(SelfId&) const {}
  void operator()(System& system) const {
    show(system.operator_position, detail);
    system.operator_altitude_m.reset();
  }
  void operator()(OperatorId&) const {}
  void operator()(OdidMessage& message) const { std::visit(*this, message); }
  void operator()(OdidPack& pack) const {
    for (OdidMessage& message : pack.messages) (*this)(message);
  }
  void operator()(Gb46750& gb) const {
    show(gb.station_position, detail);
    gb.station_altitude_m.reset();
  }
  void operator()(UnknownBody&) const {}
  void operator()(RemoteId& message) const {
    remove_authentication(message.body);
    std::visit(*this, message.body);
  }
  void operator()(FrenchId& french) const { show(french.take_off_position, detail); }

  static bool is_authentication(const OdidMessage& message) {
    return std::holds_alternative<Authentication>(message);
  }
  static void remove_authentication(RemoteIdBody& body) {
    if (auto* pack = std::get_if<OdidPack>(&body)) std::erase_if(pack->messages, is_authentication);
    const auto* message = std::get_if<OdidMessage>(&body);
    if (message != nullptr && is_authentication(*message)) body = OdidPack{};
  }
};

}  // namespace

Disclosure disclosure_of(const PrivacyOptions& options, std::string_view protocol) {
  return found_in(options.protocols, protocol);
}

PlaceDetail operator_position_at(const PrivacyOptions& options, std::string_view endpoint) {
  return found_in(options.operator_position, endpoint);
}

bool hides_anything(const PrivacyOptions& options) {
  const auto is_hidden = [](const auto& each) { return each.second != decltype(each.second)::full; };
  return std::ranges::any_of(options.protocols, is_hidden) ||
         std::ranges::any_of(options.operator_position, is_hidden);
}

void set_protocol(PrivacyOptions& options, std::string_view assignment) {
  constexpr const char* kOption = "--protocol";
  const std::size_t equals = std::min(assignment.find('='), assignment.size());
  const std::string_view protocol = assignment.substr(0, equals);
  const std::string_view disclosure = assignment.substr(std::min(equals + 1, assignment.size()));
  index_of(kProtocols, protocol, kOption, assignment);
  options.protocols[std::string(protocol)] =
      static_cast<Disclosure>(index_of(kDisclosures, disclosure, kOption, assignment));
}

void set_operator_position(PrivacyOptions& options, std::string_view assignment) {
  constexpr const char* kOption = "--operator-position";
  const std::size_t equals = assignment.find('=');
  const bool names_endpoint = equals != std::string_view::npos;
  const std::string_view endpoint = names_endpoint ? assignment.substr(0, equals) : kAll;
  const std::string_view detail = names_endpoint ? assignment.substr(equals + 1) : assignment;
  index_of(kEndpoints, endpoint, kOption, assignment);
  options.operator_position[std::string(endpoint)] =
      static_cast<PlaceDetail>(index_of(kDetails, detail, kOption, assignment));
}

TimedFrame redacted(TimedFrame frame, PlaceDetail detail) {
  if (detail == PlaceDetail::full) return frame;
  frame.frame.payload.clear();
  std::visit(Redaction{detail}, frame.frame.message);
  return frame;
}

Claims redacted(Claims claims, PlaceDetail detail) {
  if (detail == PlaceDetail::full) return claims;
  show(claims.pilot, detail);
  show(claims.home, detail);
  claims.pilot_altitude_m.reset();
  claims.authentication.reset();
  return claims;
}

}  // namespace windhover::sensor
