#include "tests/support/wifi_emitter.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "tests/support/ofdm_writer.hpp"
#include "tests/support/wifi_ofdm.hpp"
#include "tests/support/wifi_ppdu.hpp"

namespace windhover::synth {
namespace {

template <typename... Each>
struct Cases : Each... {
  using Each::operator()...;
};

/// Of what the waveform has before the preamble; as much follows DATA.
double ramp_s(const WifiPhy& phy) {
  return std::visit(Cases{[](const DsssPhy&) { return kDsssLead / 44e6; },
                          [](const LegacyPhy&) { return kWifiRamp / 40e6; },
                          [](const HtOptions& ht) { return kWifiRamp / (ht.forty_mhz ? 80e6 : 40e6); }},
                    phy);
}

dsp::Hertz bandwidth(const WifiPhy& phy) {
  const auto* ht = std::get_if<HtOptions>(&phy);
  return {ht != nullptr && ht->forty_mhz ? 40e6 : 20e6};
}

}  // namespace

dsp::Hertz wifi_channel_frequency(int channel) {
  if (channel >= 1 && channel <= 13) return {2407e6 + 5e6 * channel};
  if (channel == 14) return {2484e6};
  if (channel >= 36 && channel <= 177) return {5000e6 + 5e6 * channel};
  throw std::invalid_argument("no Wi-Fi channel");
}

MacAddress mac_address(const std::string& text) {
  MacAddress out{};
  int used = 0;
  const int read = std::sscanf(text.c_str(), "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &out[0], &out[1],
                               &out[2], &out[3], &out[4], &out[5], &used);
  if (read != 6 || used != 17 || text.size() != 17)
    throw std::invalid_argument("a MAC address is written 60:60:1F:00:00:01");
  return out;
}

std::string mac_text(const MacAddress& address) {
  std::array<char, 18> text{};
  std::snprintf(text.data(), text.size(), "%02X:%02X:%02X:%02X:%02X:%02X", address[0], address[1], address[2],
                address[3], address[4], address[5]);
  return text.data();
}

double wifi_duration_s(const WifiPhy& phy, std::size_t psdu_bytes) {
  return std::visit(
      Cases{[&](const DsssPhy& dsss) {
              return wifi_dsss_duration_s(psdu_bytes, dsss.rate, dsss.short_preamble);
            },
            [&](const LegacyPhy& legacy) { return wifi_ofdm_duration_s(psdu_bytes, legacy.mbps); },
            [&](const HtOptions& ht) { return wifi_ht_duration_s(psdu_bytes, ht); }},
      phy);
}

Waveform modulate_wifi(const WifiPhy& phy, std::span<const std::uint8_t> psdu) {
  return std::visit(Cases{[&](const DsssPhy& dsss) {
                            return modulate_wifi_dsss(psdu, dsss.rate,
                                                      {.short_preamble = dsss.short_preamble});
                          },
                          [&](const LegacyPhy& legacy) { return modulate_wifi_ofdm(psdu, legacy.mbps); },
                          [&](const HtOptions& ht) { return modulate_wifi_ht(psdu, ht); }},
                    phy);
}

WifiPhy read_wifi_rate(SceneObject& config, const std::string& key, double otherwise) {
  const double mbps = config.number_or(key, otherwise);
  for (const auto rate : {DsssRate::mbps_1, DsssRate::mbps_2, DsssRate::mbps_5_5, DsssRate::mbps_11})
    if (std::lround(mbps * 10) == static_cast<int>(rate)) return DsssPhy{rate, false};
  try {
    return LegacyPhy{legacy_rate(static_cast<int>(mbps)).mbps};
  } catch (const std::invalid_argument&) {
    config.fail(key, "a rate of 802.11b or g in Mb/s");
  }
}

int read_wifi_channel(SceneObject& config) {
  const auto channel = static_cast<int>(config.integer("channel", {1, 177}));
  if (channel > 14 && channel < 36) config.fail("channel", "1 to 14 or 36 to 177");
  return channel;
}

MacAddress read_mac_address(SceneObject& config, const std::string& key) {
  try {
    return mac_address(config.text(key));
  } catch (const std::invalid_argument&) {
    config.fail(key, "six bytes like 60:60:1F:00:00:01");
  }
}

Transmission* add_wifi(const WifiSending& sending, const Radio& radio, const EmitterContext& context,
                       Random& random, std::vector<Transmission>& out) {
  const dsp::Hertz width = bandwidth(sending.phy), carrier = wifi_channel_frequency(sending.channel);
  const double gap = std::abs(carrier.value - context.centre.value) - width.value / 2;
  if (gap >= context.rate.value / 2 || sending.start_s >= context.duration_s) return nullptr;

  const double lasts_s = wifi_duration_s(sending.phy, sending.psdu.size()) + 2 * ramp_s(sending.phy);
  const Place place{whole_nanoseconds(sending.start_s), carrier, whole_nanoseconds(lasts_s), width};
  Transmission& sent = out.emplace_back(transmission(radio, place, context, random));
  sent.protocol = "wifi";
  sent.transport = "wifi";
  sent.is_frame = false;
  sent.payload = sending.psdu;
  sent.link = {{"channel", std::int64_t{sending.channel}}};
  sent.waveform = [phy = sending.phy, psdu = sending.psdu] { return modulate_wifi(phy, psdu); };
  return &sent;
}

}  // namespace windhover::synth
