#pragma once
// Frames of Remote ID over Bluetooth as the decoder hands them on, built by hand.

#include <optional>
#include <string>
#include <utility>

#include "dji_frames.hpp"

namespace windhover::sensor::test {

inline msg::BasicId basic_id(std::string id, msg::IdType type = msg::IdType::serial_number) {
  msg::BasicId basic;
  basic.version = 2;
  basic.id_type = type;
  basic.ua_type = msg::UaType::helicopter_or_multirotor;
  basic.uas_id = std::move(id);
  return basic;
}

inline msg::Location location(double lat_deg = 51.5, double height_m = 40) {
  msg::Location location;
  location.version = 2;
  location.status = msg::OperationalStatus::airborne;
  location.position = msg::GeoPosition{lat_deg, 7.25};
  location.height_m = height_m;
  location.speed_mps = 5.25;
  location.track_deg = 90;
  return location;
}

inline msg::System system_message() {
  msg::System system;
  system.version = 2;
  system.operator_location_type = msg::OperatorLocationType::live;
  system.operator_position = msg::GeoPosition{51.25, 7.5};
  return system;
}

/// `sender` is the last octet of the address; none without one.
inline TimedFrame heard_remote_id(msg::RemoteIdBody body, UtcTime at, std::optional<std::uint8_t> sender = 1,
                                  std::string_view transport = "bluetooth_legacy") {
  TimedFrame frame;
  frame.frame.protocol = "odid";
  frame.frame.transport = transport;
  frame.frame.rf.centre = {2402e6};
  frame.frame.rf.channel = 37;
  frame.frame.rf.snr_db = 12.5F;
  frame.frame.payload = {0x42, 0x25};
  frame.frame.message = msg::RemoteId{7, std::move(body)};
  if (sender) frame.frame.transmitter = {{0xC0, 0, 0, 0, 0, *sender}, true};
  frame.at.time = at;
  frame.at.start_s = std::chrono::duration<double>(at - kStart).count();
  frame.at.duration_s = 376e-6;
  return frame;
}

}  // namespace windhover::sensor::test
