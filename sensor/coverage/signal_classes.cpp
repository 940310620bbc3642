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
constexpr std::array<double, a + b> joined(const std::array<double, a>& first,
                                           const std::array<double, b>& second) {
  std::array<double, a + b> all{};
  std::copy(first.begin(), first.end(), all.begin());
  std::copy(second.begin(), second.end(), all.begin() + a);
  return all;
}

constexpr auto kDroneId2 = raster<5>(2399.5e6, 15e6);
constexpr auto kDroneId5 = raster<4>(5756.5e6, 20e6);
constexpr auto kDroneId = joined(kDroneId2, kDroneId5);
constexpr auto kWifiRemoteId = std::to_array({2437e6, 5745e6});
constexpr auto kWifi = joined(raster<13>(2412e6, 5e6), raster<5>(5745e6, 20e6));
constexpr auto kAdvertising = std::to_array({2402e6, 2426e6, 2480e6});
constexpr auto kVideo = joined(raster<7>(2410e6, 10e6), raster<9>(5735e6, 12.5e6));
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

// Of the time in which the channel lies within the band.
double share_of(double channel_hz, double width_hz, std::span<const BandShare> bands) {
  double share = 0;
  for (const BandShare& band : bands)
    if (channel_hz - width_hz / 2 >= band.low_hz && channel_hz + width_hz / 2 <= band.high_hz)
      share += band.share;
  return std::min(share, 1.0);
}

double at_least_one(double probability, double tries) { return 1 - std::pow(1 - probability, tries); }

}  // namespace

std::span<const SignalClass> signal_classes() { return kClasses; }

Intercept intercept(const SignalClass& signals, std::span<const BandShare> bands, double window_s,
                    double visit_s) {
  // What is cut by a retune is lost.
  const double whole = std::max(0.0, 1 - signals.duration_s / visit_s);
  const double stay_s = std::max(std::min(signals.stay_s, window_s), signals.period_s);
  const double sent_on_channel = std::max(1.0, stay_s / signals.period_s);
  const double channels = static_cast<double>(signals.channels_hz.size());
  Intercept found;
  double on_one_channel = 0, least_missed = 1;
  for (const double channel : signals.channels_hz) {
    const double one = whole * share_of(channel, signals.width_hz, bands);
    found.one += one / channels;
    on_one_channel += at_least_one(one, sent_on_channel) / channels;
    least_missed = std::min(least_missed, 1 - one);
  }
  if (signals.on_all_at_once) {
    found.one = 1 - least_missed;
    found.window = at_least_one(found.one, std::max(1.0, window_s / signals.period_s));
  } else {
    // Those that never change have one channel for good.
    const double visits = std::isinf(signals.stay_s) ? 1 : std::max(1.0, window_s / stay_s);
    found.window = at_least_one(on_one_channel, visits);
  }
  return found;
}

}  // namespace windhover::sensor
