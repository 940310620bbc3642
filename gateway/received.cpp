#include "gateway/received.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace windhover::gateway {
namespace {

// In the order of F3411-22a table 5; "none" is not told by the feed.
constexpr std::array<std::string_view, 16> kUaTypes{"none",
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

}  // namespace

const HeardOn* latest_transport(const Aircraft& aircraft) {
  const auto at =
      std::max_element(aircraft.transports.begin(), aircraft.transports.end(),
                       [](const HeardOn& a, const HeardOn& b) { return a.last_heard < b.last_heard; });
  return at == aircraft.transports.end() ? nullptr : &*at;
}

std::optional<double> rssi_dbm(const HeardOn& heard, const std::optional<double>& full_scale_dbm) {
  if (heard.rssi_dbm) return heard.rssi_dbm;
  if (!heard.rssi_dbfs || !full_scale_dbm) return std::nullopt;
  return *heard.rssi_dbfs + *full_scale_dbm;
}

std::optional<int> ua_type_code(const std::optional<std::string>& name) {
  const auto at = name ? std::find(kUaTypes.begin(), kUaTypes.end(), *name) : kUaTypes.end();
  if (at == kUaTypes.end() || at == kUaTypes.begin()) return std::nullopt;
  return static_cast<int>(at - kUaTypes.begin());
}

}  // namespace windhover::gateway
