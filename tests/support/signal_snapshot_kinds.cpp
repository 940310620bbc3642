#include "tests/support/signal_snapshot_kinds.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <numeric>
#include <string>

#include "tests/support/ble_packet.hpp"
#include "tests/support/droneid_modulator.hpp"
#include "tests/support/fm_video.hpp"
#include "tests/support/gfsk_modulator.hpp"
#include "tests/support/hopping_link.hpp"
#include "tests/support/lte_downlink.hpp"
#include "tests/support/microwave_oven.hpp"
#include "tests/support/ocusync_link.hpp"
#include "tests/support/wifi_dsss.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_ofdm.hpp"
#include "tests/support/zigbee.hpp"

namespace windhover::synth {
namespace {

KindWaveform burst(Waveform wave) { return {std::make_shared<const Waveform>(std::move(wave))}; }

/// Long waveforms are made once.
KindWaveform kept(const std::string& key, const std::function<Waveform()>& make) {
  static std::map<std::string, std::shared_ptr<const Waveform>> waves;
  auto& wave = waves[key];
  if (!wave) wave = std::make_shared<const Waveform>(make());
  return {wave};
}

std::size_t among(Random& random, std::size_t first, std::size_t last) {
  return first + random.next() % (last - first + 1);
}

std::vector<std::uint8_t> octets(Random& random, std::size_t count) {
  std::vector<std::uint8_t> out(count);
  for (auto& octet : out) octet = static_cast<std::uint8_t>(random.next() >> 20);
  return out;
}

unsigned root_for(Random& random, unsigned length) {
  for (;;)
    if (const auto root = static_cast<unsigned>(among(random, 1, length - 1)); std::gcd(root, length) == 1)
      return root;
}

KindWaveform ocusync(Random& random, OcusyncWidth width) {
  constexpr Modulation kModulations[] = {Modulation::qpsk, Modulation::qam16, Modulation::qam64};
  const unsigned length = ocusync_grid(width).carriers + 1;
  OcusyncVideoOptions options{width, kModulations[among(random, 0, 2)], {}};
  options.roots = {root_for(random, length), root_for(random, length)};
  KindWaveform out = burst(modulate_ocusync_video(options, among(random, 1, 3), random));
  out.roots[0] = options.roots.first;
  out.roots[1] = options.roots.second;
  out.bits_per_cell = static_cast<unsigned>(bits_per_cell(options.modulation));
  return out;
}

KindWaveform standby(Random& random) {
  const unsigned root = root_for(random, 601);
  KindWaveform out = burst(modulate_ocusync_standby(root, random));
  out.roots[0] = root;
  out.roots[1] = kOcusyncStandbyRoot;
  return out;
}

KindWaveform control(Random& random) {
  const unsigned root = among(random, 0, 1) == 0 ? 7 : root_for(random, 73);
  KindWaveform out = burst(modulate_ocusync_control(root, random));
  out.roots[0] = out.roots[1] = root;
  return out;
}

KindWaveform droneid(Random& random) {
  KindWaveform out = burst(modulate_droneid(octets(random, 176)));
  out.roots[0] = 600;
  out.roots[1] = 147;
  return out;
}

KindWaveform lte(Random& random, int resource_blocks) {
  const int cell = static_cast<int>(among(random, 0, 2));
  KindWaveform out = kept("lte" + std::to_string(resource_blocks) + "/" + std::to_string(cell), [&] {
    Waveform all;
    for (std::size_t n = 0; n < 20; ++n) {
      Waveform one = lte_subframe({resource_blocks, cell}, n, 1).wave;
      one.samples.insert(one.samples.begin(), all.samples.begin(), all.samples.end());
      all = std::move(one);
    }
    return all;
  });
  out.continuous = true;
  out.shortest_s = 5.3e-3;
  out.longest_s = 8e-3;
  return out;
}

KindWaveform wifi_legacy(Random& random, double clock) {
  constexpr int kRates[] = {6, 12, 24, 36, 54};
  const int rate = kRates[among(random, 0, 4)];
  const double air_s = 0.35e-3 + 1e-3 * random.uniform();
  const auto bytes = std::min<std::size_t>(4095, static_cast<std::size_t>(air_s * clock * rate * 1e6 / 8));
  return burst(modulate_wifi_ofdm(octets(random, bytes), rate, {.clock = clock}));
}

KindWaveform wifi_ht(Random& random, bool forty) {
  HtOptions options{.mcs = static_cast<int>(among(random, 0, 7)), .forty_mhz = forty};
  options.short_guard_interval = among(random, 0, 1) == 1;
  const double air_s = 0.35e-3 + 1e-3 * random.uniform();
  const auto bytes = static_cast<std::size_t>(air_s / 4e-6 * static_cast<double>(ht_data_bits(options)) / 8);
  return burst(modulate_wifi_ht(octets(random, bytes), options));
}

KindWaveform dsss(Random& random, DsssRate rate) {
  const double mbps = static_cast<double>(rate) / 10;
  const double air_s = 0.4e-3 + 1e-3 * random.uniform();
  const bool is_short = rate != DsssRate::mbps_1 && among(random, 0, 1) == 1;
  return burst(modulate_wifi_dsss(octets(random, static_cast<std::size_t>(air_s * mbps * 1e6 / 8)), rate,
                                  {.short_preamble = is_short}));
}

/// Symbols as many as last about that long, between four and what fits into a snapshot.
KindWaveform lora(Random& random, double bandwidth_hz, std::size_t first_factor, std::size_t last_factor) {
  LoraPacket packet;
  packet.bandwidth_hz = bandwidth_hz;
  packet.spreading_factor = static_cast<int>(among(random, first_factor, last_factor));
  packet.preamble_symbols = 8 + 2 * among(random, 0, 3);
  packet.payload_symbols = 20;
  KindWaveform out = burst(modulate_lora(packet, random));
  out.roots[0] = static_cast<unsigned>(packet.spreading_factor);
  return out;
}

KindWaveform gfsk(Random& random, GfskPacket packet, std::size_t shortest_bits) {
  packet.bits = among(random, shortest_bits, packet.bits);
  return burst(modulate_gfsk_packet(packet, random));
}

KindWaveform ble(Random& random, BlePhy phy) {
  const std::size_t payload = among(random, 37, 200);
  auto pdu = octets(random, payload + 2);
  pdu[1] = static_cast<std::uint8_t>(payload);
  return burst(modulate_ble(phy, static_cast<int>(among(random, 0, 39)), pdu));
}

KindWaveform video(Random& random, bool pal) {
  const std::size_t variant = among(random, 0, 1);
  KindWaveform out = kept((pal ? "pal" : "ntsc") + std::to_string(variant), [&] {
    FmVideoOptions options{.standard = pal ? kPal : kNtsc};
    if (variant == 1) options.deviation_hz_per_v = 4e6;
    return FmVideo(options).piece(0);
  });
  out.continuous = true;
  out.shortest_s = 1.5e-3;
  out.longest_s = 6e-3;
  return out;
}

KindWaveform zigbee(Random& random) {
  auto mac = octets(random, among(random, 15, 100));
  return burst(modulate_zigbee(zigbee_packet(with_zigbee_fcs(mac))));
}

KindWaveform oven(Random& random) {
  OvenOptions options;
  options.sweep_hz = random.uniform(3e6, 10e6);
  return burst(modulate_oven(options, random));
}

KindWaveform bare_tone(Random& random) {
  Waveform wave{{}, {4e6}, {1e6}, {5e3}};
  const double drift = random.uniform(-1e6, 1e6);
  for (std::size_t n = 0; n < 20'000; ++n) {
    const double t_s = static_cast<double>(n) / 4e6;
    wave.samples.emplace_back(std::polar(1.0, std::numbers::pi * drift * t_s * t_s));
  }
  return burst(std::move(wave));
}

/// Noise of a band, and the single carrier that many modems use: neither is anything that is known.
KindWaveform noise_band(Random& random) {
  const double width_hz = std::exp(random.uniform(std::log(0.3e6), std::log(15e6)));
  Waveform wave{{}, {2 * width_hz}, {width_hz * 1.2}, {width_hz}};
  const std::size_t count = static_cast<std::size_t>(1.5e-3 * wave.rate.value);
  std::vector<dsp::cf32> white(count);
  random.add_noise(white, 1);
  constexpr int kHalf = 24;
  for (std::size_t n = kHalf; n + kHalf < count; ++n) {
    dsp::cf32 sum{};
    for (int i = -kHalf; i <= kHalf; ++i) {
      const double t = i / 2.0, sinc = i == 0 ? 1 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * i / (kHalf + 1));
      sum += white[static_cast<std::size_t>(static_cast<int>(n) + i)] *
             static_cast<float>(sinc * window * 0.707);
    }
    wave.samples.push_back(sum);
  }
  return burst(std::move(wave));
}

KindWaveform single_carrier(Random& random) {
  const double symbol_hz = std::exp(random.uniform(std::log(0.3e6), std::log(12e6)));
  constexpr int kOver = 4, kHalf = 24;
  constexpr double kRollOff = 0.35;
  Waveform wave{{}, {symbol_hz * kOver}, {symbol_hz * 1.5}, {symbol_hz}};
  const auto symbols = static_cast<std::size_t>(1.5e-3 * symbol_hz);
  std::vector<dsp::cf32> points(symbols);
  for (auto& p : points) {
    const auto bits = random.next() >> 30;
    p = {(bits & 1) != 0 ? 0.7071F : -0.7071F, (bits & 2) != 0 ? 0.7071F : -0.7071F};
  }
  const auto pulse = [&](double t) {  // raised cosine
    const double x = 2 * kRollOff * t;
    if (std::abs(1 - x * x) < 1e-6)
      return std::numbers::pi / 4 * std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
    const double sinc = std::abs(t) < 1e-9 ? 1 : std::sin(std::numbers::pi * t) / (std::numbers::pi * t);
    return sinc * std::cos(std::numbers::pi * kRollOff * t) / (1 - x * x);
  };
  for (std::size_t n = 0; n < symbols * kOver; ++n) {
    dsp::cf32 sum{};
    const auto middle = static_cast<int>(n / kOver);
    for (int k = std::max(0, middle - kHalf / kOver); k <= middle + kHalf / kOver; ++k)
      if (k < static_cast<int>(symbols))
        sum += points[static_cast<std::size_t>(k)] *
               static_cast<float>(pulse(static_cast<double>(n) / kOver - k));
    wave.samples.push_back(sum);
  }
  return burst(std::move(wave));
}

}  // namespace

