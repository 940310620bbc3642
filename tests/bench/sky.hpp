#pragma once
// A sky of aircraft as a receiver on a roof would hear it, at the level of decoded frames: for the figures of
// the tracker and of trust. Honest aircraft fly, fade and drift as real ones do; spoofers lie, each in its
// own way. The same seed gives the same frames on every machine.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "sensor/events.hpp"
#include "sensor/feed_messages.hpp"

namespace windhover::bench {

enum class Spoof : std::uint8_t {
  none,
  many_ids,      ///< one radio sends 16 identities that fly about
  replay,        ///< a recorded flight is sent again, half an hour later
  teleport,      ///< the position jumps by kilometres each half minute
  still_sender,  ///< claims to come and go, from a radio that stands still
  other_maker,   ///< a serial of another maker in DJI's protocol
  two_places,    ///< the identity of an aircraft that is in the air elsewhere
};
inline constexpr Spoof kSpoofs[] = {Spoof::many_ids,     Spoof::replay,      Spoof::teleport,
                                    Spoof::still_sender, Spoof::other_maker, Spoof::two_places};
std::string_view to_string(Spoof spoof);

struct SkyOptions {
  std::uint64_t seed = 1;
  int aircraft = 8;  ///< honest ones that are there at a time, more or less
  int seconds = 1800;
  Spoof spoof = Spoof::none;
  int spoof_from_s = 60;
};

/// Where the receiver stands.
inline constexpr sensor::SensorPosition kRoof{52.0, 5.0, 40.0};
sensor::UtcTime sky_time(double seconds);

/// Ids, as the feed has them, of what the spoofer sends.
struct SkyTruth {
  std::set<std::string> spoofed{};
};

/// Hands on each frame that is strong enough, in order of time.
SkyTruth fly_sky(const SkyOptions& options, const std::function<void(const sensor::TimedFrame&)>& heard);

}  // namespace windhover::bench
