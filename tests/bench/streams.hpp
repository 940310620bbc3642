#pragma once
// Sources made in memory, and what the whole pipeline makes of them, for figures and for `windhover bench`.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decoders/registry.hpp"
#include "sensor/sensor.hpp"
#include "sensor/source.hpp"
#include "tests/support/waveform.hpp"

namespace windhover::bench {

using dsp::cf32;
using dsp::Hertz;

/// ci16 samples, as most devices give them.
using Ci16 = std::vector<std::int16_t>;

/// Noise of −40 dBFS (per sample, whole band): what a receiver with sensible gain hands on.
inline constexpr double kNoisePower = 1e-4;

Ci16 to_ci16(std::span<const cf32> iq);

/// Samples from memory, played `rounds` times without a seam in the index.
std::unique_ptr<sensor::Source> memory_source(std::shared_ptr<const Ci16> samples, Hertz rate, Hertz centre,
                                              unsigned rounds = 1);

/// Fresh noise for as long as asked.
std::unique_ptr<sensor::Source> noise_source(Hertz rate, Hertz centre, double seconds, std::uint64_t seed);

/// One burst that was put into a stream.
struct Sent {
  std::vector<std::uint8_t> packet;
  double start_s = 0;
  double carrier_hz = 0;
};

/// One frame that came out, with the moment it was published.
struct Heard {
  std::vector<std::uint8_t> packet;
  double start_s = 0, duration_s = 0;
  double carrier_hz = 0;
  std::chrono::steady_clock::time_point at;
  std::string json;  ///< the whole message
};

struct RunResult {
  std::vector<Heard> frames;
  std::uint64_t rejects = 0;
  std::uint64_t drone_links = 0;  ///< messages that call a link like a drone's
  std::string status;             ///< the last such message: what was counted, by decoder and reason
  double signal_s = 0;
  double cpu_s = 0;  ///< of all threads together
  double wall_s = 0;
  std::chrono::steady_clock::time_point began;
};

RunResult run_pipeline(std::unique_ptr<sensor::Source> source, const sensor::SensorOptions& options = {},
                       std::span<const decoders::DecoderEntry> registry = decoders::registry());

/// How far a measured start and carrier may be from the true ones.
struct Tolerance {
  double start_s = 10e-6;
  double carrier_hz = 2e3;
};

/// How many of `sent` are among the frames: same packet, at that time, on that carrier.
std::size_t count_received(const std::vector<Sent>& sent, const RunResult& result,
                           const Tolerance& tolerance = {});

/// A DroneID telemetry packet whose content depends on `number`.
std::vector<std::uint8_t> droneid_packet(std::uint32_t number);

}  // namespace windhover::bench
