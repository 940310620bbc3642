#pragma once
// How many DroneID bursts are lost at a given signal-to-noise ratio, from samples to frames with a blind
// search.

#include <complex>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "decoders/ocusync/drone_id.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/droneid_modulator.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/random.hpp"

namespace windhover::tests {

struct DroneIdCase {
  synth::DroneIdVariant variant = synth::DroneIdVariant::nine_symbols;
  /// Three Rician taps over 400 ns (K 6 dB, drawn anew and normalised for each burst) and 20 ppm clock
  /// offset.
  bool multipath = false;
};

struct DroneIdPoint {
  double snr_db = 0;  ///< Es/N0 per subcarrier
  unsigned bursts = 0;
  unsigned lost = 0;
  unsigned wrong = 0;  ///< frames with other content than was sent
  double error_rate() const { return static_cast<double>(lost) / bursts; }
};

inline std::vector<std::uint8_t> droneid_test_packet(std::uint16_t sequence) {
  synth::DroneIdTelemetry telemetry;
  telemetry.sequence = sequence;
  telemetry.serial = "1WNBH3900201N1";
  telemetry.lat = synth::droneid_coordinate(51.4463);
  telemetry.lon = synth::droneid_coordinate(7.2672);
  telemetry.altitude = 141;
  telemetry.height = 42;
  telemetry.time_ms = 1650542026258;
  telemetry.product_type = 58;
  return synth::droneid_telemetry_packet(telemetry);
}

inline constexpr dsp::Hertz kDroneIdChannelRate{15.36e6};

/// One window of noise with one burst: start, fraction of a sample, phase, carrier (±1 MHz on the channel and
/// ±40 kHz of offset on top) and stale bytes at random.
inline std::vector<dsp::cf32> droneid_window(synth::Random& random, const DroneIdCase& what, double snr_db,
                                             std::uint16_t sequence) {
  constexpr std::size_t kWindow = 18000;
  std::vector<std::uint8_t> stale(173);
  for (auto& byte : stale) byte = static_cast<std::uint8_t>(random.next());
  const auto block = synth::transport_block(droneid_test_packet(sequence), stale);
  synth::Waveform wave = synth::modulate_droneid(block, what.variant);
  if (what.multipath) {
    const auto taps = synth::rician_taps(random, {});
    wave.samples = synth::apply_multipath(wave.samples, wave.rate, taps);
  }
  synth::Placement placement;
  placement.start_s = random.uniform(2000, 3000) / kDroneIdChannelRate.value;
  placement.offset = {random.uniform(-1e6, 1e6) + random.uniform(-40e3, 40e3)};
  placement.phase_rad = random.uniform(0, 6.28);
  placement.clock_ppm = what.multipath ? 20 : 0;
  std::vector<dsp::cf32> iq(kWindow);
  synth::add_burst(iq, kDroneIdChannelRate, wave, placement);
  random.add_noise(iq,
                   synth::noise_power(snr_db, placement.power, wave.noise_bandwidth, kDroneIdChannelRate));
  return iq;
}

inline DroneIdPoint measure_droneid(const DroneIdCase& what, double snr_db, unsigned bursts,
                                    std::uint64_t seed = 1) {
  decoders::ChannelSpec spec;
  spec.centre = {2444e6};
  spec.rate = kDroneIdChannelRate;
  const auto decoder = decoders::ocusync::make_drone_id(spec);
  DroneIdPoint point{snr_db, bursts, bursts, 0};
  for (unsigned i = 0; i < bursts; ++i) {
    synth::Random random(seed, i);
    const auto sequence = static_cast<std::uint16_t>(i + 1);
    const auto iq = droneid_window(random, what, snr_db, sequence);
    decoders::DecoderOutput out;
    decoder->process({iq, {0}, true}, out);
    decoder->process({{}, {static_cast<std::int64_t>(iq.size())}, true}, out);
    const auto sent = droneid_test_packet(sequence);
    bool found = false;
    for (const auto& frame : out.frames) {
      found |= frame.payload == sent;
      point.wrong += frame.payload != sent;
    }
    point.lost -= found;
  }
  return point;
}

}  // namespace windhover::tests
