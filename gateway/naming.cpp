#include "gateway/naming.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <string_view>

#include "gateway/text.hpp"

namespace windhover::gateway {
namespace {

constexpr std::string_view kDrone = "drone-";
constexpr const char* kAlert = "drone-alert";
constexpr std::string_view kAddressOnly = "rid-unidentified-";  // the feed's ids of these
constexpr std::chrono::seconds kIdentityWait{4};

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string after_drone(const Aircraft& aircraft) { return track_uid(aircraft).substr(kDrone.size()); }

}  // namespace

std::string track_id(const Aircraft& aircraft) {
  if (is_alert(aircraft)) {
    const std::string hash = clean_text(aircraft.claimed.session_hash.value_or(""));
    return hash.empty() ? kAlert : std::string(kAlert) + "-" + hash;
  }
  const std::string serial = clean_text(aircraft.claimed.serial.value_or(""));
  // A serial number that begins like these names could pass for another aircraft or for an alert.
  if (!serial.empty()) return serial.starts_with(kDrone) ? std::string(kDrone) + serial : serial;
  if (aircraft.id.starts_with(kAddressOnly)) return upper_case(aircraft.id.substr(kAddressOnly.size()));
  return aircraft.id;
}

std::string track_uid(const Aircraft& aircraft) {
  const std::string id = track_id(aircraft);
  return id.starts_with(kDrone) ? id : std::string(kDrone) + id;
}

bool is_alert(const Aircraft& aircraft) {
  const Claimed& claimed = aircraft.claimed;
  if (claimed.serial || claimed.motion.position) return false;
  return claimed.encrypted.value_or(false) || aircraft.id.starts_with("dji-unidentified");
}

bool is_glimpse(const Aircraft& aircraft) {
  if (!aircraft.id.starts_with(kAddressOnly)) return false;
  return !aircraft.first_heard || !aircraft.last_heard ||
         *aircraft.last_heard - *aircraft.first_heard < kIdentityWait;
}

std::string pilot_uid(const Aircraft& aircraft) { return "pilot-" + after_drone(aircraft); }
std::string home_uid(const Aircraft& aircraft) { return "home-" + after_drone(aircraft); }

bool is_signal(const Link& link) { return link.center_hz.value_or(0) > 0 && (link.aircraft || link.hint); }

std::string signal_uid(const Link& link) {
  return link.kind + "-alert-" + std::to_string(std::lround(*link.center_hz / 1e6)) + "MHz";
}

std::string sensor_uid(const std::string& kit) { return "wardragon-" + kit; }

}  // namespace windhover::gateway
