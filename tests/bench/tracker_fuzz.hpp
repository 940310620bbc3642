#pragma once
// Remote ID payloads that were damaged on purpose, on their way through parser, tracker, trust and JSON. In a
// header, for the figure and the test.

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "decoders/remote_id_frame.hpp"
#include "sensor/feed_stage.hpp"
#include "tests/support/odid_encoder.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {

struct TrackerFuzz {
  std::uint64_t payloads = 0, accepted = 0, messages = 0;
  std::uint64_t not_a_number = 0;  ///< messages with one
};

namespace fuzz {

class NumberWatch : public sensor::FeedSink {
 public:
  void publish(const sensor::OutgoingMessage& message) override {
    ++messages;
    // What is not finite would be written as null, which no member ever is.
    if (message.json.find(":null") != std::string::npos || message.json.find("[null") != std::string::npos)
      ++not_a_number;
  }
  std::uint64_t messages = 0, not_a_number = 0;
};

inline std::vector<synth::ByteVector> payload_seeds() {
  synth::LocationValues location;
  location.position = synth::LatLon{52.01, 5.02};
  location.speed_mps = 12;
  location.track_deg = 270;
  location.height_m = 80;
  location.geodetic_altitude_m = 120;
  location.horizontal_accuracy_m = 3;
  location.seconds_of_hour = 12;
  synth::SystemValues system;
  system.operator_position = synth::LatLon{52.0, 5.0};
  synth::AuthValues auth;
  auth.auth_type = 5;
  auth.data.assign(89 + 25, 2);
  std::vector<synth::OdidBytes> all{
      synth::encode(synth::BasicIdValues{.id = "1748C012345678901"}), synth::encode(location),
      synth::encode(system), synth::encode(synth::SelfIdValues{.description = "survey"}),
      synth::encode(synth::OperatorIdValues{.operator_id = "FIN87astrdge12k8"})};
  std::vector<synth::ByteVector> seeds;
  const auto add = [&](std::span<const std::uint8_t> body) {
    seeds.emplace_back(1, std::uint8_t{7});
    seeds.back().insert(seeds.back().end(), body.begin(), body.end());
  };
  for (const synth::OdidBytes& each : all) add(each);
  for (const synth::OdidBytes& each : synth::encode(auth)) add(each);
  add(synth::encode_pack(2, all));
  synth::Gb46750Values gb;
  gb.product_id = "1581F6N8A2345678";
  gb.position = synth::LatLon{52.02, 5.01};
  gb.speed_mps = 10;
  add(synth::encode(gb));
  return seeds;
}

}  // namespace fuzz

/// Some bytes are exchanged and some payloads cut; from few senders, so that states meet. Time runs on, and
/// steps back now and then.
inline TrackerFuzz fuzz_tracker(std::uint64_t payloads, std::uint64_t seed) {
  synth::Random random(seed);
  fuzz::NumberWatch watch;
  sensor::FeedStageOptions options{.node = "fuzz", .boot = "0"};
  options.position = sensor::SensorPosition{52.0, 5.0, 20.0};
  sensor::FeedStage stage(options, {&watch});
  const auto seeds = fuzz::payload_seeds();
  constexpr std::string_view kTransports[] = {"bluetooth_legacy", "bluetooth_coded_s8", "wifi_beacon"};
  TrackerFuzz fuzz{.payloads = payloads};
  auto now = sensor::parse_rfc3339("2026-03-01T12:00:00Z");
  for (std::uint64_t i = 0; i < payloads; ++i) {
    now += std::chrono::microseconds(static_cast<std::int64_t>(random.uniform(0, 20'000)));
    if (random.uniform() < 1e-4) now -= std::chrono::seconds(static_cast<int>(random.uniform(0, 30)));
    synth::ByteVector payload =
        seeds[static_cast<std::size_t>(random.uniform(0, 1) * static_cast<double>(seeds.size()))];
    const auto changes = static_cast<int>(random.uniform(0, 6));
    for (int change = 0; change < changes; ++change)
      payload[static_cast<std::size_t>(random.uniform(0, static_cast<double>(payload.size())))] =
          static_cast<std::uint8_t>(random.next());
    if (random.uniform() < 0.05)
      payload.resize(static_cast<std::size_t>(random.uniform(0, static_cast<double>(payload.size()))));
    auto read = decoders::read_remote_id(payload);
    auto* frame = std::get_if<decoders::Frame>(&read);
    if (frame == nullptr) continue;
    ++fuzz.accepted;
    frame->transport = kTransports[random.next() % 3];
    frame->rf.centre = {2402e6 + 2e6 * static_cast<double>(random.next() % 3)};
    frame->rf.rssi_dbfs = random.uniform() < 0.1 ? NAN : static_cast<float>(random.uniform(-90, 0));
    frame->rf.cfo_hz = random.uniform() < 0.1 ? INFINITY : static_cast<float>(random.uniform(-1e5, 1e5));
    frame->payload = payload;
    if (random.uniform() < 0.9)
      frame->transmitter =
          decoders::Transmitter{{2, 0, 0, 0, 0, static_cast<std::uint8_t>(random.next() % 40)}, true};
    const double start_s = 1e-3 * static_cast<double>(i);
    stage.on_frame({std::move(*frame), {.start_s = start_s, .duration_s = 1e-4, .time = now}}, now);
  }
  stage.finish({}, now);
  fuzz.messages = watch.messages;
  fuzz.not_a_number = watch.not_a_number;
  return fuzz;
}

}  // namespace windhover::bench
