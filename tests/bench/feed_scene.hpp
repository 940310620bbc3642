#pragma once
// Aircraft for the feed's figures: frames as decoders hand them on, and the sensor's end of the feed that
// tells them.

#include <cstddef>
#include <string>

#include "sensor/feed.hpp"
#include "sensor/feed_stage.hpp"

namespace windhover::bench {

/// Frame number `frame` over all of `aircraft` aircraft in turn, heard now; every second aircraft speaks DJI
/// DroneID, the others Remote ID. All move and have a pilot.
sensor::TimedFrame swarm_frame(std::size_t frame, std::size_t aircraft, sensor::UtcTime now);

/// A feed on ports that the system chooses, with the stage that fills it.
struct FeedScene {
  FeedScene();
  sensor::UtcTime now() const;
  /// One frame of the swarm, and a status each 1000 frames.
  void hear(std::size_t frame, std::size_t aircraft);

  sensor::Feed feed;
  sensor::FeedStage stage;
};

double resident_megabytes();

}  // namespace windhover::bench
