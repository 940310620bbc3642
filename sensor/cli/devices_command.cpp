#include <algorithm>
#include <iomanip>
#include <iostream>

#include "decoders/registry.hpp"
#include "sensor/cli/commands.hpp"

namespace windhover::sensor {
namespace {

using dsp::Hertz;

bool tunes_to(const DeviceInfo& device, Hertz centre) {
  return std::any_of(device.frequencies.begin(), device.frequencies.end(), [&](const HertzRange& range) {
    return range.lowest <= centre && centre <= range.highest;
  });
}

// The bands that drones use, and a window in each that a device of some rate would look at.
struct DroneBand {
  const char* name;
  Hertz centre;
};
constexpr DroneBand kBands[] = {{"2.4 GHz", {2441e6}}, {"5.2 GHz", {5200e6}}, {"5.8 GHz", {5787e6}}};

void print_audible(const DeviceInfo& device) {
  Hertz fastest{};
  for (const HertzRange& rate : device.rates) fastest = std::max(fastest, rate.highest);
  const Hertz rate = std::min(fastest, dsp::kHighestBankRate);
  for (const DroneBand& band : kBands) {
    if (!tunes_to(device, band.centre)) continue;
    std::cout << "  " << band.name << " with " << rate.value / 1e6 << " MS/s around "
              << band.centre.value / 1e6 << " MHz:";
    for (const decoders::DecoderEntry& decoder : decoders::registry()) {
      const auto channels = decoder.channels({band.centre - 0.5 * rate, band.centre + 0.5 * rate});
      std::cout << ' ' << decoder.name << " (" << channels.size() << " channels)";
    }
    std::cout << '\n';
  }
}

}  // namespace

int run_devices() {
  const auto devices = list_devices();
  if (devices.empty()) {
    std::cerr
        << "windhover: SoapySDR finds no device; is it plugged in, and is its SoapySDR module installed?\n";
    return 1;
  }
  for (const DeviceInfo& device : devices) {
    std::cout << device.label << "  --device \"" << device.args << "\"  " << device.native_format << '\n';
    if (device.problem) std::cout << "  cannot be asked: " << *device.problem << '\n';
    print_audible(device);
  }
  return 0;
}

}  // namespace windhover::sensor
