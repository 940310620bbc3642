#pragma once
// What decoders hand on: accepted frames as typed values, and rejected attempts with their reason.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "decoders/messages/dji_droneid.hpp"
#include "decoders/messages/french_id.hpp"
#include "decoders/messages/remote_id.hpp"
#include "dsp/types.hpp"

namespace windhover::decoders {

/// Measured facts of one transmission; NaN where one is not known. Indices count at the channel's rate from
/// the start of the stream; the sensor turns them into stream samples and UTC.
struct RfFacts {
  dsp::Hertz centre{};        ///< RF frequency of the channel or carrier that the protocol names
  double first_sample = 0;    ///< where the transmission starts, with fraction
  double length_samples = 0;  ///< its duration
  float snr_db = 0;           ///< as the protocol's specification sheet defines it
  float rssi_dbfs = 0;        ///< mean power during the transmission
  float cfo_hz = 0;           ///< measured carrier minus the nearest channel raster point of the protocol
  std::optional<std::uint16_t>
      channel{};  ///< as the standard numbers it: Bluetooth's channel index, Wi-Fi's number
  std::optional<float> rate_mbps{};  ///< where a protocol has several
};

/// Link address of who sent it, most significant octet first.
struct Transmitter {
  std::array<std::uint8_t, 6> octets{};
  bool random = false;  ///< made up by the sender and perhaps changed every few minutes
  bool operator==(const Transmitter&) const = default;
};

/// The typed content of a frame; each alternative lives in decoders/messages/.
using Message = std::variant<messages::DjiDroneId, messages::RemoteId, messages::FrenchId>;

struct Frame {
  std::string_view protocol;   ///< "dji_droneid", "odid", a literal
  std::string_view transport;  ///< "ocusync", "bluetooth_legacy", a literal
  RfFacts rf;
  std::vector<std::uint8_t> payload;  ///< the logical packet as it was on air
  Message message;
  std::optional<Transmitter> transmitter{};
};

enum class RejectReason : std::uint8_t { no_sync, truncated, crc24, crc16, fcs, length, sanity, unsupported };
inline constexpr std::size_t kRejectReasons = 8;
constexpr std::string_view to_string(RejectReason reason) {
  constexpr std::string_view names[kRejectReasons] = {"no_sync", "truncated", "crc24",  "crc16",
                                                      "fcs",     "length",    "sanity", "unsupported"};
  return names[static_cast<std::size_t>(reason)];
}

/// One transmission of several that may make up a frame, for the Linker of its decoder; never published.
struct FramePart {
  std::string_view transport;  ///< of the frame that may come of it
  RfFacts rf;
  std::vector<std::uint8_t> payload;
};

/// Something that looked like a frame and was not accepted, with what was measured of it.
struct RejectedAttempt {
  std::string_view protocol;
  RejectReason reason;
  RfFacts rf;
};

}  // namespace windhover::decoders
