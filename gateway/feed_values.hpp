#pragma once
// What a feed's messages say, as plain values: the subscriber's side of docs/feed.md. What is unknown is
// absent.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/moment.hpp"
#include "sensor/sensor_position.hpp"

namespace windhover::gateway {

/// Heads every message.
struct Head {
  std::string type, sensor, boot;
  std::uint64_t seq = 0;  ///< 1, 2, 3 … per kind and boot
  UtcTime time{};         ///< of the event, in the sensor's own time
};

/// WGS-84 degrees.
struct Place {
  double lat_deg = 0;
  double lon_deg = 0;
  bool operator==(const Place&) const = default;
};

using sensor::SensorPosition;

/// Where it says it is and how it moves. The feed leaves these out some seconds after they were last sent.
struct Motion {
  std::optional<Place> position;
  std::optional<double> height_m;               ///< above take-off
  std::optional<double> height_above_ground_m;  ///< above the ground below
  std::optional<double> altitude_m;             ///< above mean sea level
  std::optional<double> geodetic_altitude_m;    ///< above the WGS-84 ellipsoid
  std::optional<double> pressure_altitude_m;    ///< to 1013.25 hPa
  std::optional<double> horizontal_accuracy_m, vertical_accuracy_m, speed_accuracy_mps;  ///< upper bounds
  std::optional<double> v_up_mps, speed_mps, track_deg;                                  ///< track 0..360
  std::optional<std::string> status;  ///< "on_ground", "airborne", "emergency", "remote_id_failure"
  std::optional<bool> in_air;
};

/// What an aircraft says about itself. Nothing of it is verified.
struct Claimed {
  std::optional<std::string> serial, session_hash, maker, model, uuid, registration, utm_id, session_id;
  std::optional<std::string> operator_id, description, ua_type, category, aircraft_class;
  std::optional<bool> encrypted;
  Motion motion;
  std::optional<Place> pilot, home;
  std::optional<std::string> pilot_location;  ///< "take_off", "live", "fixed"
  std::optional<double> pilot_altitude_m;     ///< above the ellipsoid
};

/// How one transport of an aircraft was received.
struct HeardOn {
  std::string protocol, transport;
  std::uint64_t frames = 0;
  std::optional<UtcTime> last_heard;
  std::optional<double> center_hz, snr_db, rssi_dbfs;
  std::optional<double> rssi_dbm{};  ///< of calibrated sensors
};

/// Of aircraft and links: heard lately, not for a while, no more.
enum class State : std::uint8_t { alive, fading, gone };

/// What speaks for or against an aircraft's claims.
struct Reason {
  std::string kind, severity;  ///< severity: "supporting", "info", "notice", "warning", "critical"
  std::string text;            ///< a sentence
};

struct Aircraft {
  std::string id;       ///< stable key
  std::string same_as;  ///< gone, since it turned out to be this one
  State state = State::alive;
  Claimed claimed;
  std::optional<UtcTime> first_heard, last_heard;
  std::uint64_t frames = 0;
  std::vector<HeardOn> transports;
  bool authenticated = false;   ///< a signature that was verified says who it is
  std::vector<Reason> reasons;  ///< for and against its claims, weightiest first
};

using Counts = std::map<std::string, std::uint64_t>;

/// How a sensor fares: counters since its start. Of several devices their sums, and the largest loads and
/// lag.
struct Status {
  std::string version;
  std::optional<SensorPosition> position;
  std::uint64_t samples = 0, gaps = 0, lost_samples = 0, saturated_samples = 0;
  Counts drops;                           ///< by stage
  Counts frames;                          ///< accepted, by protocol
  std::map<std::string, Counts> rejects;  ///< by protocol and reason
  std::uint64_t aircraft = 0, aircraft_evicted = 0, full_queues = 0;
  std::map<std::string, double> thread_load;  ///< share of one core; live only
  std::optional<double> lag_s;                ///< from the air to the feed; live only
};

/// One transmitter's radio link over the last window of some seconds.
struct Link {
  std::string id;    ///< stable key
  std::string kind;  ///< "wifi", …
  State state = State::alive;
  std::optional<std::string> role, aircraft;  ///< aircraft: id of the one that it belongs to
  std::optional<std::string> hint, reason;    ///< why it may belong to a drone; never an identity
  std::optional<double> center_hz, bandwidth_hz, rssi_dbfs, rssi_dbm, snr_db;
  std::optional<double> duty;  ///< share of the window that it was on the air
  std::optional<UtcTime> last_heard;
};

/// What somebody should look at; told when it is raised and when it is cleared.
struct Alert {
  std::string id;                      ///< stable key
  std::string category{}, severity{};  ///< "spoof_suspicion", …; severity as of a reason
  bool raised = true;
  std::optional<UtcTime> since{};
  std::optional<std::string> aircraft{};  ///< id of the one that it is about
  std::string text{};                     ///< a sentence
};

/// monostate: a kind that the gateway has no use for.
using Body = std::variant<std::monostate, Aircraft, Link, Alert, Status>;

struct Message {
  Head head;
  Body body;
};

}  // namespace windhover::gateway
