#include "tests/bench/ble_scenes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/ble_pdu.hpp"
#include "tests/support/burst.hpp"
#include "tests/support/odid_encoder.hpp"

namespace windhover::bench {
namespace {

constexpr std::size_t kPacketsInPiece = 75;

double packet_power(double snr_db, Hertz rate) {
  return kNoisePower * (1e6 / rate.value) * std::pow(10, snr_db / 10);
}

synth::BleAddress static_address(std::uint32_t number) {
  return {0xC20000000000 | static_cast<std::uint64_t>(number), true};
}

synth::OdidBytes message(std::uint32_t number, std::size_t kind) {
  const double there = 1e-5 * (number % 100'000);
  switch (kind % 5) {
    case 0:
      return synth::encode(synth::LocationValues{.track_deg = number % 360,
                                                 .speed_mps = 10,
                                                 .vertical_mps = 1,
                                                 .position = synth::LatLon{50 + there, 5 - there},
                                                 .height_m = 40});
    case 1:
      return synth::encode(
          synth::BasicIdValues{.id = std::string("1ABCFBENCH").append(std::to_string(number))});
    case 2:
      return synth::encode(synth::SystemValues{.operator_position = synth::LatLon{50, 5}});
    case 3:
      return synth::encode(synth::SelfIdValues{.description = "bench"});
    default:
      return synth::encode(synth::OperatorIdValues{.operator_id = "FIN87astrdge12k8"});
  }
}

struct Put {
  std::vector<cf32>& iq;
  Hertz rate, centre;
  synth::Random& random;

  // Where the preamble begins; what the figure's truth calls the start.
  Sent operator()(synth::BlePhy phy, int rf_channel, std::span<const std::uint8_t> pdu, double start_s,
                  double power, double cfo_hz, double clock_ppm = 0, double modulation_index = 0.5) const {
    const int index = rf_channel == 0    ? 37
                      : rf_channel == 12 ? 38
                      : rf_channel == 39 ? 39
                      : rf_channel < 12  ? rf_channel - 1
                                         : rf_channel - 2;
    synth::BleOptions options;
    options.gfsk.modulation_index = modulation_index;
    const synth::Waveform wave = synth::modulate_ble(phy, index, pdu, options);
    const double carrier = 2402e6 + 2e6 * rf_channel + cfo_hz;
    synth::add_burst(
        iq, rate, wave,
        {start_s, {carrier - centre.value}, power, random.uniform(0, 2 * std::numbers::pi), clock_ppm});
    return {
        {pdu.begin(), pdu.end()}, start_s + static_cast<double>(synth::kBleRamp) / wave.rate.value, carrier};
  }
};

std::vector<cf32> noise_samples(Hertz rate, double seconds, synth::Random& random) {
  std::vector<cf32> iq(static_cast<std::size_t>(seconds * rate.value));
  random.add_noise(iq, kNoisePower);
  return iq;
}

Scene finished(const std::vector<cf32>& iq, Hertz rate, Hertz centre, std::vector<Sent> sent) {
  return {std::make_shared<Ci16>(to_ci16(iq)), rate, centre, std::move(sent)};
}

Scene ble_scene(const BleCase& c, std::uint32_t first, std::size_t packets) {
  const Hertz rate{8e6}, centre{2404e6};
  synth::Random random(c.seed + first, static_cast<std::uint64_t>(1000 + std::lround(c.snr_db * 100)));
  const auto pdu_of = [&](std::uint32_t number) {
    return c.pack == 0 ? ble_legacy_pdu(number) : ble_pack_pdu(number, c.pack);
  };
  // The noise floor that gates track is the lower decile: a channel must not be busy all the time.
  const double spacing_s = 1.6 * synth::ble_duration_s(c.phy, pdu_of(0).size()) + 1.2e-3;
  const double end_s = kGateSettle_s + spacing_s * static_cast<double>(packets + 1);
  std::vector<cf32> iq = noise_samples(rate, end_s, random);
  const Put put{iq, rate, centre, random};
  const int channel = c.pack == 0 ? 0 : 1;
  std::vector<Sent> sent;
  for (std::uint32_t i = 0; i < packets; ++i) {
    const double start = kGateSettle_s + spacing_s * i + random.uniform(0, 0.5e-3);
    sent.push_back(put(c.phy, channel, pdu_of(first + i), start, packet_power(c.snr_db, rate),
                       random.uniform(-c.cfo_hz, c.cfo_hz), c.clock_ppm * (random.uniform() < 0.5 ? -1 : 1),
                       c.modulation_index));
  }
  // Loud packets of any kind back to back: their own decoding is not counted.
  for (const int side : {-1, 1}) {
    if (!c.neighbour_db || channel + side < 0) continue;
    std::uint32_t number = 1'000'000;
    for (double at = kGateSettle_s; at < end_s - 3e-3; at += 0.8e-3)
      put(synth::BlePhy::le_1m, channel + side, ble_pack_pdu(++number, 2), at,
          packet_power(c.snr_db + *c.neighbour_db, rate), random.uniform(-c.cfo_hz, c.cfo_hz));
  }
  return finished(iq, rate, centre, std::move(sent));
}

}  // namespace

std::vector<std::uint8_t> ble_legacy_pdu(std::uint32_t number) {
  const auto data = synth::ble_legacy_adv_data(static_cast<std::uint8_t>(number), message(number, 0));
  return synth::ble_legacy_pdu(synth::BlePdu::adv_nonconn_ind, static_address(number), data);
}

std::vector<std::uint8_t> ble_pack_pdu(std::uint32_t number, std::size_t messages) {
  std::vector<synth::OdidBytes> all;
  for (std::size_t i = 0; i < messages; ++i) all.push_back(message(number, i));
  const auto data =
      synth::ble_extended_adv_data(static_cast<std::uint8_t>(number), synth::encode_pack(2, all));
  return synth::ble_extended_pdu({.advertiser = static_address(number), .data_info = synth::BleDataInfo{}},
                                 data);
}

void for_each_ble_scene(const BleCase& c, const std::function<void(const Scene&)>& take) {
  for (std::size_t done = 0; done < c.packets; done += kPacketsInPiece)
    take(ble_scene(c, static_cast<std::uint32_t>(done), std::min(kPacketsInPiece, c.packets - done)));
}

Scene eight_channels_scene(std::size_t packets_each, std::uint64_t seed) {
  const Hertz rate{20e6}, centre{2409e6};
  synth::Random random(seed);
  const double spacing_s = 1.6e-3;
  std::vector<cf32> iq =
      noise_samples(rate, kGateSettle_s + spacing_s * static_cast<double>(packets_each + 2), random);
  const Put put{iq, rate, centre, random};
  std::vector<Sent> sent;
  std::uint32_t number = 0;
  for (int channel = 0; channel < 8; ++channel)
    for (std::size_t i = 0; i < packets_each; ++i) {
      const double start = kGateSettle_s + spacing_s * static_cast<double>(i) + random.uniform(0, 0.8e-3);
      sent.push_back(put(synth::BlePhy::le_1m, channel, ble_pack_pdu(++number, 1), start,
                         packet_power(20, rate), random.uniform(-100e3, 100e3)));
    }
  return finished(iq, rate, centre, std::move(sent));
}

Scene ble_speed_scene(Hertz rate, Hertz centre, double duty, std::uint64_t seed) {
  synth::Random random(seed);
  constexpr double kSeconds = 0.64;
  std::vector<cf32> iq = noise_samples(rate, kSeconds, random);
  const Put put{iq, rate, centre, random};
  std::vector<Sent> sent;
  std::uint32_t number = 0;
  for (int channel = 0; duty > 0 && channel < 40; ++channel) {
    if (std::abs(2402e6 + 2e6 * channel - centre.value) + 1e6 > rate.value / 2) continue;
    // Half of the time on air is LE 1M, half LE Coded, never both at once.
    std::vector<std::pair<double, double>> taken;
    const auto fill = [&](synth::BlePhy phy, std::size_t messages) {
      const double length = synth::ble_duration_s(phy, ble_pack_pdu(0, messages).size()) + 0.2e-3;
      const double interval = 2 * length / duty;
      for (double at = random.uniform(1e-3, interval); at + length < kSeconds - 1e-3; at += interval) {
        const bool free = std::none_of(taken.begin(), taken.end(), [&](const auto& other) {
          return at < other.second && other.first < at + length;
        });
        if (!free) continue;
        taken.emplace_back(at, at + length);
        sent.push_back(put(phy, channel, ble_pack_pdu(++number, messages), at, packet_power(20, rate),
                           random.uniform(-50e3, 50e3)));
      }
    };
    fill(synth::BlePhy::le_coded_s8, 4);
    fill(synth::BlePhy::le_1m, 1);
  }
  return finished(iq, rate, centre, std::move(sent));
}

}  // namespace windhover::bench
