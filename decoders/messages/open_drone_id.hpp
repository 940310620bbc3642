#pragma once
// Open Drone ID messages: 25 bytes to values, alike on every radio. Layouts of ASTM F3411-19 (version nibble
// 0), prEN 4709-002 and GB 42590-2023 (1) and F3411-22a (2), which are backward compatible: no message is
// refused for its version, and a field that an older version reserves is read when it is not zero.
// Verified against captures of real senders and the encoders of opendroneid-core-c. All integers are
// little-endian. What the sender marked unknown is absent.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decoders/messages/anomalies.hpp"
#include "decoders/messages/field_reader.hpp"
#include "decoders/messages/odid_reject.hpp"
#include "decoders/result.hpp"

namespace windhover::decoders::messages {

inline constexpr std::size_t kOdidMessageBytes = 25;
inline constexpr std::size_t kOdidPackHeaderBytes = 3;

/// High nibble of byte 0.
enum class OdidType : std::uint8_t {
  basic_id = 0,
  location = 1,
  authentication = 2,
  self_id = 3,
  system = 4,
  operator_id = 5,
  message_pack = 15,
};

// Enumerations hold the code of the air; codes without a name are reserved and print as "reserved".

enum class IdType : std::uint8_t {
  none = 0,
  serial_number = 1,        ///< ANSI/CTA-2063-A, see cta_2063.hpp
  caa_registration = 2,     ///< registration mark of the civil aviation authority
  utm_uuid = 3,             ///< assigned by traffic management
  specific_session_id = 4,  ///< for one flight, see BasicId::session_type
};

enum class UaType : std::uint8_t {
  none,
  aeroplane,
  helicopter_or_multirotor,
  gyroplane,
  hybrid_lift,
  ornithopter,
  glider,
  kite,
  free_balloon,
  captive_balloon,
  airship,
  free_fall_or_parachute,
  rocket,
  tethered_powered,
  ground_obstacle,
  other,
};

struct BasicId {
  std::uint8_t version = 0;
  IdType id_type = IdType::none;
  UaType ua_type = UaType::none;
  /// Text of the identifier in the form its kind has: serial and registration as sent, UUID as 8-4-4-4-12
  /// digits, DRIP entity tag as IPv6 address, anything else binary as hexadecimal digits.
  std::optional<std::string> uas_id;
  std::array<std::uint8_t, 20> uas_id_bytes{};  ///< as on air
  std::optional<std::uint8_t> session_type;     ///< specific session only: 1 IETF DRIP, 2 IEEE 1609.2
  Anomalies anomalies;
  bool operator==(const BasicId&) const = default;
};

enum class OperationalStatus : std::uint8_t {
  undeclared,
  on_ground,
  airborne,
  emergency,
  remote_id_failure,
};

enum class HeightReference : std::uint8_t { take_off, ground };

struct Location {
  std::uint8_t version = 0;
  OperationalStatus status = OperationalStatus::undeclared;
  std::optional<double> track_deg;     ///< clockwise from true north, [0, 360)
  std::optional<double> speed_mps;     ///< over ground
  bool speed_saturated = false;        ///< the true speed is `speed_mps` or more
  std::optional<double> vertical_mps;  ///< up is positive
  bool vertical_saturated = false;     ///< the true magnitude is |vertical_mps| or more
  std::optional<GeoPosition> position;
  std::optional<double> pressure_altitude_m;  ///< to 1013.25 hPa
  std::optional<double> geodetic_altitude_m;  ///< above the WGS-84 ellipsoid
  std::optional<double> height_m;             ///< above height_reference
  HeightReference height_reference = HeightReference::take_off;
  /// Upper bounds: the error is smaller than this with 95 % confidence.
  std::optional<double> horizontal_accuracy_m;
  std::optional<double> vertical_accuracy_m;
  std::optional<double> pressure_accuracy_m;
  std::optional<double> speed_accuracy_mps;
  std::optional<double> seconds_of_hour;  ///< 0..3600 since the full UTC hour, see resolve_hour_time
  std::optional<double> time_accuracy_s;
  Anomalies anomalies;
  bool operator==(const Location&) const = default;
};

enum class AuthType : std::uint8_t {
  none,
  uas_id_signature,
  operator_id_signature,
  message_set_signature,
  network_remote_id,
  specific_method,  ///< the first data byte names the method, see odid_auth.hpp
};

/// What page 0 tells about all pages.
struct AuthHeader {
  std::uint8_t last_page = 0;               ///< index; of version 0, which sends a count, count - 1
  std::uint8_t length_bytes = 0;            ///< authentication data over all pages
  std::optional<std::int64_t> timestamp_s;  ///< Unix as sent, see plausible_unix_time
  bool operator==(const AuthHeader&) const = default;
};

/// One page; odid_auth.hpp puts pages together.
struct Authentication {
  std::uint8_t version = 0;
  AuthType auth_type = AuthType::none;
  std::uint8_t page = 0;                   ///< 0..15
  std::optional<AuthHeader> header;        ///< page 0 only
  std::array<std::uint8_t, 23> payload{};  ///< bytes 2..24 as on air: header (page 0) and data
  /// 17 bytes of page 0, 23 of any other.
  Bytes data() const { return Bytes(payload).subspan(page == 0 ? 6 : 0); }
  bool operator==(const Authentication&) const = default;
};

struct SelfId {
  std::uint8_t version = 0;
  std::uint8_t description_type = 0;  ///< 0 text, 1 emergency, 2 extended status, 201..255 private
  std::optional<std::string> description;
  Anomalies anomalies;
  bool operator==(const SelfId&) const = default;
};

enum class OperatorLocationType : std::uint8_t { take_off, live, fixed };
enum class ClassificationRegion : std::uint8_t { undeclared, eu, china };
enum class OperationCategory : std::uint8_t { undeclared, open, specific, certified };

struct System {
  std::uint8_t version = 0;
  OperatorLocationType operator_location_type = OperatorLocationType::take_off;
  std::optional<GeoPosition> operator_position;
  std::optional<double> operator_altitude_m;  ///< above the WGS-84 ellipsoid
  bool cgcs2000 = false;                      ///< GB 42590 only: Chinese datum, centimetres away from WGS-84
  std::uint16_t area_count = 0;  ///< aircraft in the group; some senders leave 0 where 1 is meant
  std::uint16_t area_radius_m = 0;
  std::optional<double> area_ceiling_m, area_floor_m;
  ClassificationRegion classification = ClassificationRegion::undeclared;
  std::optional<OperationCategory> category;  ///< only with a classification
  /// EU "C0".."C6", China "micro", "light", "small", "other"; a literal.
  std::optional<std::string_view> aircraft_class;
  std::optional<std::int64_t> timestamp_s;  ///< Unix as sent, see plausible_unix_time
  Anomalies anomalies;
  bool operator==(const System&) const = default;
};

struct OperatorId {
  std::uint8_t version = 0;
  std::uint8_t operator_id_type = 0;  ///< 0 of the civil aviation authority, 201..255 private
  std::optional<std::string> operator_id;
  Anomalies anomalies;
  bool operator==(const OperatorId&) const = default;
};

using OdidMessage = std::variant<BasicId, Location, Authentication, SelfId, System, OperatorId>;

struct OdidPack {
  std::uint8_t version = 0;
  std::vector<OdidMessage> messages;  ///< in the order of the air; may be empty while a sender boots
  OdidRejectCounts rejects;           ///< of messages inside the pack that could not be read
  Anomalies anomalies;
  bool operator==(const OdidPack&) const = default;
};

/// One message of the first 25 bytes; further bytes are ignored. Rejects with `too_short`, `unknown_type` or,
/// for a message pack, `nested_pack`.
Result<OdidMessage, OdidReject> parse_odid_message(Bytes message);

/// A message pack; bytes after the last message are ignored. Rejects with `unknown_type` if it is none,
/// `bad_size` for a message size other than 25 or more than 10 messages, `too_short`. A bad message inside is
/// counted and loses no other.
Result<OdidPack, OdidReject> parse_odid_pack(Bytes pack);

/// The time of a Location: of all UTC hours the one that puts the stamp within 30 minutes of the reception.
/// Unix nanoseconds in and out.
std::int64_t resolve_hour_time(double seconds_of_hour, std::int64_t reception_utc_ns);

/// `timestamp_s` of System and Authentication if it can be true: from 2021 on (the protocol is not older) and
/// at most one day after the reception; senders without a clock fill anything in.
std::optional<std::int64_t> plausible_unix_time(std::int64_t timestamp_s, std::int64_t reception_utc_ns);

std::string_view to_string(OdidType type);
std::string_view to_string(IdType type);
std::string_view to_string(UaType type);
std::string_view to_string(OperationalStatus status);
std::string_view to_string(HeightReference reference);
std::string_view to_string(AuthType type);
std::string_view to_string(OperatorLocationType type);
std::string_view to_string(ClassificationRegion region);
std::string_view to_string(OperationCategory category);

/// Upper bounds of the accuracy codes that F3411 and GB 46750 share; absent for code 0 (unknown) and for
/// reserved codes, which are noted.
std::optional<double> horizontal_accuracy_m(std::uint8_t code, Anomalies& anomalies);
std::optional<double> vertical_accuracy_m(std::uint8_t code, Anomalies& anomalies);
std::optional<double> speed_accuracy_mps(std::uint8_t code, Anomalies& anomalies);

/// IPv6 address as RFC 5952 writes it.
std::string ipv6_text(std::span<const std::uint8_t, 16> address);

// The parsers of single messages, for parse_odid_message; `message` has 25 bytes.
BasicId read_basic_id(Bytes message);
Location read_location(Bytes message);
Authentication read_authentication(Bytes message);
SelfId read_self_id(Bytes message);
System read_system(Bytes message);
OperatorId read_operator_id(Bytes message);

}  // namespace windhover::decoders::messages
