#pragma once
// The real program, listening in a process of its own to a SoapySDR device that plays a scene and fails on
// command.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sensor/feed_client.hpp"
#include "tests/bench/child_process.hpp"
#include "tests/support/scratch_folder.hpp"

namespace windhover::bench {

/// For the first frame of a sensor that starts, and for the next one after a fault.
inline constexpr std::chrono::seconds kLivePatience{60};

struct LiveOptions {
  nlohmann::json scene;  ///< played over and over; the device has its rate and centre
  std::vector<std::string>
      arguments{};  ///< of `windhover run`, beside device, rate, frequency, gain and feed
  /// FFTW's plans are kept here from one sensor to the next; none: in a folder that goes with this one.
  std::optional<std::filesystem::path> cache{};
  std::vector<std::string> topics{"wh1."};  ///< that are listened to
};

class LiveSensor {
 public:
  using Clock = std::chrono::steady_clock;

  /// Renders the scene and starts the program.
  explicit LiveSensor(LiveOptions options);
  LiveSensor(const LiveSensor&) = delete;
  LiveSensor& operator=(const LiveSensor&) = delete;

  /// Lines of tests/support/soapy_module/faults.hpp.
  void order(const std::string& faults) const;

  /// Takes messages until `done`, which sees each; false when it was none by `deadline`.
  bool listen(Clock::time_point deadline, const std::function<bool(const nlohmann::json&)>& done);
  void listen_for(double seconds_long);
  bool hears_aircraft(std::chrono::seconds patience);

  const nlohmann::json& status() const { return status_; }  ///< the last
  std::uint64_t lost_messages() const { return client_.counts().lost; }
  std::size_t raised() const { return raised_; }  ///< alerts `sensor_trouble`
  std::size_t cleared() const { return cleared_; }
  pid_t process() const { return sensor_.id(); }
  double resident_mb() const { return sensor_.resident_mb(); }

  Clock::time_point started() const { return started_; }  ///< the program, not the scene's rendering
  /// Asks it to end and waits: how long that took. ended_well() tells the rest.
  double stop();
  /// Whether it was one process all the time that ended with 0.
  bool ended_well() const { return boots_.size() == 1 && exit_code_ == 0; }
  /// Starts it again, after stop().
  void start_again();

 private:
  void render() const;
  ChildProcess start();

  LiveOptions options_;
  synth::ScratchFolder folder_;
  Clock::time_point started_{};
  ChildProcess sensor_;
  sensor::FeedClient client_;
  nlohmann::json status_;
  std::set<std::string> boots_, ended_boots_;
  std::size_t raised_ = 0, cleared_ = 0;
  int exit_code_ = -1;
};

}  // namespace windhover::bench
