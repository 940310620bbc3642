#pragma once
// The present state as the feed tells it. Messages may come twice, late or in another order than they were
// sent (a snapshot beside the live messages): of each thing the highest number counts, so that nothing need
// be queued.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/feed_values.hpp"
#include "gateway/moment.hpp"

namespace windhover::gateway {

/// Something that a message told, and which message that was.
template <typename Value>
struct Told {
  Head head;
  Value value;
  Instant at{};                ///< when the message came here
  std::uint64_t revision = 0;  ///< grows with every message of the picture
};

struct KnownSensor {
  static constexpr std::chrono::seconds kSamplesFlow{5};

  Told<Status> status;
  std::optional<Instant> samples_moved{};  ///< when a status last told other samples than the one before

  bool samples_flow(Instant now) const { return samples_moved && now - *samples_moved <= kSamplesFlow; }
};

class Picture {
 public:
  static constexpr std::size_t kMostAircraft = 4000;
  static constexpr std::size_t kMostLinks = 4000;
  static constexpr std::size_t kMostAlerts = 1000;
  static constexpr std::size_t kMostSensors = 16;
  /// The feed repeats aircraft and links every 5 s while it hears them and tells when they have gone, a
  /// minute after they were last heard. What it no longer speaks of is forgotten by then, even if that was
  /// lost.
  static constexpr std::chrono::seconds kForgetUntold{75};
  /// Alerts are told when they change only; one that was cleared is kept as long as its older copies may
  /// come.
  static constexpr std::chrono::hours kForgetAlert{1};
  static constexpr std::chrono::hours kForgetSensor{1};
  static constexpr std::chrono::seconds kHeard{20};

  /// False if it is not news: a copy, or older than what is known. Takes the message's body.
  bool apply(Message&& message, Instant now);
  /// All that there is, as a snapshot of the feed: what is not in it is no longer there.
  void replace(std::vector<Message>&& messages, Instant now);
  void expire(Instant now);

  using Key = std::string;  ///< sensor and id
  const std::map<Key, Told<Aircraft>>& aircraft() const { return aircraft_; }
  const std::map<Key, Told<Link>>& links() const { return links_; }
  const std::map<Key, Told<Alert>>& alerts() const { return alerts_; }
  const std::map<std::string, KnownSensor>& sensors() const { return sensors_; }

  /// Where a sensor says that it stands; with several, the first that says so.
  std::optional<SensorPosition> sensor_position() const;

  /// Seconds since an aircraft or a link was last heard, on the sensor's clock as far as that is known: a
  /// message that was kept for late subscribers does not make it younger.
  template <typename Value>
  double age_s(const Told<Value>& told, Instant now) const {
    return age_s(told.head, told.value.last_heard.value_or(told.head.time), told.at, now);
  }
  /// Fit to be told to those who take what they are told for heard now.
  template <typename Value>
  bool is_heard(const Told<Value>& told, Instant now) const {
    return told.value.state != State::gone && age_s(told, now) <= kHeard.count();
  }

 private:
  double age_s(const Head& head, UtcTime last_heard, Instant at, Instant now) const;
  bool apply(Head&& head, Aircraft&& aircraft, Instant now);
  bool apply(Head&& head, Link&& link, Instant now);
  bool apply(Head&& head, Alert&& alert, Instant now);
  bool apply(Head&& head, Status&& status, Instant now);
  template <typename Value>
  bool keep(std::map<Key, Told<Value>>& all, std::size_t most, Told<Value>&& told);

  std::map<Key, Told<Aircraft>> aircraft_;
  std::map<Key, Told<Link>> links_;
  std::map<Key, Told<Alert>> alerts_;
  std::map<std::string, KnownSensor> sensors_;
  std::uint64_t revision_ = 0;
};

}  // namespace windhover::gateway
