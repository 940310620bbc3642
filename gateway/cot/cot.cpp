#include "gateway/cot/cot.hpp"

#include <numeric>
#include <string>

#include "gateway/naming.hpp"
#include "gateway/signals.hpp"
#include "gateway/text.hpp"

namespace windhover::gateway::cot {
namespace {

std::string health(const Picture& picture, Instant now) {
  if (picture.sensors().empty()) return "Windhover gateway; no sensor heard";
  std::string text;
  for (const auto& [name, sensor] : picture.sensors()) {
    const Status& status = sensor.status.value;
    const bool flows = sensor.samples_flow(now);
    text += (text.empty() ? "" : "; ") + name + " Windhover " + status.version + ": " +
            (flows ? "samples flow" : "NO SAMPLES") + ", " + std::to_string(status.aircraft) + " aircraft, " +
            std::to_string(status.gaps) + " gaps";
  }
  return text;
}

}  // namespace

Cot::Cot(const CotOptions& cot, const GatewayOptions& options)
    : kit_(options.kit),
      position_(options.position),
      full_scale_dbm_(options.full_scale_dbm),
      types_(cot.types) {
  for (const CotTarget& target : cot.targets) senders_.emplace_back(target, cot.interface, cot.multicast_ttl);
}

void Cot::tick(const Picture& picture, Moment now) {
  if (!sensor_told_ || now.instant - *sensor_told_ >= kSensor) tell_sensor(picture, now);
  for (const auto& [key, told] : picture.aircraft()) {
    if (!picture.is_heard(told, now.instant) || is_glimpse(told.value)) continue;
    if (!aircraft_pace_.is_due(key, told.revision, now.instant)) continue;
    const Report about = report(picture, now, picture.age_s(told, now.instant));
    for (const std::string& event : aircraft_events(told.value, about)) send(event);
  }
  for (const auto& [uid, told] : signals_of(picture, now.instant)) {
    if (!signal_pace_.is_due(uid, told->revision, now.instant)) continue;
    if (const auto event = signal_event(told->value, report(picture, now, picture.age_s(*told, now.instant))))
      send(*event);
  }
  aircraft_pace_.forget(now.instant);
  signal_pace_.forget(now.instant);
}

void Cot::tell_sensor(const Picture& picture, Moment now) {
  if (const auto event = sensor_event(health(picture, now.instant), report(picture, now, 0))) send(*event);
  sensor_told_ = now.instant;
}

void Cot::send(const std::string& event) {
  for (UdpSender& sender : senders_) sender.send(event);
}

Report Cot::report(const Picture& picture, Moment now, double age_s) const {
  return {now.utc, age_s, kit_, position_ ? position_ : picture.sensor_position(), full_scale_dbm_, types_};
}

std::uint64_t Cot::sent() const {
  return std::accumulate(senders_.begin(), senders_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const UdpSender& sender) { return sum + sender.sent(); });
}

std::uint64_t Cot::lost() const {
  return std::accumulate(senders_.begin(), senders_.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const UdpSender& sender) { return sum + sender.lost(); });
}

}  // namespace windhover::gateway::cot
