#pragma once
// What the feed says, as typed values: one struct per message kind. Claimed and measured are never mixed, and
// what is unknown is absent. feed_json.hpp turns them into JSON.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decoders/link_pdu.hpp"
#include "decoders/messages/odid_auth.hpp"
#include "sensor/coverage/signal_classes.hpp"
#include "sensor/device_health.hpp"
#include "sensor/disclosure.hpp"
#include "sensor/events.hpp"
#include "sensor/evidence/evidence_status.hpp"
#include "sensor/links/link_report.hpp"
#include "sensor/overload.hpp"
#include "sensor/sensor_position.hpp"
#include "sensor/time.hpp"
#include "sensor/tuning/tuning_status.hpp"

namespace windhover::sensor {

/// Version of the message layout, `v` in every body. Names that are added do not change it.
inline constexpr int kFeedSchema = 1;

/// Heads every message.
struct MessageHead {
  std::string sensor;     ///< node id
  std::string boot;       ///< random per start of the program
  std::uint64_t seq = 0;  ///< 1, 2, 3 … per kind and boot: a hole is a loss
  UtcTime time{};         ///< of the event, not of sending
};

/// One accepted frame.
struct FrameMessage {
  MessageHead head;
  std::string aircraft_id;  ///< as in `aircraft`; empty when the frame belongs to none
  const TimedFrame& heard;  ///< outlives the message
  /// Presence: what the frame says is not told, whatever `heard` holds.
  Disclosure disclosure = Disclosure::full;
  PlaceDetail operator_position = PlaceDetail::full;  ///< as `heard` has been redacted
  /// What its pages completed; outlives the message.
  std::span<const decoders::messages::AuthenticationSet> authentications{};
};

/// An attempt that was not accepted; published on request only.
struct RejectMessage {
  MessageHead head;
  TimedReject heard;
};

/// WGS-84 degrees.
struct Position {
  double lat_deg = 0;
  double lon_deg = 0;
  bool operator==(const Position&) const = default;
};

/// What an aircraft says about itself, over all protocols. Nothing of it is verified.
struct Claims {
  std::optional<std::string> serial, session_hash, maker, model, uuid, licence_id, purpose;
  std::optional<std::string> registration;  ///< mark of the civil aviation authority
  std::optional<std::string> utm_id, session_id;
  std::optional<std::string> operator_id, description;
  std::optional<std::string_view> ua_type, category, aircraft_class;  ///< literals
  std::optional<bool> encrypted;  ///< it sends telemetry that only its maker can read
  std::optional<Position> position;
  std::optional<double> height_m;  ///< above take-off
  std::optional<double> height_above_ground_m;
  std::optional<double> altitude_m;           ///< above mean sea level
  std::optional<double> geodetic_altitude_m;  ///< above the WGS-84 ellipsoid
  std::optional<double> pressure_altitude_m;  ///< to 1013.25 hPa
  std::optional<double> horizontal_accuracy_m, vertical_accuracy_m,
      speed_accuracy_mps;  ///< upper bounds, 95 %
  std::optional<double> v_north_mps, v_east_mps, v_up_mps;
  std::optional<double> speed_mps, track_deg;  ///< over ground; track 0..360 from north
  std::optional<double> yaw_deg;
  std::optional<Position> pilot, home;
  std::optional<std::string_view>
      pilot_location;                      ///< "take_off", "live", "fixed": what `pilot` is the place of
  std::optional<double> pilot_altitude_m;  ///< above the WGS-84 ellipsoid
  std::optional<std::string_view> status;  ///< of Remote ID: "on_ground", "airborne", "emergency", …
  std::optional<bool> motors_on, in_air;
  std::optional<UtcTime> position_time;  ///< when the sender says that it was there
  /// The last one whose pages were all heard.
  std::optional<decoders::messages::AuthenticationSet> authentication;
};

/// How one transport of an aircraft was received; levels are those of its last frame.
struct TransportMeasure {
  std::string_view protocol, transport;
  std::uint64_t frames = 0;
  UtcTime last_heard{};
  decoders::RfFacts rf;
  Reception reception{};  ///< of the last frame too
};

struct Measured {
  UtcTime first_heard{}, last_heard{};
  std::uint64_t frames = 0;
  std::uint64_t positions_held = 0;            ///< kept out of the claims because nobody gets there so fast
  std::vector<TransportMeasure> transports{};  ///< ordered by protocol, transport
};

/// Of one reason, or of an alert; in the order of weight.
enum class Severity : std::uint8_t { supporting, info, notice, warning, critical };
constexpr std::string_view to_string(Severity severity) {
  constexpr std::string_view names[] = {"supporting", "info", "notice", "warning", "critical"};
  return names[static_cast<std::size_t>(severity)];
}

/// Something that speaks for or against what is claimed. Tells nothing of where people are.
struct Reason {
  std::string_view kind;  ///< a literal
  Severity severity = Severity::info;
  /// Natural logarithm of how much better a false claim explains what was received than a true one; below 0
  /// it speaks for the claim. Absent where nobody knows.
  std::optional<double> log_likelihood_ratio{};
  UtcTime since{};
  std::string text{};                             ///< one sentence
  std::map<std::string_view, double> evidence{};  ///< numbers, by names with units, literals
};

/// What became of an aircraft's signatures; docs/trust.md lists the states.
struct Signatures {
  std::string_view state = "none";  ///< a literal
  std::string signer{};             ///< DRIP entity tag as IPv6 address
  std::uint64_t right = 0, wrong = 0;
  std::uint64_t signed_messages = 0;  ///< received messages that a right signature covers
};

struct Trust {
  bool authenticated = false;  ///< a signature over what is claimed was verified
  std::optional<Signatures> signatures{};
  std::vector<Reason> reasons{};  ///< weightiest first
};

/// Where something is, seen from the sensor.
struct Sight {
  std::optional<double> distance_m{};   ///< over ground
  std::optional<double> bearing_deg{};  ///< clockwise from true north
  std::optional<double> elevation_deg{}, slant_m{};
};

/// What follows from the claims and the sensor's own position.
struct Derived {
  std::optional<std::string_view> flight_state{};  ///< "on_ground", "in_air"
  std::optional<Sight> aircraft{}, pilot{};
};

enum class AircraftState : std::uint8_t { alive, fading, gone };
constexpr std::string_view to_string(AircraftState state) {
  constexpr std::string_view names[] = {"alive", "fading", "gone"};
  return names[static_cast<std::size_t>(state)];
}

/// One aircraft as it is known at head.time.
struct AircraftMessage {
  MessageHead head;
  std::string id;       ///< stable key, fit for a topic
  std::string same_as;  ///< with state gone: it turned out to be this aircraft, which goes on
  AircraftState state = AircraftState::alive;
  Claims claimed;
  Measured measured;
  Derived derived{};
  Trust trust{};
  std::vector<sensor::links::AircraftLink> links{};  ///< that are more likely its own than not
  Disclosure disclosure = Disclosure::full;
  PlaceDetail operator_position = PlaceDetail::full;  ///< as `claimed` has been redacted
};

enum class AlertCategory : std::uint8_t { spoof_suspicion, new_aircraft, emergency, sensor_trouble };
constexpr std::string_view to_string(AlertCategory category) {
  constexpr std::string_view names[] = {"spoof_suspicion", "new_aircraft", "emergency", "sensor_trouble"};
  return names[static_cast<std::size_t>(category)];
}

/// Something that somebody should look at. Tells nothing of where people are.
struct AlertMessage {
  MessageHead head;
  std::string id;  ///< category and what it is about, fit for a topic
  AlertCategory category = AlertCategory::new_aircraft;
  Severity severity = Severity::info;
  bool cleared = false;
  UtcTime since{};       ///< when it was raised first
  std::string aircraft;  ///< id as in `aircraft`; empty: it is about the sensor
  std::string text;      ///< one sentence
  std::vector<Reason> reasons{};
};

/// What a link carried, counted over a time.
struct LinkCounts {
  std::uint64_t frames = 0;          ///< an aggregate that was not read counts once
  std::uint64_t frames_checked = 0;  ///< of them with a right check sequence
  std::uint64_t aggregates = 0;
  std::uint64_t retries = 0;
  double airtime_s = 0;
  std::uint64_t octets = 0;            ///< of PSDUs whose length a header states
  std::uint64_t octets_checked = 0;    ///< of them proved by a check sequence
  std::uint64_t octets_estimated = 0;  ///< of PSDUs whose length is not stated: the most their airtime holds
  std::uint64_t unmeasured = 0;        ///< transmissions of which not even that is known
  /// Bodies of data frames by direction; `other`: between stations, or relayed.
  std::uint64_t data_to_access_point = 0, data_from_access_point = 0, data_other = 0;
};

struct LinkRate {
  float mbps = 0;
  std::uint64_t frames = 0;
  double airtime_s = 0;
};

/// Who sent or received: an aircraft's address in clear, anybody else's as a keyed hash.
struct LinkParty {
  std::uint64_t hash = 0;
  std::optional<decoders::Transmitter> address;  ///< only of an aircraft
  std::string aircraft;                          ///< id as in `aircraft`; empty: none known
};

/// One link at the end of a window, head.time: a transmitter's frames as their headers tell them, or
/// emissions that belong together.
struct LinkMessage {
  MessageHead head;
  std::string id;         ///< stable while it is heard, fit for a topic
  std::string_view kind;  ///< "wifi", "ocusync_video", a literal
  AircraftState state = AircraftState::alive;
  double center_hz = 0, bandwidth_hz = 0;
  links::Verdict verdict{};
  /// What only emissions tell; without it the link is one of frames, and the members about frames hold.
  std::optional<links::Emitted> emitted{};
  links::AttributionResult attribution{};
  std::optional<std::uint16_t> channel;
  decoders::Role role = decoders::Role::unknown;
  /// nullopt: frames that name no sender, or may name a wrong one, of all transmitters of the channel.
  std::optional<LinkParty> transmitter;
  std::optional<LinkParty> peer;  ///< to whom most of its frames go
  double window_s = 0;
  LinkCounts window, total;  ///< total: since first heard
  UtcTime first_heard{}, last_heard{};
  std::vector<std::string_view> phys;                               ///< literals, ascending
  std::vector<LinkRate> rates;                                      ///< of the window, ascending
  std::optional<double> rssi_dbfs, most_rssi_dbfs, snr_db, cfo_hz;  ///< means over the window's frames
  std::optional<AntennaLevel> rssi{};  ///< the same at the antenna, of calibrated receivers
  bool saturated = false;              ///< something of the window
  std::optional<decoders::PresenceHint> hint;
};

/// Which bands were received in a window that ends at head.time, and what that is worth.
struct CoverageMessage {
  struct Chance {
    std::string_view signals;  ///< name of the class, a literal
    double one = 0;            ///< see Intercept
    double window = 0;
  };
  MessageHead head;
  double window_s = 0;
  std::vector<BandShare> bands;  ///< ascending
  std::vector<Chance> intercept;
};

/// A row of the waterfall, head.time: its beginning. Its levels are a part of their own, no JSON.
struct SpectrumMessage {
  MessageHead head;
  const TimedSpectrum& row;  ///< outlives the message
};

/// What is left undone because the machine is too slow.
struct OverloadStatus {
  struct Shed {
    Work work;
    UtcTime since{};
  };
  ShedLevel level = 0;
  double time_share = 1;  ///< of slices that are processed
  std::vector<Shed> shed{};
  double lag_s = 0;         ///< air that waits in the rings
  std::uint64_t steps = 0;  ///< times that the level changed
};

/// What only a live sensor knows; absent in replay, whose output depends on the recording alone.
struct LiveStatus {
  std::map<std::string, double> thread_load;  ///< share of one core, 0..1, by thread
  std::optional<double> lag_s;                ///< from the air to the feed; absent while no samples come
  std::optional<DeviceHealth> device{};
  std::optional<OverloadStatus> overload{};
  std::optional<EvidenceStatus> evidence{};  ///< if it is kept
  std::optional<TuningStatus> tuning{};
};

/// What the pipeline knows about the stream, counted from its start.
struct StreamStatus {
  std::string source;  ///< device or file
  double rate_hz = 0;
  std::optional<double> center_hz, band_low_hz, band_high_hz;
  bool time_known =
      true;  ///< false: UTC counts from 1970 because the recording does not say when it was made
  std::uint64_t samples = 0;  ///< taken from the source
  double stream_s = 0;        ///< where the stream is now, from its start
  std::uint64_t gaps = 0;
  std::uint64_t lost_samples = 0;
  std::uint64_t nonfinite_samples = 0;
  std::uint64_t saturated_samples = 0;
  std::array<std::uint64_t, kWorks> shed_samples{};  ///< by Work: received, and the work left undone
  std::map<std::string, std::uint64_t> drops;        ///< blocks or frames lost, by stage
  std::vector<std::string> notes;                    ///< such as "resampled from 3.125 MS/s to 3.2 MS/s"
  std::optional<LiveStatus> live;
};

/// How the feed's sockets fare, counted from the start; depends on who listens, so published when live only.
struct FeedHealth {
  std::map<std::string, std::uint64_t>
      full_queues;                    ///< times a subscriber's queue ran full, by kind of message
  std::uint64_t topics = 0;           ///< whose last value is kept
  std::uint64_t snapshots = 0;        ///< sent whole
  std::uint64_t bad_requests = 0;     ///< at the snapshot socket: not understood, or too many at once
  std::uint64_t refused_clients = 0;  ///< attempts to connect without a key that is allowed
  std::uint64_t reopened = 0;  ///< times that all clients of a socket were disconnected to be rid of one
};

/// What the feed stage has counted since the start.
struct FeedCounts {
  std::map<std::string, std::uint64_t> frames;  ///< accepted, by protocol
  std::map<std::string, std::uint64_t> others;  ///< intact and not about aircraft, by decoder; counted only
  std::map<std::string, std::map<std::string, std::uint64_t>> rejects;  ///< by protocol and reason
  std::uint64_t switched_off = 0;  ///< frames of protocols that the user does not want told
  decoders::messages::AuthCounters authentications;
  std::uint64_t duplicates = 0;     ///< one transmission heard on two neighbouring channels
  std::uint64_t links = 0;          ///< known now
  std::uint64_t links_evicted = 0;  ///< forgotten early because there were too many
  sensor::links::EmissionCounts emissions{};
  std::uint64_t aircraft = 0;            ///< known now
  std::uint64_t aircraft_evicted = 0;    ///< forgotten early because there were too many
  std::uint64_t positions_held = 0;      ///< see Measured
  std::uint64_t signatures_skipped = 0;  ///< not verified because too many came at once
  FeedHealth feed;
};

/// What the stream of one of several devices tells.
struct DeviceStatus {
  std::string_view name;
  const StreamStatus& stream;  ///< outlives the message
};

struct StatusMessage {
  MessageHead head;
  std::string version;
  StreamStatus stream;  ///< of the first device
  FeedCounts counts;
  std::optional<SensorPosition> position{};
  std::vector<DeviceStatus> devices{};  ///< if there are several: all of them
};

}  // namespace windhover::sensor
