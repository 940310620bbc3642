#pragma once
// The whole pipeline with every decoder, and all that it tells.

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "decoders/registry.hpp"
#include "sensor/resampling_source.hpp"
#include "sensor/sensor.hpp"
#include "tests/sensor/recording_fixture.hpp"

namespace windhover::sensor::testing {

/// Every message as the line that it would be in a file.
struct Lines {
  std::vector<std::string> lines;

  std::vector<json> of(const std::string& type) const {
    std::vector<json> found;
    for (const std::string& line : lines)
      if (json message = json::parse(line); message.at("type") == type) found.push_back(std::move(message));
    return found;
  }
};

class Keeper final : public FeedSink {
 public:
  explicit Keeper(Lines& kept) : kept_(kept) {}
  void publish(const OutgoingMessage& message) override { kept_.lines.push_back(message.json); }

 private:
  Lines& kept_;
};

inline Lines run(std::unique_ptr<Source> source, SensorOptions options = {}) {
  Lines lines;
  Keeper keeper(lines);
  // Runs are compared with one another: addresses are hashed under one key.
  FeedStage stage({.node = "test",
                   .boot = "boot",
                   .publish_rejects = true,
                   .tracker = {},
                   .links = {.hash = AddressHash("test")}},
                  {&keeper});
  source = at_bank_rate(std::move(source), options.notes);
  Sensor sensor(std::move(source), decoders::registry(), options);
  const std::atomic<bool> never{false};
  sensor.run(stage, never);
  return lines;
}

inline Lines replay(const fs::path& recording, const SensorOptions& options = {}) {
  return run(open_recording(recording, {}), options);
}

}  // namespace windhover::sensor::testing
