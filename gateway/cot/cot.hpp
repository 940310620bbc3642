#pragma once
// The output for TAK: aircraft, pilots, homes, signals and the sensor as CoT events over UDP.

#include <optional>
#include <vector>

#include "gateway/cot/event.hpp"
#include "gateway/cot/udp_sender.hpp"
#include "gateway/options.hpp"
#include "gateway/pace.hpp"
#include "gateway/picture.hpp"

namespace windhover::gateway::cot {

class Cot {
 public:
  static constexpr Pace::Times kAircraft{std::chrono::seconds(2), std::chrono::seconds(10)};
  static constexpr Pace::Times kSignal{std::chrono::seconds(5), std::chrono::seconds(20)};
  static constexpr std::chrono::seconds kSensor{30};

  /// Throws ConfigError for a target that cannot be sent to.
  Cot(const CotOptions& cot, const GatewayOptions& options);

  /// Sends what is due.
  void tick(const Picture& picture, Moment now);

  std::uint64_t sent() const;
  std::uint64_t lost() const;  ///< datagrams that the network did not take

 private:
  void tell_sensor(const Picture& picture, Moment now);
  void send(const std::string& event);
  Report report(const Picture& picture, Moment now, double age_s) const;

  std::vector<UdpSender> senders_;
  std::string kit_;
  std::optional<SensorPosition> position_;
  std::optional<double> full_scale_dbm_;
  AircraftTypes types_;
  Pace aircraft_pace_{kAircraft}, signal_pace_{kSignal};
  std::optional<Instant> sensor_told_;
};

}  // namespace windhover::gateway::cot
