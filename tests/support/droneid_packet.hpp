#pragma once
// DJI DroneID packets from values: logical packets (length byte first, CRC16 last) and the 176-byte block
// around them.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace windhover::synth {

/// The integers of a kind 0x10 version 2 packet, named and scaled as on air.
struct DroneIdTelemetry {
  std::uint16_t sequence = 0;
  std::uint16_t state_info = 0x1ff7;
  std::string serial;    ///< up to 16 characters
  std::int32_t lon = 0;  ///< 1e-7 rad, as droneid_coordinate() gives it
  std::int32_t lat = 0;
  std::int16_t altitude = 0;                       ///< m
  std::int16_t height = 0;                         ///< 0.1 m
  std::int16_t v_north = 0, v_east = 0, v_up = 0;  ///< 0.01 m/s
  std::int16_t yaw = 0;                            ///< 0.01°
  std::uint64_t time_ms = 0;                       ///< Unix
  std::int32_t pilot_lat = 0, pilot_lon = 0;
  std::int32_t home_lon = 0, home_lat = 0;
  std::uint8_t product_type = 0;
  std::string uuid;  ///< up to 20 characters
};

std::int32_t droneid_coordinate(double degrees);
double droneid_degrees(std::int32_t coordinate);

/// Reflected 0x8408, initial 0x3692.
std::uint16_t droneid_crc16(std::span<const std::uint8_t> bytes);

/// `body` starts with the kind byte.
std::vector<std::uint8_t> droneid_packet(std::span<const std::uint8_t> body);

std::vector<std::uint8_t> droneid_telemetry_packet(const DroneIdTelemetry& telemetry);

/// Kind 0x11, 144 bytes. id: up to 10 characters; purpose is cut to what fits.
std::vector<std::uint8_t> droneid_licence_packet(const std::string& serial, const std::string& id,
                                                 const std::string& purpose);

/// The encrypted telemetry shell of newer aircraft: L = 0x87, marker INFP. The ciphertext is what the caller
/// makes up; up to 116 bytes.
std::vector<std::uint8_t> droneid_infp_packet(std::span<const std::uint8_t, 4> session_hash,
                                              std::span<const std::uint8_t, 8> nonce,
                                              std::span<const std::uint8_t> ciphertext);

/// Packet, then zeros or the last bytes of `stale` up to byte 172 (the transmit buffer is never cleared),
/// then CRC24A.
std::vector<std::uint8_t> transport_block(std::span<const std::uint8_t> packet,
                                          std::span<const std::uint8_t> stale = {});

}  // namespace windhover::synth
