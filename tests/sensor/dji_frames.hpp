#pragma once
// Frames as the OcuSync decoder hands them on, built by hand. The values of telemetry() are those of burst
// 589 of the public Mavic Air 2 recording (RUB-SysSec/DroneSecurity, samples/mavic_air_2).

#include <chrono>
#include <string>
#include <utility>

#include "sensor/events.hpp"

namespace windhover::sensor::test {

namespace msg = decoders::messages;

inline const UtcTime kStart = parse_rfc3339("2026-03-01T12:00:00Z");

inline UtcTime at_ms(std::int64_t milliseconds) { return kStart + std::chrono::milliseconds(milliseconds); }

inline msg::DjiTelemetry telemetry(std::string serial = "1WNBH3900201N1") {
  msg::DjiTelemetry telemetry;
  telemetry.version = 2;
  telemetry.sequence = 589;
  telemetry.state_info = 8183;
  telemetry.serial = std::move(serial);
  const double raw_to_deg = 180.0 / (3.14159265358979323846 * 1e7);
  telemetry.position = msg::DjiPosition{0x0089028b * raw_to_deg, 0x00135a91 * raw_to_deg};
  telemetry.altitude_m = 141;
  telemetry.height_m = 37 * 0.1;
  telemetry.v_north_mps = 2 * 0.01;
  telemetry.v_east_mps = 0;
  telemetry.v_up_mps = 28 * 0.01;
  telemetry.yaw_deg = -13261 * 0.01;
  telemetry.time_ms = 1650542026258;
  telemetry.pilot = msg::DjiPosition{0x00890275 * raw_to_deg, 0x00135a7d * raw_to_deg};
  telemetry.home = msg::DjiPosition{0x0089027e * raw_to_deg, 0x00135aa9 * raw_to_deg};
  telemetry.product_type = 58;
  telemetry.uuid = "1143635532171534336";
  return telemetry;
}

/// As heard `at`, 29.4 dB, on 2459.5 MHz + 7363 Hz.
template <typename Body>
TimedFrame frame(Body body, UtcTime at, std::uint8_t kind = 0x10) {
  TimedFrame frame;
  frame.frame.protocol = "dji_droneid";
  frame.frame.transport = "ocusync";
  frame.frame.rf.centre = {2459.5e6};
  frame.frame.rf.snr_db = 29.4F;
  frame.frame.rf.rssi_dbfs = -21.3F;
  frame.frame.rf.cfo_hz = 7363.0F;
  frame.frame.payload = {0x58, kind, 0x02};
  frame.frame.message = msg::DjiDroneId{0x58, kind, std::move(body)};
  frame.at.time = at;
  frame.at.start_s = std::chrono::duration<double>(at - kStart).count();
  frame.at.duration_s = 643.23e-6;
  frame.at.sample_index = static_cast<std::int64_t>(frame.at.start_s * 50e6);
  return frame;
}

}  // namespace windhover::sensor::test
