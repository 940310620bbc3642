#pragma once
// French "signalement électronique" (arrêté of 27 December 2019), in the vendor element of Wi-Fi beacons:
// bytes to values. Type-length-value fields, big-endian. Layout of public implementations that agree; two
// position encodings verified.

#include <cstdint>
#include <optional>
#include <string>

#include "decoders/messages/anomalies.hpp"
#include "decoders/messages/field_reader.hpp"
#include "decoders/messages/odid_reject.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::messages {

struct FrenchId {
  std::uint8_t version = 0;              ///< 0 if not sent; 1 is the only one in use
  std::optional<std::string> french_id;  ///< 3 manufacturer, 3 model, 24 serial characters
  std::optional<std::string> cta_2063_serial;
  std::optional<GeoPosition> position;
  std::optional<double> altitude_m;  ///< above mean sea level
  std::optional<double> height_m;    ///< above take-off
  std::optional<GeoPosition> take_off_position;
  std::optional<double> speed_mps;  ///< over ground
  std::optional<double> track_deg;  ///< clockwise from true north, [0, 360)
  std::uint8_t unknown_fields = 0;
  Anomalies anomalies;
  bool operator==(const FrenchId&) const = default;
};

/// `element` is the body of the vendor element from its OUI (6A 5C 35, type 01) on. Rejects with `not_mine`,
/// `bad_size` if a field runs over the end, `sanity` if no known field came.
Result<FrenchId, OdidReject> parse_french_id(Bytes element);

}  // namespace windhover::decoders::messages
