#pragma once
// The program as a child that listens to a recording on air, and what its feed says.

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sensor/feed_client.hpp"
#include "tests/bench/child_process.hpp"

namespace windhover::bench {

/// A folder with a recording on air, the file that orders faults, and the sensor that listens.
class LiveSensor {
 public:
  using Clock = std::chrono::steady_clock;
  using Json = nlohmann::json;

  /// Listens with the scene's own rate and centre.
  explicit LiveSensor(const Json& scene);
  LiveSensor(const LiveSensor&) = delete;
  LiveSensor& operator=(const LiveSensor&) = delete;
  ~LiveSensor() { std::filesystem::remove_all(folder_); }

  /// See synth::FaultFile.
  void order(const std::string& lines) const;

  /// Takes messages until `done`, which sees each; false when it was none by `deadline`.
  bool listen(Clock::time_point deadline, const std::function<bool(const Json&)>& done);
  bool hears_aircraft(std::chrono::seconds patience);
  void listen_for(double seconds_long);

  const Json& status() const { return status_; }
  std::uint64_t lost_messages() const { return client_.counts().lost; }
  // Alerts sensor_trouble.
  std::size_t raised() const { return raised_; }
  std::size_t cleared() const { return cleared_; }
  pid_t process() const { return sensor_.id(); }
  /// Whether it was one process all the time that ends well when told to.
  bool ends_well();

 private:
  static std::filesystem::path new_folder(const Json& scene);
  std::string feed() const { return "ipc://" + (folder_ / "feed").string(); }
  ChildProcess start(const Json& scene) const;

  std::filesystem::path folder_;
  ChildProcess sensor_;
  sensor::FeedClient client_;
  Json status_;
  std::set<std::string> boots_;
  std::size_t raised_ = 0, cleared_ = 0;
};

}  // namespace windhover::bench
