#include "gateway/dragonsync/dragonsync.hpp"

#include "gateway/dragonsync/sensor_status.hpp"
#include "gateway/dragonsync/signal_list.hpp"
#include "gateway/naming.hpp"
#include "gateway/signals.hpp"

namespace windhover::gateway::dragonsync {

Aircraft HeldMotion::completed(const std::string& key, const Aircraft& aircraft, Instant now) {
  Aircraft complete = aircraft;
  if (aircraft.claimed.motion.position) {
    held_[key] = {aircraft.claimed.motion, now};
    return complete;
  }
  const auto held = held_.find(key);
  if (held != held_.end() && now - held->second.at <= kHold) complete.claimed.motion = held->second.motion;
  return complete;
}

void HeldMotion::forget(Instant now) {
  std::erase_if(held_, [&](const auto& each) { return now - each.second.at > kHold; });
}

DragonSync::DragonSync(const DragonSyncOptions& endpoints, const GatewayOptions& options)
    : aircraft_(endpoints.aircraft),
      status_(endpoints.status),
      signals_(endpoints.signals),
      kit_(options.kit),
      position_(options.position),
      full_scale_dbm_(options.full_scale_dbm) {}

void DragonSync::tick(const Picture& picture, Moment now) {
  const ListContext context{position_ ? position_ : picture.sensor_position(), full_scale_dbm_};
  // Status first: until it has come DragonSync names no sensor for what it hears.
  const bool is_status_due = !status_told_ || now.instant - *status_told_ >= kStatus;
  if (status_.has_new_subscriber() || is_status_due) tell_status(context.sensor, now);
  if (aircraft_.has_new_subscriber()) aircraft_pace_.start_over();
  if (signals_.has_new_subscriber()) signal_pace_.start_over();
  // What nobody hears is not told, so that the first who comes need not wait for the next time.
  if (aircraft_.has_subscribers()) tell_aircraft(picture, context, now.instant);
  if (signals_.has_subscribers()) tell_signals(picture, context, now.instant);
  aircraft_pace_.forget(now.instant);
  signal_pace_.forget(now.instant);
  motion_.forget(now.instant);
}

void DragonSync::tell_status(const std::optional<SensorPosition>& position, Moment now) {
  SensorStatus status{now.utc, kit_, position, read_host_stats(), {}};
  status.cpu_percent = busy_percent(processors_, status.host.processors);
  processors_ = status.host.processors;
  status_.send(sensor_status(status));
  status_told_ = now.instant;
}

void DragonSync::tell_aircraft(const Picture& picture, const ListContext& context, Instant now) {
  for (const auto& [key, told] : picture.aircraft()) {
    if (!picture.is_heard(told, now) || is_glimpse(told.value)) continue;
    if (!aircraft_pace_.is_due(key, told.revision, now)) continue;
    aircraft_.send(aircraft_list(motion_.completed(key, told.value, now), context));
  }
}

void DragonSync::tell_signals(const Picture& picture, const ListContext& context, Instant now) {
  for (const auto& [uid, told] : signals_of(picture, now))
    if (signal_pace_.is_due(uid, told->revision, now)) signals_.send(signal_list(told->value, context));
}

std::uint64_t DragonSync::full_queues() const {
  return aircraft_.full_queues() + status_.full_queues() + signals_.full_queues();
}

DragonSyncOptions DragonSync::endpoints() const {
  return {aircraft_.endpoint(), status_.endpoint(), signals_.endpoint()};
}

}  // namespace windhover::gateway::dragonsync
