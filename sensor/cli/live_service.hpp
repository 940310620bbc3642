#pragma once
// What `run` does beside receiving: knows where the antenna is, and takes what may change when SIGHUP asks
// for it. All in the feed's thread.

#include <atomic>
#include <optional>

#include "sensor/cli/arguments.hpp"
#include "sensor/feed.hpp"

namespace windhover::sensor {

class LiveService {
 public:
  /// From here on SIGHUP reloads, if there is a config file.
  explicit LiveService(const RunCommand& command);

  std::optional<SensorPosition> locate();
  /// True if SIGHUP has come since the last call. Then the config was read again: `feed`'s access list
  /// (feed.allow) and the antenna's position are as it says; what else differs is named on std::cerr and
  /// stays as it was. A file with a mistake changes nothing.
  bool reload_if_asked(Feed* feed);

 private:
  void set_position(const OutputOptions& output);
  void take(RunCommand command, Feed* feed);

  RunCommand running_;
  std::atomic<bool>* asked_ = nullptr;
  std::optional<GpsdPosition> gpsd_;
};

}  // namespace windhover::sensor
