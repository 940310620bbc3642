#include "sensor/tuning/wishes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "decoders/bluetooth/channels.hpp"
#include "decoders/bluetooth/names.hpp"
#include "decoders/ocusync/drone_id.hpp"
#include "decoders/wifi/channels.hpp"
#include "decoders/wifi/remote_id_elements.hpp"
#include "sensor/config_error.hpp"

namespace windhover::sensor::tuning {
namespace {

constexpr double kDroneIdWidth_hz = 9.015e6, kBleWidth_hz = 1.4e6, kWifiWidth_hz = 16.6e6;

// DroneID comes every 640 ms. Remote ID is sent at least once a second; modules were seen to take 0.3 s over
// Bluetooth, 0.4 to 1.6 s over Wi-Fi, and at least 5 a second on Wi-Fi channels other than 6 and 149. A pack
// on LE Coded lasts up to 20 ms.
constexpr Rhythm kDroneId{0.64, 0.64, 0.65e-3}, kBle{0.3, 1.0, 20e-3}, kWifi{0.4, 1.6, 3e-3},
    kOtherWifi{0.1, 0.2, 3e-3}, kDjiWifi{0.1, 0.3, 3e-3}, kNone{};

constexpr int kAdvertising = 0;  // number of any_of
constexpr std::size_t kMostParts = 64, kMostWishes = 64;
constexpr int kMostPriority = 10;
constexpr double kMostHertz = 100e9;

struct Protocol {
  std::string_view name;
  std::span<const std::string_view> decoders;  // one of them is enough
  std::vector<Target> (*targets)();
  bool by_default = true;
};

Target channel(double centre_hz, double width_hz, double weight, const Rhythm& rhythm, bool is_extra) {
  Target target;
  target.low_hz = centre_hz - width_hz / 2;
  target.high_hz = centre_hz + width_hz / 2;
  target.weight = weight;
  target.rhythm = rhythm;
  target.is_extra = is_extra;
  return target;
}

std::vector<Target> drone_id() {
  std::vector<Target> targets;
  const auto carriers = decoders::ocusync::known_dji_carriers_mhz();
  for (const double mhz : carriers)
    targets.push_back(
        channel(mhz * 1e6, kDroneIdWidth_hz, 1 / static_cast<double>(carriers.size()), kDroneId, false));
  return targets;
}

// A legacy advertisement comes on all three primary channels. What follows on a secondary channel is heard
// with those that the window holds.
std::vector<Target> ble() {
  namespace bt = decoders::bluetooth;
  std::vector<Target> targets;
  for (int k = 0; k < bt::kRfChannels; ++k) {
    const bool is_primary = bt::is_primary(bt::channel_index(k));
    targets.push_back(channel(bt::rf_channel_centre(k).value, kBleWidth_hz, is_primary ? 0.7 : 0.3 / 37,
                              is_primary ? kBle : kNone, !is_primary));
    if (is_primary) targets.back().any_of = kAdvertising;
  }
  return targets;
}

bool is_drone_channel(std::uint16_t channel) { return channel <= 14 || channel >= 149; }

std::vector<Target> wifi() {
  std::vector<Target> targets;
  for (std::uint16_t n = 1; n <= decoders::wifi::kMostChannel; ++n) {
    const auto centre = decoders::wifi::channel_centre(n);
    const bool is_named = n == 6 || n == 149;
    if (centre && is_drone_channel(n))
      targets.push_back(channel(centre->value, kWifiWidth_hz, is_named ? 0.4 : 0.2 / 20,
                                is_named ? kWifi : kOtherWifi, !is_named));
  }
  return targets;
}

std::vector<Target> dji_wifi() {
  std::vector<Target> targets;
  for (std::uint16_t n = 1; n <= decoders::wifi::kMostChannel; ++n)
    if (const auto centre = decoders::wifi::channel_centre(n); centre && is_drone_channel(n))
      targets.push_back(channel(centre->value, kWifiWidth_hz, 1.0 / 22, kDjiWifi, false));
  return targets;
}

constexpr std::array<std::string_view, 1> kDroneIdDecoders{"dji_droneid"};
constexpr std::array<std::string_view, 1> kBleDecoders{decoders::bluetooth::kDecoderName};
constexpr std::array<std::string_view, 2> kWifiDecoders{decoders::wifi::kDecoderName, "wifi_every_fcs"};
constexpr std::array kProtocols{
    Protocol{"dji_droneid", kDroneIdDecoders, drone_id}, Protocol{"odid_ble", kBleDecoders, ble},
    Protocol{"odid_wifi", kWifiDecoders, wifi}, Protocol{"dji_wifi", kWifiDecoders, dji_wifi, false}};

struct NamedBand {
  std::string_view name;
  double low_hz, high_hz;
};
constexpr std::array kBands{NamedBand{"900mhz", 902e6, 928e6}, NamedBand{"2.4ghz", 2400e6, 2483.5e6},
                            NamedBand{"5.2ghz", 5150e6, 5250e6}, NamedBand{"5.8ghz", 5725e6, 5850e6}};

bool is_served(const Protocol& protocol, std::span<const decoders::DecoderEntry> decoders) {
  return std::ranges::any_of(protocol.decoders, [&](std::string_view name) {
    return std::ranges::find(decoders, name, &decoders::DecoderEntry::name) != decoders.end();
  });
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// LOW-HIGH, where either may have an exponent with a sign of its own.
std::optional<NamedBand> band_in_hertz(std::string_view text) {
  for (std::size_t at = text.find('-'); at != std::string_view::npos; at = text.find('-', at + 1)) {
    const auto low = number(text.substr(0, at)), high = number(text.substr(at + 1));
    if (low && high) return NamedBand{text, *low, *high};
  }
  return std::nullopt;
}

std::string all_names() {
  std::string names;
  for (const Protocol& protocol : kProtocols) names.append(protocol.name).append(", ");
  for (const NamedBand& band : kBands) names.append(band.name).append(", ");
  return names + "or a band in Hz such as 5650e6-5950e6";
}

// What two wishes have in common is one target.
void add(std::vector<Target>& all, std::vector<Target> more, std::string_view name, int priority) {
  for (Target& target : more) {
    target.name = name;
    target.weight *= priority;
    target.priority = priority;
    const auto same = std::ranges::find_if(all, [&](const Target& other) {
      return other.name == target.name && other.low_hz == target.low_hz && other.high_hz == target.high_hz;
    });
    if (same == all.end()) {
      all.push_back(std::move(target));
      continue;
    }
    same->is_extra &= target.is_extra;
    same->weight = std::max(same->weight, target.weight);
    same->priority = std::max(same->priority, target.priority);
  }
}

/// parts_left  that bands may be cut into
void add_band(Targets& all, const Wish& wish, std::span<const decoders::DecoderEntry> decoders,
              double usable_hz, double& parts_left) {
  const double parts = std::max(1.0, std::ceil((wish.high_hz - wish.low_hz) / usable_hz));
  if (!(parts <= parts_left)) {
    all.not_heard.push_back(
        {wish.name, {}, "more than " + std::to_string(kMostParts) + " windows would be needed"});
    return;
  }
  parts_left -= parts;
  const double width_hz = (wish.high_hz - wish.low_hz) / parts;
  for (double n = 0; n < parts; ++n) {
    const Target part = channel(wish.low_hz + (n + 0.5) * width_hz, width_hz, 1 / parts, kNone, false);
    add(all.targets, {part}, wish.name, wish.priority);
  }
  for (const Protocol& protocol : kProtocols) {
    if (!protocol.by_default || !is_served(protocol, decoders)) continue;
    std::vector<Target> within = protocol.targets();
    std::erase_if(
        within, [&](const Target& each) { return each.low_hz < wish.low_hz || each.high_hz > wish.high_hz; });
    for (Target& target : within) target.is_extra = true;
    add(all.targets, std::move(within), protocol.name, wish.priority);
  }
}

void add_protocol(Targets& all, const Protocol& protocol, int priority,
                  std::span<const decoders::DecoderEntry> decoders) {
  if (is_served(protocol, decoders))
    add(all.targets, protocol.targets(), protocol.name, priority);
  else
    all.not_heard.push_back({std::string(protocol.name),
                             {},
                             "its decoder, " + std::string(protocol.decoders.front()) + ", is switched off"});
}

}  // namespace

Wish parse_wish(const std::string& text) {
  Wish wish;
  const std::size_t equals = text.find('=');
  wish.name = text.substr(0, equals);
  if (equals != std::string::npos) {
    const auto priority = number(std::string_view(text).substr(equals + 1));
    if (!priority || *priority < 1 || *priority > kMostPriority || *priority != std::floor(*priority))
      throw ConfigError("the priority in '" + text + "' is none; give 1 to " + std::to_string(kMostPriority) +
                        ", as in dji_droneid=3");
    wish.priority = static_cast<int>(*priority);
  }
  if (std::ranges::find(kProtocols, wish.name, &Protocol::name) != kProtocols.end()) return wish;
  const auto* const named = std::ranges::find(kBands, wish.name, &NamedBand::name);
  const auto band = named != kBands.end() ? std::optional(*named) : band_in_hertz(wish.name);
  if (!band)
    throw ConfigError("'" + wish.name + "' is neither a protocol nor a band that is known; give " +
                      all_names());
  if (!(band->low_hz > 0) || !(band->high_hz > band->low_hz) || band->high_hz > kMostHertz)
    throw ConfigError("the band '" + wish.name + "' must go up, from above 0 to at most 1e11 Hz");
  wish.is_band = true;
  wish.low_hz = band->low_hz;
  wish.high_hz = band->high_hz;
  return wish;
}

Targets targets_of(const TuningOptions& options, std::span<const decoders::DecoderEntry> decoders,
                   double usable_hz) {
  Targets all;
  double parts_left = kMostParts;
  if (options.hear.size() > kMostWishes)
    throw ConfigError("more than " + std::to_string(kMostWishes) +
                      " bands and protocols are wanted; join some");
  for (const std::string& text : options.hear) {
    const Wish wish = parse_wish(text);
    if (wish.is_band)
      add_band(all, wish, decoders, usable_hz, parts_left);
    else
      add_protocol(all, *std::ranges::find(kProtocols, wish.name, &Protocol::name), wish.priority, decoders);
  }
  if (options.hear.empty())
    for (const Protocol& protocol : kProtocols)
      if (protocol.by_default && is_served(protocol, decoders)) add_protocol(all, protocol, 1, decoders);
  return all;
}

}  // namespace windhover::sensor::tuning
