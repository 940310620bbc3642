#include "sensor/tracker.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "sensor/claims.hpp"

namespace windhover::sensor {
namespace {

using Times = TrackerTimes;

// `stamp` lives as the moment does, and is no news by itself.
enum class Life : std::uint8_t { flight, moment, stamp };

template <typename Value>
struct Field {
  std::optional<Value> Claims::*value;
  Life life;
};

// Every claimed field and whether it outlives the moment. The pilot's and the home position stay: they move
// slowly, and where the pilot was last is worth knowing while the aircraft is remembered.
constexpr auto kFields = std::tuple{
    Field{&Claims::serial, Life::flight},
    Field{&Claims::session_hash, Life::flight},
    Field{&Claims::maker, Life::flight},
    Field{&Claims::model, Life::flight},
    Field{&Claims::uuid, Life::flight},
    Field{&Claims::licence_id, Life::flight},
    Field{&Claims::purpose, Life::flight},
    Field{&Claims::encrypted, Life::flight},
    Field{&Claims::registration, Life::flight},
    Field{&Claims::utm_id, Life::flight},
    Field{&Claims::session_id, Life::flight},
    Field{&Claims::operator_id, Life::flight},
    Field{&Claims::description, Life::flight},
    Field{&Claims::ua_type, Life::flight},
    Field{&Claims::category, Life::flight},
    Field{&Claims::aircraft_class, Life::flight},
    Field{&Claims::pilot, Life::flight},
    Field{&Claims::pilot_location, Life::flight},
    Field{&Claims::pilot_altitude_m, Life::flight},
    Field{&Claims::home, Life::flight},
    Field{&Claims::position, Life::moment},
    Field{&Claims::height_m, Life::moment},
    Field{&Claims::height_above_ground_m, Life::moment},
    Field{&Claims::altitude_m, Life::moment},
    Field{&Claims::geodetic_altitude_m, Life::moment},
    Field{&Claims::pressure_altitude_m, Life::moment},
    Field{&Claims::horizontal_accuracy_m, Life::moment},
    Field{&Claims::vertical_accuracy_m, Life::moment},
    Field{&Claims::speed_accuracy_mps, Life::moment},
    Field{&Claims::v_north_mps, Life::moment},
    Field{&Claims::v_east_mps, Life::moment},
    Field{&Claims::v_up_mps, Life::moment},
    Field{&Claims::speed_mps, Life::moment},
    Field{&Claims::track_deg, Life::moment},
    Field{&Claims::yaw_deg, Life::moment},
    Field{&Claims::status, Life::moment},
    Field{&Claims::motors_on, Life::moment},
    Field{&Claims::in_air, Life::moment},
    Field{&Claims::position_time, Life::stamp},
    Field{&Claims::authentication, Life::flight},
};

template <typename Visit>
void for_each_field(Visit visit) {
  std::size_t index = 0;
  std::apply([&](const auto&... field) { (visit(field, index++), ...); }, kFields);
}

}  // namespace

std::string Tracker::on_frame(const TimedFrame& frame, UtcTime now,
                              std::span<const decoders::messages::AuthenticationSet> authentications) {
  run_until(now);
  const auto at = find_or_add(frame.frame, frame.at.time);
  Track& track = at->second;
  measure(track.measured, frame);
  Claims newer = claims_of(frame, authentications);
  hold_back_jumps(track, newer, frame.at.time);
  const bool is_news =
      take(track, newer, frame.at.time) || !track.told || track.told_state != state_at(track.measured, *now_);
  if (is_news && !track.changed) track.changed = track.identified ? *now_ : *now_ + Times::kIdentityWait;
  // Never before now: a frame that comes late must not put a message before those already told.
  schedule(at, *now_);
  const bool awaited = !track.identified && !track.told;
  std::string id = awaited ? std::string{} : at->first;
  run_until(*now_);
  return id;
}

// The aircraft that the frame belongs to, taken off the schedule.
Tracker::Tracks::iterator Tracker::find_or_add(const decoders::Frame& frame, UtcTime heard) {
  const auto by_key = [&](const std::string& key) {
    const auto known = known_by_.find(key);
    return known == known_by_.end() ? tracks_.end() : tracks_.find(known->second);
  };
  const std::vector<Identity> identities = identities_of(frame.message);
  const std::string address = transmitter_key(frame);
  const auto same_address = address.empty() ? tracks_.end() : by_key(address);
  auto at = tracks_.end();
  for (const Identity& identity : identities)
    if (at == tracks_.end()) at = by_key(identity.key);
  if (identities.empty()) at = same_address;
  const auto kind = [](const std::string& key) { return key.substr(0, key.find(':')); };
  if (at == tracks_.end() && same_address != tracks_.end() && same_address->second.identified) {
    // A second name from the same address is another name of the same aircraft; a second serial is not.
    const auto& keys = same_address->second.keys;
    const bool contradicts = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return std::any_of(identities.begin(), identities.end(), [&](const Identity& identity) {
        return kind(identity.key) == kind(key) && identity.key != key;
      });
    });
    if (!contradicts) at = same_address;
  }
  if (at == tracks_.end())
    at = identities.empty() ? add(unidentified_id(frame), false, heard)
                            : add(identities.front().id, true, heard);
  else
    unschedule(at);
  // Looked up anew: making room may have ended it.
  if (const auto earlier = address.empty() ? tracks_.end() : by_key(address);
      earlier != tracks_.end() && earlier != at && !earlier->second.identified)
    absorb(at, earlier);
  for (const Identity& identity : identities) know_by(at, identity.key);
  if (!address.empty()) know_by(at, address);
  return at;
}

