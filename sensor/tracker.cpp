#include "sensor/tracker.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "sensor/claims.hpp"

namespace windhover::sensor {
namespace {

using Times = TrackerTimes;

enum class Life : std::uint8_t { flight, moment };

template <typename Value>
struct Field {
  std::optional<Value> Claims::*value;
  Life life;
};

// Every claimed field and whether it outlives the moment. The pilot's and the home position stay: they move
// slowly, and where the pilot was last is worth knowing while the aircraft is remembered.
constexpr auto kFields = std::tuple{
    Field{&Claims::serial, Life::flight},     Field{&Claims::session_hash, Life::flight},
    Field{&Claims::maker, Life::flight},      Field{&Claims::model, Life::flight},
    Field{&Claims::uuid, Life::flight},       Field{&Claims::licence_id, Life::flight},
    Field{&Claims::purpose, Life::flight},    Field{&Claims::encrypted, Life::flight},
    Field{&Claims::pilot, Life::flight},      Field{&Claims::home, Life::flight},
    Field{&Claims::position, Life::moment},   Field{&Claims::height_m, Life::moment},
    Field{&Claims::altitude_m, Life::moment}, Field{&Claims::v_north_mps, Life::moment},
    Field{&Claims::v_east_mps, Life::moment}, Field{&Claims::v_up_mps, Life::moment},
    Field{&Claims::speed_mps, Life::moment},  Field{&Claims::track_deg, Life::moment},
    Field{&Claims::yaw_deg, Life::moment},    Field{&Claims::motors_on, Life::moment},
    Field{&Claims::in_air, Life::moment},
};

template <typename Visit>
void for_each_field(Visit visit) {
  std::size_t index = 0;
  std::apply([&](const auto&... field) { (visit(field, index++), ...); }, kFields);
}

AircraftState state_at(const Measured& measured, UtcTime time) {
  const auto silence = time - measured.last_heard;
  if (silence >= Times::kGone) return AircraftState::gone;
  return silence >= Times::kFading ? AircraftState::fading : AircraftState::alive;
}

}  // namespace

void Tracker::on_frame(const TimedFrame& frame, UtcTime now) {
  run_until(now);
  const std::string id = aircraft_id(frame.frame.message);
  if (id.empty()) return;
  auto at = tracks_.find(id);
  if (at == tracks_.end()) {
    make_room();
    at = tracks_.emplace(id, Track{}).first;
    at->second.measured.first_heard = at->second.measured.last_heard = frame.at.time;
  } else {
    unschedule(at);
  }
  Track& track = at->second;
  measure(track.measured, frame);
  const bool is_news = take(track, claims_of(frame.frame.message), frame.at.time) || !track.told ||
                       track.told_state != state_at(track.measured, *now_);
  if (is_news && !track.changed) track.changed = now_;
  // Never before now: a frame that comes late must not put a message before those already told.
  schedule(at, *now_);
  run_until(*now_);
}

void Tracker::advance(UtcTime now, std::vector<AircraftMessage>& due) {
  run_until(now);
  std::move(pending_.begin(), pending_.end(), std::back_inserter(due));
  pending_.clear();
}

void Tracker::finish(UtcTime now, std::vector<AircraftMessage>& due) {
  run_until(now);
  for (auto at = tracks_.begin(); at != tracks_.end(); ++at) {
    if (at->second.told_frames == at->second.measured.frames) continue;
    unschedule(at);
    tell(at, *now_, state_at(at->second.measured, *now_));
    schedule(at, *now_);
  }
  advance(*now_, due);
}

void Tracker::run_until(UtcTime now) {
  if (now_ && now < *now_ - Times::kBackstep) start_over(now);
  now_ = now_ ? std::max(*now_, now) : now;
  while (!schedule_.empty() && schedule_.begin()->first <= *now_) {
    const auto next = schedule_.extract(schedule_.begin());
    const auto at = tracks_.find(next.value().second);
    const UtcTime due = next.value().first;
    const AircraftState state = state_at(at->second.measured, due);
    tell(at, due, state);
    if (state == AircraftState::gone)
      tracks_.erase(at);
    else
      schedule(at, due);
  }
}

void Tracker::start_over(UtcTime now) {
  for (auto at = tracks_.begin(); at != tracks_.end(); ++at) tell(at, *now_, AircraftState::gone);
  tracks_.clear();
  schedule_.clear();
  now_ = now;
}

void Tracker::make_room() {
  if (tracks_.size() < std::max<std::size_t>(options_.max_aircraft, 1)) return;
  const auto longest_unheard =
      std::min_element(tracks_.begin(), tracks_.end(), [](const auto& a, const auto& b) {
        return a.second.measured.last_heard < b.second.measured.last_heard;
      });
  unschedule(longest_unheard);
  tell(longest_unheard, *now_, AircraftState::gone);
  tracks_.erase(longest_unheard);
  ++evicted_;
}

void Tracker::schedule(Tracks::iterator at, UtcTime not_before) {
  at->second.due = std::max(next_due(at->second), not_before);
  schedule_.insert({at->second.due, at->first});
}

void Tracker::tell(Tracks::iterator at, UtcTime time, AircraftState state) {
  Track& track = at->second;
  track.told = time;
  track.told_state = state;
  track.told_frames = track.measured.frames;
  track.changed.reset();
  AircraftMessage message;
  message.head.time = time;
  message.id = at->first;
  message.state = state;
  message.claimed = claims_at(track, time);
  message.measured = track.measured;
  pending_.push_back(std::move(message));
}

// True if what is claimed has changed. What the newer frame leaves out stays as it was heard before.
bool Tracker::take(Track& track, const Claims& newer, UtcTime at) {
  static_assert(std::tuple_size_v<decltype(kFields)> == kClaimFields);
  bool changed = false;
  for_each_field([&](const auto& field, std::size_t index) {
    const auto& value = newer.*field.value;
    if (!value) return;
    auto& known = track.claims.*field.value;
    const bool had_aged = field.life == Life::moment && at - track.heard[index] > Times::kMovingFieldLife;
    changed |= known != value || had_aged;
    known = value;
    track.heard[index] = at;
  });
  return changed;
}

void Tracker::measure(Measured& measured, const TimedFrame& frame) {
  measured.first_heard = std::min(measured.first_heard, frame.at.time);
  measured.last_heard = std::max(measured.last_heard, frame.at.time);
  ++measured.frames;
  const auto key = [](const auto& each) { return std::pair{each.protocol, each.transport}; };
  auto& all = measured.transports;
  auto at =
      std::lower_bound(all.begin(), all.end(), key(frame.frame),
                       [&](const TransportMeasure& each, const auto& wanted) { return key(each) < wanted; });
  if (at == all.end() || key(*at) != key(frame.frame))
    at = all.insert(at, {frame.frame.protocol, frame.frame.transport, 0, frame.at.time, {}});
  ++at->frames;
  at->last_heard = std::max(at->last_heard, frame.at.time);
  at->rf = frame.frame.rf;
}

Claims Tracker::claims_at(const Track& track, UtcTime time) {
  Claims claims = track.claims;
  for_each_field([&](const auto& field, std::size_t index) {
    if (field.life == Life::moment && time - track.heard[index] > Times::kMovingFieldLife)
      (claims.*field.value).reset();
  });
  return claims;
}

UtcTime Tracker::next_due(const Track& track) {
  if (!track.told) return *track.changed;
  const UtcTime last_heard = track.measured.last_heard;
  const UtcTime earliest = *track.told + Times::kLeastInterval;
  UtcTime due = last_heard + Times::kGone;
  if (track.changed) due = std::min(due, std::max(*track.changed, earliest));
  if (track.told_state == AircraftState::alive) {
    due = std::min(due, std::max(last_heard + Times::kFading, earliest));
    due = std::min(due, *track.told + Times::kRepeat);
  }
  return due;
}

}  // namespace windhover::sensor
