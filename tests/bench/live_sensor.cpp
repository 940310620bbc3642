#include "tests/bench/live_sensor.hpp"

#include <cstdlib>
#include <fstream>
#include <utility>

#include "tests/support/scene.hpp"
#include "tests/support/soapy_module/faults.hpp"

namespace windhover::bench {
namespace {

using namespace std::chrono;
using nlohmann::json;

std::string feed_in(const synth::ScratchFolder& folder) { return "ipc://" + (folder / "feed").string(); }

}  // namespace

LiveSensor::LiveSensor(LiveOptions options)
    : options_(std::move(options)),
      sensor_((render(), start())),
      client_({.endpoint = feed_in(folder_), .topics = options_.topics}) {}

void LiveSensor::render() const {
  std::ofstream(folder_ / "scene.json") << options_.scene.dump();
  synth::render_scene(folder_ / "scene.json", folder_ / "air");
}

void LiveSensor::order(const std::string& faults) const { synth::order_faults(folder_ / "faults", faults); }

bool LiveSensor::listen(Clock::time_point deadline, const std::function<bool(const json&)>& done) {
  while (Clock::now() < deadline) {
    const auto event = client_.next(milliseconds(20));
    const auto* message = event ? std::get_if<sensor::FeedMessage>(&*event) : nullptr;
    if (message == nullptr || ended_boots_.contains(message->boot)) continue;
    const json body = json::parse(message->json);
    boots_.insert(message->boot);
    if (message->type == "status" && body.contains("live")) status_ = body;
    if (message->type == "alert" && body.at("category") == "sensor_trouble")
      ++(body.at("state") == "raised" ? raised_ : cleared_);
    if (done(body)) return true;
  }
  return false;
}

void LiveSensor::listen_for(double seconds_long) {
  listen(Clock::now() + duration_cast<Clock::duration>(duration<double>(seconds_long)),
         [](const json&) { return false; });
}

bool LiveSensor::hears_aircraft(seconds patience) {
  return listen(Clock::now() + patience, [](const json& body) { return body.at("type") == "frame"; });
}

double LiveSensor::stop() {
  const auto asked = Clock::now();
  sensor_.terminate();
  exit_code_ = sensor_.wait();
  return duration<double>(Clock::now() - asked).count();
}

void LiveSensor::start_again() {
  ended_boots_.merge(boots_);
  boots_.clear();
  sensor_ = start();
}

ChildProcess LiveSensor::start() {
  setenv("SOAPY_SDR_PLUGIN_PATH", (windhover_program().parent_path() / "soapy").c_str(), 1);
  setenv("CACHE_DIRECTORY", options_.cache.value_or(folder_ / "cache").c_str(), 1);
  const bool is_ci8 = options_.scene.value("datatype", "ci16_le") == "ci8";
  const std::string device = "driver=windhover_air,recording=" + (folder_ / "air.sigmf-meta").string() +
                             ",control=" + (folder_ / "faults").string() +
                             ",format=" + (is_ci8 ? "CS8" : "CS16");
  std::vector<std::string> command{windhover_program().string(),
                                   "run",
                                   "--device",
                                   device,
                                   "--rate",
                                   options_.scene.at("sample_rate").dump(),
                                   "--freq",
                                   options_.scene.at("center_frequency").dump(),
                                   "--gain",
                                   "30",
                                   "--feed",
                                   feed_in(folder_)};
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  started_ = Clock::now();
  return ChildProcess(command);
}

}  // namespace windhover::bench
