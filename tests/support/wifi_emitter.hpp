#pragma once
// What the Wi-Fi emitters of scenes share: channels, addresses, rates of every generation up to HT.

#include <array>
#include <span>
#include <string>
#include <variant>

#include "tests/support/emitters.hpp"
#include "tests/support/wifi_dsss.hpp"
#include "tests/support/wifi_ht.hpp"
#include "tests/support/wifi_mac.hpp"

namespace windhover::synth {

/// 1 … 13 at 2407 + 5n MHz, 14 at 2484 MHz, 36 … 177 at 5000 + 5n MHz. Throws std::invalid_argument for
/// others.
dsp::Hertz wifi_channel_frequency(int channel);

/// "60:60:1F:00:00:01", upper or lower case. Throws std::invalid_argument.
MacAddress mac_address(const std::string& text);
std::string mac_text(const MacAddress& address);

struct LegacyPhy {
  int mbps = 6;
};
struct DsssPhy {
  DsssRate rate = DsssRate::mbps_1;
  bool short_preamble = false;
};
using WifiPhy = std::variant<DsssPhy, LegacyPhy, HtOptions>;

/// Nominal, first preamble sample to last of DATA.
double wifi_duration_s(const WifiPhy& phy, std::size_t psdu_bytes);
Waveform modulate_wifi(const WifiPhy& phy, std::span<const std::uint8_t> psdu);

/// Reads `key` as Mb/s of 802.11b or g: 1, 2, 5.5, 11, 6 … 54.
WifiPhy read_wifi_rate(SceneObject& config, const std::string& key, double otherwise);

int read_wifi_channel(SceneObject& config);
MacAddress read_mac_address(SceneObject& config, const std::string& key);

struct WifiSending {
  double start_s = 0;  ///< of the preamble, to within the ramp before it: 50 ns, with DSSS 0.7 µs
  int channel = 6;
  WifiPhy phy;
  ByteVector psdu;  ///< check sequences included
};

/// Appends a transmission that is no frame, with the PSDU for payload, and returns it. nullptr for one that
/// the scene does not hear: outside the band, or after the end.
Transmission* add_wifi(const WifiSending& sending, const Radio& radio, const EmitterContext& context,
                       Random& random, std::vector<Transmission>& out);

}  // namespace windhover::synth
