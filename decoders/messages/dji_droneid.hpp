#pragma once
// DJI DroneID logical packets: bytes to values. Carried by OcuSync bursts and, without length and CRC16, by
// the DJI vendor element of Wi-Fi beacons. Layouts learnt by reverse engineering; verified on a Mavic Air 2
// recording for kind 0x10 version 2 and kind 0x11 up to the serial, reported by others for the rest.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "decoders/result.hpp"

namespace windhover::decoders::messages {

/// WGS-84 degrees.
struct DjiPosition {
  double lat_deg = 0;
  double lon_deg = 0;
  bool operator==(const DjiPosition&) const = default;
};

/// Kind 0x10. What is zero for "unknown" (positions, time, product), or what cannot be true, is absent. The
/// validity bits of state_info gate nothing: real packets contradict them.
struct DjiTelemetry {
  std::uint8_t version = 0;
  bool layout_verified =
      true;  ///< false for unknown versions: only sequence, state, serial and position are read
  std::uint16_t sequence = 0;  ///< one more about every second, wraps
  std::uint16_t state_info = 0;
  std::optional<std::string> serial;
  std::optional<DjiPosition> position;
  std::optional<double> altitude_m;  ///< above mean sea level, barometric; the scale is not proven
  std::optional<double> height_m;    ///< above take-off
  std::optional<double> v_north_mps, v_east_mps, v_up_mps;
  std::optional<double> pitch_deg, roll_deg;  ///< version 1 only
  std::optional<double> yaw_deg;              ///< -180..180
  std::optional<std::int64_t> time_ms;        ///< Unix, of the last pilot position, not of the emission
  std::optional<DjiPosition> pilot;
  std::optional<DjiPosition> home;
  std::optional<std::uint8_t> product_type;
  std::optional<std::string> uuid;
  bool operator==(const DjiTelemetry&) const = default;
};

/// Kind 0x11: owner's licence and purpose of the flight, as typed into the app.
struct DjiLicence {
  std::optional<std::string> serial;
  std::optional<std::string> licence_id;
  std::optional<std::string> purpose;
  bool operator==(const DjiLicence&) const = default;
};

/// The O3/O4 shells INFP (telemetry) and CRYP (key): presence and session only; nothing is ever decrypted.
struct DjiEncrypted {
  std::string marker;                             ///< "INFP" or "CRYP"
  std::array<std::uint8_t, 4> session_hash{};     ///< stable for one flight
  std::optional<std::uint16_t> ciphertext_bytes;  ///< INFP only
  bool operator==(const DjiEncrypted&) const = default;
};

/// Both checksums are right and the kind is not known: still a DJI aircraft.
struct DjiUnknownKind {
  bool operator==(const DjiUnknownKind&) const = default;
};

struct DjiDroneId {
  std::uint8_t length = 0;  ///< L, byte 0 of the packet
  std::uint8_t kind = 0;
  std::variant<DjiTelemetry, DjiLicence, DjiEncrypted, DjiUnknownKind> body;
  bool operator==(const DjiDroneId&) const = default;
};

enum class DjiReject : std::uint8_t { length, crc16, sanity };

/// Parses one logical packet as an OcuSync burst carries it: length byte first, CRC16 last; bytes after the
/// CRC16 (stale transmit buffer) are ignored. Rejects with `length` if the packet does not fit into `block`
/// or into 173 bytes or is too short for its kind, with `crc16`, or with `sanity` if all that follows kind
/// and version is zero. A single value that cannot be true is absent and does not cost the frame.
Result<DjiDroneId, DjiReject> parse_dji_droneid(std::span<const std::uint8_t> block);

/// The body that DJI's Wi-Fi vendor element carries after OUI and header: from the kind byte on, no CRC. The
/// result's `length` is the body's, which is what L says on OcuSync.
Result<DjiDroneId, DjiReject> parse_dji_wifi_body(std::span<const std::uint8_t> body);

/// CRC16 of the logical packet: reflected 0x8408, initial 0x3692; check("123456789") = 0x7109.
std::uint16_t dji_crc16(std::span<const std::uint8_t> bytes);

/// Model name of a product type, empty if it is not listed.
std::string_view dji_product_name(std::uint8_t product_type);

}  // namespace windhover::decoders::messages
