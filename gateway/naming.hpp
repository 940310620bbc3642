#pragma once
// The names under which DragonSync and TAK know things: the same from whichever output they come, so that a
// user of both sees one marker.

#include <string>

#include "gateway/feed_values.hpp"

namespace windhover::gateway {

/// The serial number, else what stays the same while the aircraft is heard: its link address where nothing
/// but that is known, the feed's id otherwise, "drone-alert…" for an alert.
std::string track_id(const Aircraft& aircraft);

/// "drone-" and track_id(), or that alone where it begins so.
std::string track_uid(const Aircraft& aircraft);

/// True for a DroneID burst that tells neither who nor where: these are shown at the sensor.
bool is_alert(const Aircraft& aircraft);

/// True for what is known by a link address alone and was heard for a few seconds only. Addresses change, and
/// an aircraft that has just taken another is no other aircraft; its identity comes every 3 s
/// (F3411-22a 5.4.5).
bool is_glimpse(const Aircraft& aircraft);

/// "pilot-…" and "home-…" as DragonSync names them after the aircraft.
std::string pilot_uid(const Aircraft& aircraft);
std::string home_uid(const Aircraft& aircraft);

/// True for a link that is worth a marker: it is an aircraft's, or looks like one of a drone.
bool is_signal(const Link& link);

/// Links of one kind on one MHz share a marker. The link has a centre.
std::string signal_uid(const Link& link);

/// "wardragon-" and the kit.
std::string sensor_uid(const std::string& kit);

}  // namespace windhover::gateway
