// `replay` and `run`: a source through the pipeline to the outputs.

#include <unistd.h>

#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "dsp/fft.hpp"
#include "sensor/access_list.hpp"
#include "sensor/aircraft_table.hpp"
#include "sensor/cli/commands.hpp"
#include "sensor/cli/live_evidence.hpp"
#include "sensor/cli/live_service.hpp"
#include "sensor/cli/scene_recording.hpp"
#include "sensor/cli/stop_signal.hpp"
#include "sensor/config_error.hpp"
#include "sensor/device_care.hpp"
#include "sensor/evidence/evidence_sink.hpp"
#include "sensor/feed.hpp"
#include "sensor/feed_reader.hpp"
#include "sensor/link_table.hpp"
#include "sensor/recording_source.hpp"
#include "sensor/resampling_source.hpp"
#include "sensor/service/notifier.hpp"
#include "sensor/service/service_sink.hpp"
#include "sensor/tuning/tuning_plan.hpp"
#include "sensor/wisdom.hpp"

namespace windhover::sensor {
namespace {

FeedOptions feed_options(const OutputOptions& options, const std::string& boot) {
  FeedOptions feed{.endpoint = *options.feed, .snapshot_endpoint = options.snapshot};
  feed.node = options.node;
  feed.boot = boot;
  if (options.curve_key) feed.access = {read_curve_secret_file(*options.curve_key), options.allow};
  feed.insecure = options.insecure_feed;
  feed.operator_position = operator_position_at(options.privacy, "feed");
  return feed;
}

TrustOptions trust_options(const OutputOptions& options) {
  TrustOptions trust;
  trust.levels_comparable = options.levels_comparable;
  for (const auto& file : options.drip_anchors)
    for (const DripAnchor& anchor : read_drip_anchors(file)) trust.anchors.push_back(anchor);
  return trust;
}

/// The sinks that the user asked for and the stage that feeds them, in the thread that uses them.
class Outputs {
 public:
  /// `service` and `evidence`: of a live stream only, and outlive these outputs.
  explicit Outputs(const OutputOptions& options, LiveService* service = nullptr,
                   LiveEvidence* evidence = nullptr)
      : board_(operator_position_at(options.privacy, "table")) {
    const std::string boot = options.boot.empty() ? new_boot_id() : options.boot;
    if (options.jsonl)
      jsonl_ = std::make_unique<JsonlSink>(*options.jsonl, operator_position_at(options.privacy, "jsonl"));
    if (options.feed) {
      feed_ = std::make_unique<Feed>(feed_options(options, boot));
      if (options.wait_subscriber.count() > 0) feed_->wait_for_subscriber(options.wait_subscriber);
    }
    std::vector<FeedSink*> sinks{&board_};
    std::function<std::optional<SensorPosition>()> locate;
    if (service != nullptr) {
      service_ = std::make_unique<ServiceSink>([this, service, evidence] {
        if (evidence != nullptr) evidence->serve();
        if (service->reload_if_asked(feed_.get())) service_->reloaded();
      });
      sinks.push_back(service_.get());
      locate = [service] { return service->locate(); };
    }
    if (evidence != nullptr) {
      const PlaceDetail detail = operator_position_at(options.privacy, "feed");
      for (Evidence& each : evidence->by_device())
        sinks.push_back(&evidence_.emplace_back(each, detail, evidence_.size()));
    }
    if (jsonl_) sinks.push_back(jsonl_.get());
    if (feed_) sinks.push_back(feed_.get());
    stage_ = std::make_unique<FeedStage>(
        FeedStageOptions{options.node,
                         boot,
                         options.rejects,
                         {},
                         {.hash = options.boot.empty() ? AddressHash() : AddressHash(options.boot)},
                         options.privacy,
                         options.position,
                         std::move(locate),
                         trust_options(options)},
        sinks);
  }

  FeedStage& stage() { return *stage_; }
  /// Standard output belongs to the JSON lines when they go there.
  void print_tables(const OutputOptions& options) const {
    std::ostream& out = options.jsonl == "-" ? std::cerr : std::cout;
    out << aircraft_table(board_.rows());
    if (const auto links = link_table(board_.links(), {.most_rows = 40}); !links.empty())
      out << '\n' << links;
  }
  void close() {
    if (jsonl_) jsonl_->close();
  }