std::span<const SnapshotKind> snapshot_kind_table() {
  static const SnapshotKind kKinds[] = {
      {"ocusync_10", [](Random& r) { return ocusync(r, OcusyncWidth::mhz10); }},
      {"ocusync_20", [](Random& r) { return ocusync(r, OcusyncWidth::mhz20); }},
      {"ocusync_40", [](Random& r) { return ocusync(r, OcusyncWidth::mhz40); }},
      {"ocusync_standby", standby},
      {"ocusync_control", control},
      {"droneid", droneid},
      {"lte_1.4", [](Random& r) { return lte(r, 6); }},
      {"lte_3", [](Random& r) { return lte(r, 15); }},
      {"lte_5", [](Random& r) { return lte(r, 25); }},
      {"lte_10", [](Random& r) { return lte(r, 50); }},
      {"lte_15", [](Random& r) { return lte(r, 75); }},
      {"lte_20", [](Random& r) { return lte(r, 100); }},
      {"wifi_20", [](Random& r) { return wifi_legacy(r, 1); }},
      {"wifi_10", [](Random& r) { return wifi_legacy(r, 0.5); }},
      {"wifi_5", [](Random& r) { return wifi_legacy(r, 0.25); }},
      {"wifi_ht20", [](Random& r) { return wifi_ht(r, false); }},
      {"wifi_ht40", [](Random& r) { return wifi_ht(r, true); }},
      {"lora_812", [](Random& r) { return lora(r, 812.5e3, 5, 8); }},
      {"lora_1625", [](Random& r) { return lora(r, 1625e3, 6, 9); }},
      {"lora_500", [](Random& r) { return lora(r, 500e3, 6, 7); }},
      {"lora_250", [](Random& r) { return lora(r, 250e3, 6, 7); }},
      {"lora_203", [](Random& r) { return lora(r, 203.125e3, 5, 6); }},
      {"lora_125", [](Random& r) { return lora(r, 125e3, 5, 6); }},
      {"sik",
       [](Random& r) {
         return gfsk(r, {64e3, 32e3, 0.5, 40, 700}, 200);
       }},
      {"frsky",
       [](Random& r) {
         return gfsk(r, {70e3, 50.8e3, 0.5, 32, 288}, 200);
       }},
      {"bluetooth_classic",
       [](Random& r) {
         return gfsk(r, {1e6, 160e3, 0.5, 4, 366}, 300);
       }},
      {"ble_1m", [](Random& r) { return ble(r, BlePhy::le_1m); }},
      {"ble_2m", [](Random& r) { return ble(r, BlePhy::le_2m); }},
      {"fm_pal", [](Random& r) { return video(r, true); }},
      {"fm_ntsc", [](Random& r) { return video(r, false); }},
      {"zigbee", zigbee},
      {"dsss_1", [](Random& r) { return dsss(r, DsssRate::mbps_1); }},
      {"dsss_2", [](Random& r) { return dsss(r, DsssRate::mbps_2); }},
      {"cck_5.5", [](Random& r) { return dsss(r, DsssRate::mbps_5_5); }},
      {"cck_11", [](Random& r) { return dsss(r, DsssRate::mbps_11); }},
      {"oven", oven},
      {"tone", bare_tone},
      {"noise_band", noise_band},
      {"single_carrier", single_carrier},
  };
  return kKinds;
}

}  // namespace windhover::synth
