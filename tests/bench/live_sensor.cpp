#include "tests/bench/live_sensor.hpp"

#include <cstdlib>
#include <fstream>

#include "tests/support/scene.hpp"
#include "tests/support/soapy_module/faults.hpp"

namespace windhover::bench {

using namespace std::chrono;

LiveSensor::LiveSensor(const Json& scene)
    : folder_(new_folder(scene)), sensor_(start(scene)), client_({.endpoint = feed()}) {}

void LiveSensor::order(const std::string& lines) const { synth::order_faults(folder_ / "faults", lines); }

bool LiveSensor::listen(Clock::time_point deadline, const std::function<bool(const Json&)>& done) {
  while (Clock::now() < deadline) {
    const auto event = client_.next(milliseconds(20));
    const auto* message = event ? std::get_if<sensor::FeedMessage>(&*event) : nullptr;
    if (message == nullptr) continue;
    const Json body = Json::parse(message->json);
    boots_.insert(message->boot);
    if (message->type == "status" && body.contains("live")) status_ = body;
    if (message->type == "alert" && body.at("category") == "sensor_trouble")
      ++(body.at("state") == "raised" ? raised_ : cleared_);
    if (done(body)) return true;
  }
  return false;
}

bool LiveSensor::hears_aircraft(seconds patience) {
  return listen(Clock::now() + patience, [](const Json& body) { return body.at("type") == "frame"; });
}

void LiveSensor::listen_for(double seconds_long) {
  listen(Clock::now() + duration_cast<Clock::duration>(duration<double>(seconds_long)),
         [](const Json&) { return false; });
}

bool LiveSensor::ends_well() {
  sensor_.terminate();
  return boots_.size() == 1 && sensor_.wait() == 0;
}

std::filesystem::path LiveSensor::new_folder(const Json& scene) {
  std::string pattern = (std::filesystem::temp_directory_path() / "windhover-figure-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  std::ofstream(folder / "scene.json") << scene.dump();
  synth::render_scene(folder / "scene.json", folder / "air");
  return folder;
}

ChildProcess LiveSensor::start(const Json& scene) const {
  const auto module = windhover_program().parent_path() / "soapy";
  setenv("SOAPY_SDR_PLUGIN_PATH", module.c_str(), 1);
  const std::string device = "driver=windhover_air,recording=" + (folder_ / "air.sigmf-meta").string() +
                             ",control=" + (folder_ / "faults").string();
  return ChildProcess({windhover_program().string(), "run", "--device", device, "--rate",
                       scene.at("sample_rate").dump(), "--freq", scene.at("center_frequency").dump(),
                       "--gain", "30", "--feed", feed()});
}

}  // namespace windhover::bench
