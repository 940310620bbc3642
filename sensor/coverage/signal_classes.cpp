#include "sensor/coverage/signal_classes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace windhover::sensor {
namespace {

constexpr double kForEver = std::numeric_limits<double>::infinity();

template <std::size_t n>
constexpr std::array<double, n> raster(double first_hz, double step_hz) {
  std::array<double, n> channels{};
  for (std::size_t i = 0; i < n; ++i) channels[i] = first_hz + static_cast<double>(i) * step_hz;
  return channels;
}

template <std::size_t a, std::size_t b>
constexpr std::array<double, a + b> concatenated(const std::array<double, a>& first,
                                                 const std::array<double, b>& second) {
  std::array<double, a + b> all{};
  std::copy(first.begin(), first.end(), all.begin());
  std::copy(second.begin(), second.end(), all.begin() + a);
  return all;
}

constexpr auto kDroneId2 = raster<5>(2399.5e6, 15e6);
constexpr auto kDroneId5 = raster<4>(5756.5e6, 20e6);
constexpr auto kDroneId = concatenated(kDroneId2, kDroneId5);
constexpr auto kWifiRemoteId = std::to_array({2437e6, 5745e6});
constexpr auto kWifi = concatenated(raster<13>(2412e6, 5e6), raster<5>(5745e6, 20e6));
constexpr auto kAdvertising = std::to_array({2402e6, 2426e6, 2480e6});
constexpr auto kVideo = concatenated(raster<7>(2410e6, 10e6), raster<9>(5735e6, 12.5e6));
constexpr auto kControl2 = raster<16>(2402.5e6, 5e6);
constexpr auto kLora2 = raster<80>(2400.4e6, 1e6);
constexpr auto kLora9 = raster<40>(903.5e6, 0.6e6);
constexpr auto kSik = raster<50>(915.25e6, 0.25e6);
constexpr auto kFrsky = raster<47>(2404e6, 1.5e6);
constexpr auto kFpv = raster<8>(5658e6, 37e6);

// DroneID: 13 bursts on a channel, then another. LE Coded needs the auxiliary packet on one of 37 channels
// too, of which this knows nothing: it counts the first one. Video can be anywhere in its band.
constexpr std::array kClasses{
    SignalClass{"dji_droneid", kDroneId, 9.1e6, 0.64, 8.32, 0.65e-3},
    SignalClass{"odid_bluetooth", kAdvertising, 1.4e6, 1, 0, 0.4e-3, true},
    SignalClass{"odid_bluetooth_coded", kAdvertising, 1.4e6, 1, 0, 4e-3, true, Work::secondary_channels},
    SignalClass{"odid_wifi_beacon", kWifiRemoteId, 16.6e6, 0.5, kForEver, 2.5e-3},
    SignalClass{"odid_wifi_nan", kWifiRemoteId, 16.6e6, 0.524, kForEver, 1e-3},
    SignalClass{"dji_wifi", kWifi, 16.6e6, 0.1, kForEver, 2e-3, false, Work::spare_channels},
    SignalClass{"ocusync_video", kVideo, 18e6, 5e-3, kForEver, 3.3e-3, false, Work::emissions},
    SignalClass{"ocusync_control", kControl2, 1.1e6, 5e-3, 0, 0.5e-3, false, Work::emissions},
    SignalClass{"lora_control_2g4", kLora2, 0.82e6, 4e-3, 0.016, 2e-3, false, Work::emissions},
    SignalClass{"lora_control_900", kLora9, 0.5e6, 5e-3, 0.02, 4e-3, false, Work::emissions},
    SignalClass{"sik_like", kSik, 0.13e6, 0.02, 0, 5e-3, false, Work::emissions},
    SignalClass{"frsky_like", kFrsky, 0.2e6, 9e-3, 0, 3e-3, false, Work::emissions},
    SignalClass{"fm_video", kFpv, 18e6, 0.1, kForEver, 0.1, false, Work::emissions},
};

/// What the listener does on some frequencies: of `share` of the time, in visits that begin every cycle_s.
struct Listening {
  double share = 0;
  double visit_s = kForEver, cycle_s = kForEver;
};

template <typename Holds>
Listening listening(std::span<const BandShare> bands, Holds holds) {
  double share = 0, visits_per_s = 0;
  for (const BandShare& band : bands) {
    if (!holds(band)) continue;
    share += band.share;
    visits_per_s += band.share / band.visit_s;
  }
  share = std::min(share, 1.0);
  if (!(visits_per_s > 0)) return {share};
  return {share, share / visits_per_s, 1 / visits_per_s};
}

double at_least_one(double probability, double tries) { return 1 - std::pow(1 - probability, tries); }

// What is cut by a retune is lost.
double of_one(const Listening& listener, double duration_s) {
  return listener.share * std::max(0.0, 1 - duration_s / listener.visit_s);
}

// Of `count` transmissions in a row on one channel at least one: visits that meet them, each with the same
// chance. A visit that is longer than the period catches one if it meets them at all.
double of_some(const Listening& listener, const SignalClass& signals, double count) {
  const double one = of_one(listener, signals.duration_s);
  if (std::isinf(listener.visit_s)) return at_least_one(one, count);
  const double useful_s = listener.visit_s - signals.duration_s;
  if (!(useful_s > 0)) return 0;
  const double visits = ((count - 1) * signals.period_s + useful_s) / listener.cycle_s;
  const double each = std::min(1.0, count * one / visits);
  return visits <= 1 ? visits * each : at_least_one(each, visits);
}

}  // namespace

std::span<const SignalClass> signal_classes() { return kClasses; }

Intercept intercept(const SignalClass& signals, std::span<const BandShare> bands, double window_s) {
  const double half_width = signals.width_hz / 2;
  const auto heard = [&](double channel_hz, const BandShare& band) {
    return channel_hz - half_width >= band.low_hz && channel_hz + half_width <= band.high_hz;
  };
  if (signals.on_all_at_once) {
    const Listening listener = listening(bands, [&](const BandShare& band) {
      return std::ranges::any_of(signals.channels_hz, [&](double hz) { return heard(hz, band); });
    });
    return {of_one(listener, signals.duration_s),
            of_some(listener, signals, std::max(1.0, window_s / signals.period_s))};
  }
  // Those that never change have one channel for good. The others' stays that meet the window are cut by its
  // ends.
  const double stay_s = std::max(signals.stay_s, signals.period_s);
  const double stays = std::isinf(stay_s) ? 1 : std::max(1.0, (window_s - signals.period_s) / stay_s + 1);
  const double sent_on_channel = std::max(1.0, window_s / stays / signals.period_s);
  const double channels = static_cast<double>(signals.channels_hz.size());
  Intercept found;
  double on_one_channel = 0;
  for (const double channel : signals.channels_hz) {
    const Listening listener = listening(bands, [&](const BandShare& band) { return heard(channel, band); });
    found.one += of_one(listener, signals.duration_s) / channels;
    on_one_channel += of_some(listener, signals, sent_on_channel) / channels;
  }
  found.window = at_least_one(on_one_channel, stays);
  return found;
}

}  // namespace windhover::sensor
