#pragma once
// What several outputs derive from an aircraft alike.

#include <optional>
#include <string>

#include "gateway/feed_values.hpp"

namespace windhover::gateway {

/// The transport that was heard last: its levels and frequency are the present ones. nullptr if there is
/// none.
const HeardOn* latest_transport(const Aircraft& aircraft);

/// Power at the antenna, if what full scale means there is known.
std::optional<double> rssi_dbm(const HeardOn& heard, const std::optional<double>& full_scale_dbm);

/// F3411's code of the type of aircraft, 1 to 15, from the feed's name of it.
std::optional<int> ua_type_code(const std::optional<std::string>& name);

}  // namespace windhover::gateway
