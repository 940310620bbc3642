#pragma once
// Frames to aircraft: a pure function of frames and times. An aircraft is known by the identities that it
// sends, alike over all protocols, and by the link addresses that it sent them from; what comes from a known
// address without an identity belongs to it. No clock: what is due is computed from the state, so that how
// often advance() is called changes neither the messages nor their times.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"
#include "sensor/position_filter.hpp"
#include "sensor/time.hpp"

namespace windhover::sensor {

struct TrackerOptions {
  std::size_t max_aircraft = 2000;  ///< at least 1; beyond it the longest unheard is told gone, and counted
  std::chrono::seconds forget_after{60};  ///< without a frame: then it is told gone
};

/// When aircraft fade and how often they are told. An aircraft is told when it appears, when what it claims
/// or its state has changed (at most once in kLeastInterval), every kRepeat while it is alive, and once when
/// gone.
struct TrackerTimes {
  static constexpr std::chrono::seconds kLeastInterval{1};
  static constexpr std::chrono::seconds kRepeat{5};
  static constexpr std::chrono::seconds kMovingFieldLife{10};  ///< position, speed, … not sent again: unknown
  static constexpr std::chrono::seconds kFading{15};           ///< without a frame
  /// So long an identity may be awaited from an address before an unidentified aircraft is told. Remote ID
  /// sends its static messages at least every 3 s (F3411-22a 5.4.5).
  static constexpr std::chrono::seconds kIdentityWait{4};
  /// `now` may step back by this much (workers finish out of order) and counts as standing still. A longer
  /// step is another time scale: all aircraft are told gone and begin anew.
  static constexpr std::chrono::seconds kBackstep{5};
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options = {}) : options_(options) {}

  /// `now` is the stream's time when the frame came, not before frame.at.time. Returns the aircraft's id, ""
  /// for one that has not been told because its identity is awaited. `authentications` were completed by it.
  std::string on_frame(const TimedFrame& frame, UtcTime now,
                       std::span<const decoders::messages::AuthenticationSet> authentications = {});
  /// Appends what has become due up to and including `now`, in order of time, then id. head.time and the
  /// body are filled; node, boot and number are the sender's.
  void advance(UtcTime now, std::vector<AircraftMessage>& due);
  /// At the end of the stream: advance(), then every aircraft once more that was heard since its last
  /// message.
  void finish(UtcTime now, std::vector<AircraftMessage>& due);

  std::size_t size() const { return tracks_.size(); }
  std::uint64_t evicted() const { return evicted_; }
  /// Positions of all aircraft, gone ones too, that were kept out of the claims.
  std::uint64_t positions_held() const { return positions_held_; }

 private:
  static constexpr std::size_t kClaimFields = 40;
  static constexpr std::size_t kMostKeys = 16;  // identities and addresses of one aircraft; the oldest goes

  struct Track {
    Claims claims;
    std::array<UtcTime, kClaimFields> heard{};  // by field, in the order of the table in tracker.cpp
    Measured measured;
    PositionFilter positions;
    AircraftState told_state = AircraftState::alive;
    std::uint64_t told_frames = 0;
    std::optional<UtcTime> told;      // time of the last message
    std::optional<UtcTime> changed;   // first change since then
    UtcTime due{};                    // as in schedule_
    bool identified = true;           // false: known by its link address only
    std::vector<std::string> keys{};  // of it in known_by_, oldest first
  };
  using Tracks = std::map<std::string, Track>;

  void run_until(UtcTime now);
  void start_over(UtcTime now);
  void make_room();
  Tracks::iterator find_or_add(const decoders::Frame& frame, UtcTime heard);
  Tracks::iterator add(const std::string& id, bool identified, UtcTime heard);
  void know_by(Tracks::iterator at, const std::string& key);
  void forget(Tracks::iterator at);
  void absorb(Tracks::iterator into, Tracks::iterator unidentified);
  void schedule(Tracks::iterator at, UtcTime not_before);
  void unschedule(Tracks::iterator at) { schedule_.erase({at->second.due, at->first}); }
  void tell(Tracks::iterator at, UtcTime time, AircraftState state);
  void hold_back_jumps(Track& track, Claims& newer, UtcTime at);
  static bool take(Track& track, const Claims& newer, UtcTime at);
  static void measure(Measured& measured, const TimedFrame& frame);
  static Claims claims_at(const Track& track, UtcTime time);
  AircraftState state_at(const Measured& measured, UtcTime time) const;
  UtcTime next_due(const Track& track) const;

  TrackerOptions options_;
  Tracks tracks_;
  std::map<std::string, std::string> known_by_;  // identity or link address to id
  std::set<std::pair<UtcTime, std::string>> schedule_;
  std::vector<AircraftMessage> pending_;
  std::optional<UtcTime> now_;
  std::uint64_t evicted_ = 0;
  std::uint64_t positions_held_ = 0;
};

}  // namespace windhover::sensor
