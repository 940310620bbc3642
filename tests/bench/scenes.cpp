#include "tests/bench/scenes.hpp"

#include <cmath>
#include <numbers>

#include "tests/support/burst.hpp"
#include "tests/support/channel.hpp"
#include "tests/support/droneid_packet.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {
namespace {

constexpr Hertz kOccupied{9.015e6};
constexpr double kBurstSpacing_s = 2.5e-3;

double burst_power(double snr_db, Hertz rate) {
  return kNoisePower * (kOccupied / rate) * std::pow(10, snr_db / 10);
}

Scene noise_scene(Hertz rate, Hertz centre, double seconds, synth::Random& random, std::vector<cf32>& iq) {
  iq.assign(static_cast<std::size_t>(seconds * rate.value), cf32{});
  random.add_noise(iq, kNoisePower);
  return {nullptr, rate, centre, {}};
}

}  // namespace

Scene sensitivity_scene(const SensitivityCase& c) {
  synth::Random random(c.seed, static_cast<std::uint64_t>(1000 + std::lround(c.snr_db * 100)));
  const Hertz rate{20e6};
  std::vector<cf32> iq;
  Scene scene = noise_scene(rate, {2450e6},
                            kGateSettle_s + kBurstSpacing_s * static_cast<double>(c.bursts + 1), random, iq);
  for (std::size_t i = 0; i < c.bursts; ++i) {
    const auto packet = droneid_packet(static_cast<std::uint32_t>(i));
    synth::Waveform wave = synth::modulate_droneid(synth::transport_block(packet), c.variant);
    if (c.multipath) {
      const auto taps = synth::rician_taps(random, {});
      wave.samples = synth::apply_multipath(wave.samples, wave.rate, taps);
    }
    const double offset = random.uniform(-5e6, 5e6) + random.uniform(-40e3, 40e3);
    const double start = kGateSettle_s + kBurstSpacing_s * static_cast<double>(i) + random.uniform(0, 1e-3);
    synth::add_burst(iq, rate, wave,
                     {start,
                      {offset},
                      burst_power(c.snr_db, rate),
                      random.uniform(0, 2 * std::numbers::pi),
                      c.clock_ppm * (random.uniform() < 0.5 ? -1 : 1)});
    scene.sent.push_back({packet, start, scene.centre.value + offset});
  }
  scene.samples = std::make_shared<Ci16>(to_ci16(iq));
  return scene;
}

Scene speed_scene(Hertz rate, bool busy, std::uint64_t seed) {
  synth::Random random(seed);
  std::vector<cf32> iq;
  Scene scene = noise_scene(rate, {2442e6}, 0.64, random, iq);
  // Four carriers that fit whatever the rate: side by side in a wide band, one after the other in a narrow
  // one.
  const double room = (rate.value - 9.5e6) / 2;
  for (std::uint32_t i = 0; busy && i < 4; ++i) {
    const auto packet = droneid_packet(i);
    const double offset = room * (-1 + 2.0 * i / 3);
    const double start = 0.1 + 0.13 * i;
    synth::add_burst(iq, rate, synth::modulate_droneid(synth::transport_block(packet)),
                     {start, {offset}, burst_power(15, rate), 0, 0});
    scene.sent.push_back({packet, start, scene.centre.value + offset});
  }
  scene.samples = std::make_shared<Ci16>(to_ci16(iq));
  return scene;
}

}  // namespace windhover::bench