 private:
  BoardSink board_;
  std::unique_ptr<JsonlSink> jsonl_;
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<ServiceSink> service_;
  std::deque<EvidenceSink> evidence_;  // by device
  std::unique_ptr<FeedStage> stage_;
};

/// What else than the devices can keep the sensor from starting.
void check(const RunCommand& command) {
  const OutputOptions& output = command.output;
  if (output.curve_key) read_curve_secret_file(*output.curve_key);
  if (!output.allow.empty()) AccessList{output.allow};
  trust_options(output);
  for (const DeviceCommand& device : command.devices)
    if (device.calibration) read_calibration(*device.calibration);
}

/// At the plan's first window, the plan being in `options`.
std::unique_ptr<DeviceCare> open_tuned(const DeviceCommand& command,
                                       std::span<const decoders::DecoderEntry> decoders,
                                       SensorOptions& options) {
  const bool is_set = !command.soapy.anywhere;
  auto device = std::make_unique<DeviceCare>(command.soapy);
  const tuning::Reach reach{device->tuning_ranges(), device->info().rate.value, command.soapy.bandwidth_hz};
  options.tuning = tuning::make_plan(command.tuning, decoders, reach,
                                     is_set ? std::optional(command.soapy.centre.value) : std::nullopt);
  const double first_hz = options.tuning->windows.front().centre_hz;
  if (!is_set && !device->tune({first_hz}))
    throw SourceError("the device refuses to tune to " + std::to_string(first_hz / 1e6) +
                      " MHz, where its plan begins; give --freq or other things to hear.");
  return device;
}

SensorInput open_device(const DeviceCommand& command, std::span<const decoders::DecoderEntry> decoders,
                        SensorOptions options) {
  auto device = open_tuned(command, decoders, options);
  std::cerr << (options.device.empty() ? "" : options.device + ": ") << "listening with "
            << device->info().description << '\n'
            << tuning::explain(*options.tuning);
  return {at_bank_rate(std::move(device), options.notes), options};
}

std::vector<SensorInput> open_devices(const RunCommand& command,
                                      std::span<const decoders::DecoderEntry> decoders,
                                      std::deque<Evidence>& evidence) {
  std::vector<SensorInput> inputs;
  for (const DeviceCommand& device : command.devices) {
    SensorOptions options = command.sensor;
    if (device.calibration) options.calibration = read_calibration(*device.calibration);
    if (!evidence.empty()) options.evidence = &evidence[inputs.size()];
    if (command.devices.size() == 1) {
      inputs.push_back(open_device(device, decoders, options));
      continue;
    }
    options.device = device.name;
    try {
      inputs.push_back(open_device(device, decoders, options));
    } catch (const SourceError& error) {
      throw SourceError("device '" + device.name + "': " + error.what());
    } catch (const ConfigError& error) {
      throw ConfigError("device '" + device.name + "': " + error.what());
    }
  }
  return inputs;
}

}  // namespace

int run_replay(const ReplayCommand& command) {
  // Plans that FFTW measures differ from run to run in their last bits; the same recording must give the same
  // bytes.
  dsp::set_plan_rigour(dsp::PlanRigour::estimate);
  const std::atomic<bool>& stop = stop_on_signals();
  const auto decoders = chosen_decoders(command.decoders);
  Outputs outputs(command.output);
  for (const auto& recording : command.recordings) {
    SensorOptions options = command.sensor;
    std::optional<SceneRecording> scene;
    if (is_scene(recording)) scene.emplace(recording);
    auto source = at_bank_rate(open_recording(scene ? scene->recording() : recording, command.recording),
                               options.notes);
    Sensor sensor(std::move(source), decoders, options);
    sensor.run(outputs.stage(), stop);
    if (stop) break;
  }
  outputs.close();
  outputs.print_tables(command.output);
  return 0;
}

int run_live(const RunCommand& command) {
  const auto decoders = chosen_decoders(command.decoders);
  check(command);
  if (command.config.check_only) return 0;
  const std::atomic<bool>& stop = stop_on_signals();
  LiveService service(command);
  const SavedWisdom wisdom;
  OutputOptions output = command.output;
  output.levels_comparable = command.devices.front().soapy.gain_db.has_value();
  if (!output.feed && !output.jsonl) output.feed = kDefaultFeedEndpoint;
  LiveEvidence evidence(command);
  Outputs outputs(output, &service, &evidence);
  Sensor sensor(open_devices(command, decoders, evidence.by_device()), decoders);
  wisdom.save();
  sensor.run(outputs.stage(), stop);
  notify_stopping();
  outputs.close();
  return 0;
}

}  // namespace windhover::sensor
