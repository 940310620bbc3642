#include <algorithm>
#include <array>
#include <cmath>

#include "decoders/ocusync/drone_id.hpp"
#include "decoders/ocusync/reference.hpp"

namespace windhover::decoders::ocusync {
namespace {

using namespace dsp::literals;

constexpr std::array kKnownCarriersMhz{2399.5, 2414.5, 2429.5, 2434.5, 2444.5, 2459.5, 2474.5,
                                       5721.5, 5731.5, 5741.5, 5756.5, 5761.5, 5771.5, 5776.5,
                                       5786.5, 5796.5, 5801.5, 5816.5, 5831.5};

constexpr Hertz kRaster = 2_MHz;
constexpr Hertz kOccupied = 9.015_MHz;
constexpr Hertz kBeyondBand = 0.5_MHz;

double distance_to_known_mhz(Hertz centre) {
  double nearest = 1e9;
  for (const double known : kKnownCarriersMhz)
    nearest = std::min(nearest, std::abs(known - centre.value / 1e6));
  return nearest;
}

}  // namespace

std::span<const double> known_dji_carriers_mhz() { return kKnownCarriersMhz; }

Hertz nearest_dji_carrier(Hertz measured) {
  for (const double known : kKnownCarriersMhz)
    if (std::abs(measured.value - known * 1e6) <= 100e3) return {known * 1e6};
  return {std::round(measured.value / 100e3) * 100e3};
}

std::vector<ChannelSpec> drone_id_channels(Band band) {
  const double low = band.low.value + kOccupied.value / 2 - kBeyondBand.value;
  const double high = band.high.value - kOccupied.value / 2 + kBeyondBand.value;
  std::vector<ChannelSpec> channels;
  if (low > high) return channels;
  const double first = std::ceil((low - kRaster.value / 2) / kRaster.value);
  const double last = std::floor((high + kRaster.value / 2) / kRaster.value);
  for (double n = first; n <= last; ++n) {
    ChannelSpec spec;
    spec.centre = {n * kRaster.value};
    spec.passband = 11.7_MHz;
    spec.rate = kRate;
    spec.gate = Gate::on_reference;
    spec.before = std::chrono::microseconds(600);
    spec.after = std::chrono::microseconds(700);
    spec.reference = reference().body600;
    channels.push_back(spec);
  }
  std::stable_sort(channels.begin(), channels.end(), [](const ChannelSpec& a, const ChannelSpec& b) {
    return distance_to_known_mhz(a.centre) < distance_to_known_mhz(b.centre);
  });
  return channels;
}

}  // namespace windhover::decoders::ocusync
