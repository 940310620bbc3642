#include "tests/bench/wifi_scenes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tests/support/burst.hpp"
#include "tests/support/odid_aircraft.hpp"
#include "tests/support/ofdm_writer.hpp"
#include "tests/support/random.hpp"

namespace windhover::bench {
namespace {

constexpr std::size_t kFramesInPiece = 75;
constexpr double kCfo_hz = 80e3;

double frame_power(double snr_db, Hertz rate) {
  return kNoisePower * (20e6 / rate.value) * std::pow(10, snr_db / 10);
}

// What the waveform has before the PPDU.
double ramp_s(const synth::WifiPhy& phy, Hertz rate) {
  const bool dsss = std::holds_alternative<synth::DsssPhy>(phy);
  return static_cast<double>(dsss ? synth::kDsssLead : synth::kWifiRamp) / rate.value;
}

synth::MacAddress local_address(std::uint32_t number) {
  return {0x02,
          0x57,
          static_cast<std::uint8_t>(number >> 24),
          static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number)};
}

void append(synth::ByteVector& to, const synth::ByteVector& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Noise into which frames are put.
class Air {
 public:
  Air(Hertz rate, Hertz centre, double seconds, std::uint64_t seed, std::uint64_t stream = 0)
      : random(seed, stream),
        rate_(rate),
        centre_(centre),
        iq_(static_cast<std::size_t>(seconds * rate.value)) {
    random.add_noise(iq_, kNoisePower);
  }

  struct Place {
    int channel = 6;
    double start_s = 0;
    double snr_db = 0;
    double cfo_hz = 0;
    double clock_ppm = 0;
    std::optional<synth::RicianProfile> fading{};
  };
  Sent put(const synth::WifiPhy& phy, std::span<const std::uint8_t> psdu, const Place& place) {
    synth::Waveform wave = synth::modulate_wifi(phy, psdu);
    if (place.fading)
      wave.samples =
          synth::apply_multipath(wave.samples, wave.rate, synth::rician_taps(random, *place.fading));
    const double carrier = synth::wifi_channel_frequency(place.channel).value + place.cfo_hz;
    synth::add_burst(iq_, rate_, wave,
                     {place.start_s,
                      {carrier - centre_.value},
                      frame_power(place.snr_db, rate_),
                      random.uniform(0, 2 * std::numbers::pi),
                      place.clock_ppm});
    return {{psdu.begin(), psdu.end()}, place.start_s + ramp_s(phy, wave.rate), carrier};
  }

  Scene finished(std::vector<Sent> sent) const {
    return {std::make_shared<Ci16>(to_ci16(iq_)), rate_, centre_, std::move(sent)};
  }

  synth::Random random;

 private:
  Hertz rate_, centre_;
  std::vector<cf32> iq_;
};

Scene wifi_scene(const WifiCase& c, std::uint32_t first, std::size_t frames) {
  // Busy much less than 90 % of the time, as gates want it that track the noise floor.
  const double spacing_s = 1.6 * synth::wifi_duration_s(c.phy, c.octets) + 0.6e-3;
  Air air({c.among_others ? 40e6 : 20e6}, {2437e6},
          kGateSettle_s + spacing_s * static_cast<double>(frames + 1), c.seed + first,
          static_cast<std::uint64_t>(1000 + std::lround(c.snr_db * 100)));
  std::vector<Sent> sent;
  for (std::uint32_t i = 0; i < frames; ++i)
    sent.push_back(air.put(c.phy, wifi_beacon(first + i, c.octets),
                           {.start_s = kGateSettle_s + spacing_s * i + air.random.uniform(0, 0.4e-3),
                            .snr_db = c.snr_db,
                            .cfo_hz = air.random.uniform(-c.cfo_hz, c.cfo_hz),
                            .clock_ppm = c.clock_ppm * (air.random.uniform() < 0.5 ? -1 : 1),
                            .fading = c.fading}));
  return air.finished(std::move(sent));
}

constexpr double kBusySeconds = 0.64, kBusySnr_db = 20;

/// One channel that two stations never leave free.
class Saturation {
 public:
  Saturation(Air& air, int channel, std::vector<Sent>& sent) : air_(air), channel_(channel), sent_(sent) {}

  void fill(std::uint32_t first_number) {
    constexpr double kSifs_s = 10e-6, kSlot_s = 9e-6, kExtension_s = 6e-6, kBeaconInterval_s = 0.1;
    double beacon_s = 5e-3;
    for (std::uint32_t n = first_number;; ++n) {
      at_s_ += kSifs_s + kSlot_s * static_cast<double>(2 + air_.random.next() % 16);
      const bool is_beacon = at_s_ > beacon_s;
      const auto psdu = is_beacon ? wifi_beacon(n, 151) : data(n);
      const double room_s = synth::wifi_duration_s(kPhy, psdu.size()) + 0.2e-3;
      if (at_s_ + room_s > kBusySeconds) return;
      Sent sent = send(psdu);
      at_s_ += kExtension_s;
      if (is_beacon) {
        beacon_s += kBeaconInterval_s;
        sent_.push_back(std::move(sent));
        continue;
      }
      at_s_ += kSifs_s;
      send(synth::with_fcs(synth::ack_frame(local_address(n))));
      at_s_ += kExtension_s;
    }
  }

 private:
  static constexpr synth::LegacyPhy kPhy{6};

  // Large ones as of video and small ones as of commands.
  synth::ByteVector data(std::uint32_t n) {
    synth::DataValues values;
    values.from_ds = values.protected_body = true;
    values.address1 = local_address(1);
    values.address2 = values.address3 = local_address(2);
    values.sequence = static_cast<std::uint16_t>(n & 0xFFFU);
    values.traffic_id = 0;
    values.body.resize(n % 3 == 0 ? 90 : 1400);
    for (auto& octet : values.body) octet = static_cast<std::uint8_t>(air_.random.next());
    return synth::with_fcs(synth::data_frame(values));
  }

  Sent send(std::span<const std::uint8_t> psdu) {
    Sent sent = air_.put(kPhy, psdu,
                         {.channel = channel_,
                          .start_s = at_s_,
                          .snr_db = kBusySnr_db,
                          .cfo_hz = air_.random.uniform(-20e3, 20e3)});
    at_s_ += synth::wifi_duration_s(kPhy, psdu.size());
    return sent;
  }

  Air& air_;
  int channel_;
  std::vector<Sent>& sent_;
  double at_s_ = 0;
};

}  // namespace

std::vector<std::uint8_t> wifi_beacon(std::uint32_t number, std::size_t octets) {
  synth::OdidAircraft aircraft;
  aircraft.id.id = "1ABCFBENCH" + std::to_string(number);
  aircraft.start = {50 + 1e-5 * (number % 100'000), 5};
  aircraft.operator_position = synth::LatLon{50, 5};
  std::vector<synth::OdidBytes> messages;
  for (const auto& content : synth::odid_messages(aircraft, 0, {})) messages.push_back(content.bytes);
  const auto element = synth::wifi_odid_element(static_cast<std::uint8_t>(number),
                                                synth::encode_pack(aircraft.id.version, messages));
  synth::BeaconValues values{{synth::kBroadcast, local_address(number), local_address(number)}};
  const std::size_t least = synth::with_fcs(synth::beacon_frame(values)).size() + element.size() + 2;
  constexpr std::size_t kLongestName = 32, kElementHead = 2;
  std::size_t fill = octets - least;
  std::size_t name = std::min(fill, kLongestName);
  if (fill > name && fill - name < kElementHead) name -= kElementHead;
  fill -= name;
  values.elements = synth::ssid_element(std::string(name, 'w'));
  append(values.elements, element);
  if (fill > 0) append(values.elements, synth::wifi_element(221, synth::ByteVector(fill - kElementHead, 0)));
  return synth::with_fcs(synth::beacon_frame(values));
}

void for_each_wifi_scene(const WifiCase& c, const std::function<void(const Scene&)>& take) {
  for (std::size_t done = 0; done < c.frames; done += kFramesInPiece)
    take(wifi_scene(c, static_cast<std::uint32_t>(done), std::min(kFramesInPiece, c.frames - done)));
}

Scene wifi_row_scene(std::span<const WifiSending> row, int channel, std::uint64_t seed) {
  // Half as long as the frame or longer: the noise floor is to be seen.
  const auto gap_s = [](double frame_s) { return 0.3e-3 + 0.5 * frame_s; };
  double length_s = kGateSettle_s + 1e-3;
  for (const WifiSending& each : row) {
    const double frame_s = synth::wifi_duration_s(each.phy, each.psdu.size());
    length_s += frame_s + gap_s(frame_s);
  }
  Air air({20e6}, synth::wifi_channel_frequency(channel), length_s, seed);
  std::vector<Sent> sent;
  double at_s = kGateSettle_s;
  for (const WifiSending& each : row) {
    sent.push_back(air.put(each.phy, each.psdu,
                           {.channel = channel,
                            .start_s = at_s + air.random.uniform(0, 1e-6),
                            .snr_db = each.snr_db,
                            .cfo_hz = air.random.uniform(-kCfo_hz, kCfo_hz)}));
    const double frame_s = synth::wifi_duration_s(each.phy, each.psdu.size());
    at_s += frame_s + gap_s(frame_s);
  }
  return air.finished(std::move(sent));
}

Scene busy_wifi_scene(const BusyWifi& busy) {
  Air air(busy.rate, busy.centre, kBusySeconds, busy.seed);
  std::vector<Sent> sent;
  for (const int channel : busy.channels)
    Saturation(air, channel, sent).fill(static_cast<std::uint32_t>(channel) * 100'000);
  return air.finished(std::move(sent));
}

}  // namespace windhover::bench
