#pragma once
// DJI DroneID in the vendor element of Wi-Fi beacons (OUI 26:37:12, not a registered one): unwraps the part
// that dji_droneid.hpp parses. Layout reported by public receivers, verified on the frames of a spoofer; no
// recording of a real aircraft was at hand.

#include <array>
#include <cstdint>

#include "decoders/messages/field_reader.hpp"
#include "decoders/messages/odid_reject.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::messages {

struct DjiWifiElement {
  std::uint8_t length_bytes = 0;        ///< as sent
  std::array<std::uint8_t, 2> fixed{};  ///< 62 13 wherever seen; meaning unknown
  /// From the kind byte to the end of the element, for parse_dji_wifi_body. Padding after `length_bytes` is
  /// left on: one receiver reads that byte as a type, and the parser ignores what follows its fields.
  Bytes payload;
};

/// `element` is the body of the vendor element from its OUI on and must outlive the result. Rejects with
/// `not_mine`, or `too_short` when nothing follows the header or less than it announces.
Result<DjiWifiElement, OdidReject> unwrap_dji_wifi_element(Bytes element);

}  // namespace windhover::decoders::messages