Tracker::Tracks::iterator Tracker::add(const std::string& id, bool identified, UtcTime heard) {
  // Another protocol's serial may make the same id without being the same name.
  if (const auto at = tracks_.find(id); at != tracks_.end()) {
    unschedule(at);
    return at;
  }
  make_room();
  const auto at = tracks_.emplace(id, Track{}).first;
  at->second.measured.first_heard = at->second.measured.last_heard = heard;
  at->second.identified = identified;
  return at;
}

void Tracker::know_by(Tracks::iterator at, const std::string& key) {
  auto& keys = at->second.keys;
  const auto [known, is_new] = known_by_.try_emplace(key, at->first);
  if (!is_new) {
    if (known->second == at->first) {
      const auto used = std::find(keys.begin(), keys.end(), key);
      std::rotate(used, used + 1, keys.end());
      return;
    }
    // An address that speaks for another aircraft now.
    std::erase(tracks_.at(known->second).keys, key);
    known->second = at->first;
  }
  if (keys.size() >= kMostKeys) {
    known_by_.erase(keys.front());
    keys.erase(keys.begin());
  }
  keys.push_back(key);
}

void Tracker::forget(Tracks::iterator at) {
  for (const std::string& key : at->second.keys) known_by_.erase(key);
  tracks_.erase(at);
}

// What was heard from an address before its identity came. What `into` knows is newer or its own.
void Tracker::absorb(Tracks::iterator into, Tracks::iterator unidentified) {
  unschedule(unidentified);
  Track &track = into->second, &earlier = unidentified->second;
  for_each_field([&](const auto& field, std::size_t index) {
    if (!(earlier.claims.*field.value) || earlier.heard[index] < track.heard[index]) return;
    track.claims.*field.value = earlier.claims.*field.value;
    track.heard[index] = earlier.heard[index];
  });
  track.measured.first_heard = std::min(track.measured.first_heard, earlier.measured.first_heard);
  track.measured.last_heard = std::max(track.measured.last_heard, earlier.measured.last_heard);
  track.measured.frames += earlier.measured.frames;
  track.measured.positions_held += earlier.measured.positions_held;
  if (!track.positions.believed()) track.positions = earlier.positions;
  for (const TransportMeasure& each : earlier.measured.transports) {
    const auto same =
        std::find_if(track.measured.transports.begin(), track.measured.transports.end(),
                     [&](const TransportMeasure& other) {
                       return other.protocol == each.protocol && other.transport == each.transport;
                     });
    if (same != track.measured.transports.end()) {
      same->frames += each.frames;
      continue;
    }
    track.measured.transports.push_back(each);
  }
  std::sort(track.measured.transports.begin(), track.measured.transports.end(),
            [](const TransportMeasure& a, const TransportMeasure& b) {
              return std::tie(a.protocol, a.transport) < std::tie(b.protocol, b.transport);
            });
  if (earlier.told) {
    tell(unidentified, *now_, AircraftState::gone);
    pending_.back().same_as = into->first;
  }
  forget(unidentified);
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
      forget(at);
    else
      schedule(at, due);
  }
}

void Tracker::start_over(UtcTime now) {
  for (auto at = tracks_.begin(); at != tracks_.end(); ++at) tell(at, *now_, AircraftState::gone);
  tracks_.clear();
  known_by_.clear();
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
  forget(longest_unheard);
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

void Tracker::hold_back_jumps(Track& track, Claims& newer, UtcTime at) {
  if (!newer.position) return;
  if (track.positions.take(*newer.position, newer.horizontal_accuracy_m, at) != PositionFilter::Verdict::held)
    return;
  newer.position.reset();
  newer.position_time.reset();
  newer.horizontal_accuracy_m.reset();
  ++track.measured.positions_held;
  ++positions_held_;
}

// True if what is claimed has changed. What the newer frame leaves out stays as it was heard before.
bool Tracker::take(Track& track, const Claims& newer, UtcTime at) {
  static_assert(std::tuple_size_v<decltype(kFields)> == kClaimFields);
  bool changed = false;
  for_each_field([&](const auto& field, std::size_t index) {
    const auto& value = newer.*field.value;
    if (!value) return;
    auto& known = track.claims.*field.value;
    const bool had_aged = field.life != Life::flight && at - track.heard[index] > Times::kMovingFieldLife;
    changed |= field.life != Life::stamp && (known != value || had_aged);
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
  at->reception = frame.at.reception;
}

Claims Tracker::claims_at(const Track& track, UtcTime time) {
  Claims claims = track.claims;
  for_each_field([&](const auto& field, std::size_t index) {
    if (field.life != Life::flight && time - track.heard[index] > Times::kMovingFieldLife)
      (claims.*field.value).reset();
  });
  return claims;
}

AircraftState Tracker::state_at(const Measured& measured, UtcTime time) const {
  const auto silence = time - measured.last_heard;
  if (silence >= options_.forget_after) return AircraftState::gone;
  return silence >= Times::kFading ? AircraftState::fading : AircraftState::alive;
}

UtcTime Tracker::next_due(const Track& track) const {
  if (!track.told) return *track.changed;
  const UtcTime last_heard = track.measured.last_heard;
  const UtcTime earliest = *track.told + Times::kLeastInterval;
  UtcTime due = last_heard + options_.forget_after;
  if (track.changed) due = std::min(due, std::max(*track.changed, earliest));
  if (track.told_state == AircraftState::alive) {
    due = std::min(due, std::max(last_heard + Times::kFading, earliest));
    due = std::min(due, *track.told + Times::kRepeat);
  }
  return due;
}

}  // namespace windhover::sensor
