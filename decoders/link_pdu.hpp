#pragma once
// Transmissions of links as their headers tell them: what an account of airtime and octets is made of.
// Nothing of their content is in here.

#include <cstdint>
#include <optional>
#include <string_view>

#include "decoders/frame.hpp"

namespace windhover::decoders {

/// What shows that a PDU is what its header says.
enum class Proof : std::uint8_t {
  header,         ///< parity or CRC of the PHY header; the addresses are unverified
  check_failed,   ///< that, and the check sequence over the frame is wrong: so the addresses may be
  frame_checked,  ///< the check sequence over the frame is right
};

/// Where a PDU's content goes, as its MAC header says.
enum class Direction : std::uint8_t { none, to_access_point, from_access_point, direct, relayed };

/// What its frames make a transmitter.
enum class Role : std::uint8_t { unknown, access_point, station };
constexpr std::string_view to_string(Role role) {
  constexpr std::string_view names[] = {"unknown", "access_point", "station"};
  return names[static_cast<std::size_t>(role)];
}

/// Why a transmitter may belong to a drone: never an identity.
struct PresenceHint {
  std::string_view what;    ///< a literal: "drone-like access point", "drone video link", …
  std::string_view reason;  ///< a literal: "SSID begins with TELLO"
  bool operator==(const PresenceHint&) const = default;
};

/// One PDU on the air: a PPDU of Wi-Fi.
struct LinkPdu {
  std::string_view kind;  ///< "wifi", a literal
  std::string_view phy;   ///< "dsss", "ofdm", …, a literal
  RfFacts rf;             ///< length_samples: its airtime
  std::uint8_t width_mhz = 0;
  Proof proof = Proof::header;
  std::uint32_t octets = 0;  ///< of the PSDU
  bool octets_exact =
      true;  ///< else `octets` is the most that the airtime can hold, 0 if not even that is known
  std::uint32_t frames = 1;  ///< in the PSDU, as far as they were counted: 1 where an aggregate was not read
  std::uint32_t frames_checked = 0;  ///< of them with a right check sequence
  bool aggregate = false;
  bool retry = false;
  std::uint32_t data_octets = 0;  ///< of the frame bodies of data frames, without header and check sequence
  Direction direction = Direction::none;
  Role role = Role::unknown;                             ///< of the transmitter
  std::optional<Transmitter> transmitter{}, receiver{};  ///< receiver: where one is meant, not a group
  std::optional<PresenceHint> hint{};
};

}  // namespace windhover::decoders
