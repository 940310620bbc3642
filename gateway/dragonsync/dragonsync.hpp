#pragma once
// The output that DragonSync and its relatives connect to: aircraft, the sensor itself, radio links.

#include <map>
#include <optional>
#include <string>

#include "gateway/broadcast_socket.hpp"
#include "gateway/dragonsync/aircraft_list.hpp"
#include "gateway/host_stats.hpp"
#include "gateway/options.hpp"
#include "gateway/pace.hpp"
#include "gateway/picture.hpp"

namespace windhover::gateway::dragonsync {

/// An aircraft whose position is unknown for a moment. DragonSync would put it at 0, 0 and draw a line to
/// there, so its last motion goes on being told for as long as DragonSync itself would remember it.
class HeldMotion {
 public:
  static constexpr std::chrono::seconds kHold{60};

  /// `aircraft` with the motion that is to be told now.
  Aircraft completed(const std::string& key, const Aircraft& aircraft, Instant now);
  void forget(Instant now);

 private:
  struct Held {
    Motion motion;
    Instant at;
  };
  std::map<std::string, Held> held_;
};

class DragonSync {
 public:
  /// DragonSync forgets an aircraft after 60 s and sends CoT every 2 s.
  static constexpr Pace::Times kAircraft{std::chrono::seconds(1), std::chrono::seconds(10)};
  static constexpr Pace::Times kSignal{std::chrono::seconds(2), std::chrono::seconds(10)};
  static constexpr std::chrono::seconds kStatus{10};

  /// Throws ConfigError if an endpoint cannot be bound.
  DragonSync(const DragonSyncOptions& endpoints, const GatewayOptions& options);

  /// Tells what is due.
  void tick(const Picture& picture, Moment now);

  std::uint64_t sent() const { return aircraft_.sent() + status_.sent() + signals_.sent(); }
  std::uint64_t full_queues() const;
  DragonSyncOptions endpoints() const;

 private:
  void tell_status(const std::optional<SensorPosition>& position, Moment now);
  void tell_aircraft(const Picture& picture, const ListContext& context, Instant now);
  void tell_signals(const Picture& picture, const ListContext& context, Instant now);

  BroadcastSocket aircraft_, status_, signals_;
  std::string kit_;
  std::optional<SensorPosition> position_;
  std::optional<double> full_scale_dbm_;
  Pace aircraft_pace_{kAircraft}, signal_pace_{kSignal};
  HeldMotion motion_;
  std::optional<Instant> status_told_;
  std::optional<ProcessorTimes> processors_;
};

}  // namespace windhover::gateway::dragonsync
